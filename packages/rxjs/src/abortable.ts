// Ties a function that heeds an AbortSignal to the life of a subscription.
import { Observable } from 'rxjs';

/**
 * Makes of a function what `exhaustMap`, `concatMap`, `switchMap` and `mergeMap` take. It is called with a signal, the
 * value and its index; what it resolves with is emitted, what it throws or rejects with is the error, and unsubscribing
 * before that aborts the signal.
 *
 * @example fromTrigger('0 9 * * *').pipe(switchMap(abortable((signal) => fetch(url, { signal }))))
 */
export function abortable<Value, Result>(
  work: (signal: AbortSignal, value: Value, index: number) => PromiseLike<Result> | Result,
): (value: Value, index: number) => Observable<Result> {
  return (value, index) =>
    new Observable((subscriber) => {
      const controller = new AbortController();
      let isOver = false;
      const run = async () => {
        try {
          const result = await work(controller.signal, value, index);
          isOver = true;
          subscriber.next(result);
          subscriber.complete();
        } catch (error) {
          isOver = true;
          subscriber.error(error);
        }
      };
      void run();
      return () => {
        if (!isOver) controller.abort();
      };
    });
}
