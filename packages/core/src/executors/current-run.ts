// What a task can learn about the run it is in, without a change to its arguments.
import { AsyncLocalStorage } from 'node:async_hooks';
import type { RunReason } from '../jobs/records.ts';

/** One execution, as its task sees it. */
export interface RunInfo {
  readonly runId: string;
  readonly jobId: string;
  /** The nominal instant it runs for, before jitter and lateness. */
  readonly fireTime: Date;
  readonly startedAt: Date;
  /** 1 in the first attempt. */
  readonly attempt: number;
  readonly reason: RunReason;
  /** How many earlier fire times this run stands for besides its own. */
  readonly coalesced: number;
  /** Equal over all attempts and repetitions of this due time: hand it to systems that must not do a thing twice. */
  readonly idempotencyKey: string;
  /** Grows with each claim: a system that remembers the highest refuses a holder that came to life again. */
  readonly fencingToken: number;
  /** Aborts on timeout, cancel and shutdown, and when the lease on the run is lost. */
  readonly signal: AbortSignal;
  /** Says something about the run: kept with it, the newest 200 lines, and told as `run:log`. */
  readonly log: (message: string) => void;
  /**
   * Says how far the run has come, from 0 to 1, and what it is at: kept with it and told as `run:progress`, both at most about
   * once a second however often it is said, and at the end.
   *
   * @throws InvalidOptionError if it is no number from 0 to 1, or the text none.
   */
  readonly progress: (fraction: number, text?: string) => void;
}

const STORAGE = Symbol.for('@sched/current-run');

/** What a run is in. Most tasks never ask for theirs, so it may be made when it is asked for. */
export interface RunHolder {
  readonly run: RunInfo;
}

/** One for the process: a task may come from the ESM copy of this package, and its scheduler from the CommonJS one. */
function storage(): AsyncLocalStorage<RunHolder> {
  const shared = globalThis as { [STORAGE]?: AsyncLocalStorage<RunHolder> };
  shared[STORAGE] ??= new AsyncLocalStorage();
  return shared[STORAGE];
}

/** The run this code is executing in; undefined outside of one. */
export function currentRun(): RunInfo | undefined {
  return storage().getStore()?.run;
}

/** Calls `task` so that {@link currentRun} answers `run` in it and in whatever it awaits. */
export function runWith<Result>(run: RunInfo, task: () => Result): Result {
  return runInside({ run }, task);
}

/** The same, for a run that is made when it is asked for. */
export function runInside<Result>(holder: RunHolder, task: () => Result): Result {
  return storage().run(holder, task);
}
