// What can only be asked for, as an observable: asked again whenever it may have changed.
import { Observable } from 'rxjs';

/**
 * Emits what `read` answers, at once and after each of `changes`. Changes that come faster than it answers are made good
 * by one more reading. Completes and errors as `changes` does; errors when `read` rejects.
 */
export function reread<Value>(changes: Observable<unknown>, read: () => Promise<Value>): Observable<Value> {
  return new Observable((subscriber) => {
    let isReading = false;
    let isStale = true;
    const look = async () => {
      isReading = true;
      while (isStale && !subscriber.closed) {
        isStale = false;
        subscriber.next(await read());
      }
      isReading = false;
    };
    const lookAgain = () => {
      isStale = true;
      if (!isReading) look().catch((error) => subscriber.error(error));
    };
    const subscription = changes.subscribe({
      next: lookAgain,
      error: (error) => subscriber.error(error),
      complete: () => subscriber.complete(),
    });
    lookAgain();
    return subscription;
  });
}
