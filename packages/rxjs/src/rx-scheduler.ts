// A background scheduler whose events, runs and jobs are observables.
import { isDeepStrictEqual } from 'node:util';
import { BackgroundScheduler } from '@sched/background';
import { type AnySchedulerEvent, type InStore, type Job, onlyOptions, type Run } from '@sched/core';
import { catchError, distinctUntilChanged, EMPTY, filter, map, Observable, throwError } from 'rxjs';
import { reread } from './reread.ts';

/**
 * A {@link BackgroundScheduler} that can be subscribed to. Its observables are hot: they tell what happens from the
 * subscription on, and complete when the scheduler shuts down.
 */
export class RxScheduler extends BackgroundScheduler {
  /** Every event, with its name as `type`. */
  readonly events$: Observable<AnySchedulerEvent> = new Observable((subscriber) => {
    if (this.state === 'shutdown') return subscriber.complete();
    return this.on('*', (event) => {
      subscriber.next(event);
      if (event.type === 'scheduler:shutdown') subscriber.complete();
    });
  });

  /** Runs: each as it starts, as it ends, and where it is to be tried again; its `state` says which. */
  readonly runs$: Observable<Run> = this.events$.pipe(
    filter((event) => !isNote(event)),
    filter((event) => 'run' in event),
    map((event) => event.run),
  );

  /**
   * A job as it is, at once, and again whenever that has changed; null while there is none of this id, after it was
   * removed as before it is added. Changes that another process makes are seen with the job's next event here.
   * Errors when the job store cannot be read.
   *
   * @throws InvalidOptionError naming an unknown option.
   */
  job$(id: string, where: InStore = {}): Observable<Job | null> {
    onlyOptions(where, ['jobStore']);
    const changes = this.events$.pipe(filter((event) => mayChange(event, id)));
    return reread(changes, () => this.getJob(id, where)).pipe(
      // A scheduler that shuts down answers nothing any more: that is the end, and no error.
      catchError((error) => (isEnding(this) ? EMPTY : throwError(() => error))),
      // Compared by what the job was when it was emitted: a handle changes with what is done through it.
      distinctUntilChanged(isDeepStrictEqual, (job) => job && [job.toJSON(), job.args]),
    );
  }
}

/** Whether the job may be another after this event: its own, one of its runs, or the start that moves it into its store. */
function mayChange(event: AnySchedulerEvent, jobId: string): boolean {
  if (isNote(event)) return false;
  return event.type === 'scheduler:started' || ('jobId' in event && event.jobId === jobId);
}

/** Whether it is only what a run says meanwhile. */
function isNote({ type }: AnySchedulerEvent): boolean {
  return type === 'run:log' || type === 'run:progress';
}

function isEnding({ state }: BackgroundScheduler): boolean {
  return state === 'stopping' || state === 'shutdown';
}
