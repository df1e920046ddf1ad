// A run of a job as an observable: subscribing starts it, its end is what is emitted, unsubscribing cancels it.
import {
  type InStore,
  onlyOptions,
  type Run,
  RunNotFoundError,
  SchedError,
  type Scheduler,
  SchedulerStateError,
  type Timer,
} from '@sched/core';
import { from, Observable, switchMap } from 'rxjs';

/** How often the store is asked for a run that may execute in another process, of which no event is heard here. */
const LOOK_EVERY_MS = 1000;

/** A run that {@link runJob} started did not succeed. Its `cause` is what the task threw, if it did so in this process. */
export class RunFailedError extends SchedError {
  /** The run as it ended. */
  readonly run: Run;

  constructor(run: Run, cause?: unknown) {
    const reason = run.error === null ? '' : `: ${run.error.split('\n', 1)[0]}`;
    super('run-failed', `run ${run.id} ended as ${run.outcome}${reason}`, cause === undefined ? {} : { cause });
    this.run = run;
  }
}

/** The end of a run, with what events tell and stores do not keep. */
interface RunEnd {
  readonly run: Run;
  readonly cause: unknown;
}

/**
 * Makes of a job what `exhaustMap`, `concatMap`, `switchMap` and `mergeMap` take. Each subscription runs the job now,
 * besides what its trigger says, and emits the run once it has succeeded, in whichever process. Unsubscribing before that
 * cancels the run, which aborts the signal of its `currentRun()`.
 *
 * It errors with {@link RunFailedError} when the run ends in any other way and is not tried again; with JobNotFoundError;
 * with SchedulerStateError when the scheduler has not started, or shuts down first.
 *
 * @throws InvalidOptionError naming an unknown option.
 * @example fromTrigger('0 9 * * *').pipe(exhaustMap(runJob(scheduler, 'report')))
 */
export function runJob(scheduler: Scheduler, jobId: string, where: InStore = {}): () => Observable<Run> {
  onlyOptions(where, ['jobStore']);
  return () =>
    new Observable((subscriber) => {
      let isOver = false;
      const recorded = scheduler.runJob(jobId, where);
      const ended = from(recorded).pipe(switchMap((run) => endOf(scheduler, run)));
      const subscription = ended.subscribe({
        next: ({ run, cause }) => {
          isOver = true;
          if (run.outcome !== 'succeeded') return subscriber.error(new RunFailedError(run, cause));
          subscriber.next(run);
          subscriber.complete();
        },
        error: (error: unknown) => {
          isOver = true;
          subscriber.error(error);
        },
      });
      return () => {
        subscription.unsubscribe();
        if (!isOver) void cancel(scheduler, recorded);
      };
    });
}

/** Emits once, when a run has ended: told by an event, or by the store. */
function endOf(scheduler: Scheduler, run: Run): Observable<RunEnd> {
  return new Observable((subscriber) => {
    const tell = (found: Run, cause: unknown) => {
      if (found.outcome === null) return;
      subscriber.next({ run: found, cause });
      subscriber.complete();
    };
    const unlisten = scheduler.on('*', (event) => {
      if ('run' in event && event.run.id === run.id) tell(event.run, 'error' in event ? event.error : undefined);
      if (event.type === 'scheduler:shutdown')
        subscriber.error(new SchedulerStateError(`follow run ${run.id}`, scheduler.state));
    });
    let timer: Timer | undefined;
    let isSeen = false;
    const look = async () => {
      // A store that fails tells so by events of its own, and is asked again.
      const found = await storedRun(scheduler, run).catch(() => run);
      if (found === undefined) subscriber.error(new RunNotFoundError(run.id));
      // Told at the second sight if it is bad news: the event, which knows the cause, may be on its way.
      else if (found.outcome === 'succeeded' || isSeen) tell(found, undefined);
      else isSeen = found.outcome !== null;
      if (!subscriber.closed) timer = scheduler.clock.setTimer(LOOK_EVERY_MS, () => void look());
    };
    // The first look is for a run that had ended before anybody listened.
    void look();
    return () => {
      unlisten();
      timer?.cancel();
    };
  });
}

/** The run as its store has it; undefined when it has it no more. */
async function storedRun(scheduler: Scheduler, { id, jobId, jobStore, fireTime }: Run): Promise<Run | undefined> {
  const runs = await scheduler.getRuns({ jobId, jobStore, from: fireTime, until: fireTime });
  return runs.find((run) => run.id === id);
}

/** Cancels a run that nobody waits for any more, also one that is just being recorded. */
async function cancel(scheduler: Scheduler, recorded: Promise<Run>): Promise<void> {
  const run = await recorded.catch(() => null);
  // A scheduler that shuts down ends its runs itself.
  if (run === null || scheduler.state === 'stopping' || scheduler.state === 'shutdown') return;
  try {
    await scheduler.cancelRun(run.id);
  } catch (error) {
    scheduler.configuration.logger?.warn(`[sched] run ${run.id} could not be cancelled: ${error}`);
  }
}
