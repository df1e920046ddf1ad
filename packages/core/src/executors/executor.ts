// The seam between the engine and what runs a task: one claimed run in, its result or error out.
import type { TaskModule } from '../jobs/task.ts';
import type { RunInfo } from './current-run.ts';

/** A run handed to an executor. */
export interface Execution {
  /** Name of the task. */
  readonly task: string;
  /** Calls the task in this process; an executor elsewhere finds the task by its module or its name instead. */
  readonly call: (...args: readonly unknown[]) => unknown;
  /** Where the code of the task is, if it says so. */
  readonly module?: TaskModule | undefined;
  readonly args: readonly unknown[];
  /** How long the task may go on after the signal has aborted, in ms, before what runs it is killed; null or left out = as the executor says. */
  readonly killGraceMs?: number | null;
  /** Alias of the job store that keeps the run: its id is unique within that store. @default 'default' */
  readonly jobStore?: string;
  /** What the task may know about its run; its signal aborts on timeout, cancel and shutdown. Made when it is asked for. */
  readonly run: RunInfo;
  /**
   * Calls `onAbort`, one function at a time, with the reason for which the run has to end early: when it has to, or at once if it
   * has to already. The same as the signal tells, at less cost; left out where the signal alone tells it.
   */
  heedAbort?(onAbort: (reason: unknown) => void): void;
}

/** What an executor is given when it starts. */
export interface ExecutorContext {
  /** Calls `fire` once, `delayMs` milliseconds from now by the scheduler's clock. Does not keep the process alive. */
  readonly setTimer: (delayMs: number, fire: () => void) => { cancel(): void };
  /** Tells what went wrong without ending any run, as `scheduler:error`. Left out: nobody hears it. */
  readonly report?: (error: Error, during: string) => void;
}

/** Runs tasks. Knows no store and no trigger. */
export interface Executor {
  /** Its type in configurations and logs: `local`. */
  readonly kind: string;
  /** How many more runs it takes at this moment. */
  readonly free: number;
  /** Whether it runs only tasks that say where their code is; a job with another is refused when it is added. @default false */
  readonly needsModule?: boolean;
  /** Whether it finds tasks by their name, elsewhere; a job with a function that was given none is refused when it is added. @default false */
  readonly needsName?: boolean;
  /**
   * Whether what it runs goes on when this process ends. Then a run whose holder is gone is not lost: whoever claims it next
   * calls `execute` for the same attempt, which takes it over, says again what its task has said, and answers how it ended. A signal that aborts because the
   * lease was lost or the scheduler shut down leaves the run to go on. @default false
   */
  readonly outlives?: boolean;
  /** Gets ready. Twice is once. */
  start(context: ExecutorContext): Promise<void>;
  /**
   * Runs one task to its end: resolves with what the task returns, rejects with what it throws, exactly once. When the
   * run's signal aborts it settles soon, rejecting with the signal's reason, whether or not the task heeds it. When what
   * runs the task dies under it, rejects with a `WorkerLostError`.
   */
  execute(execution: Execution): Promise<unknown>;
  /** The job store knows how this attempt of the run ended: what was kept for whoever would take it over may go. */
  forget?(runId: string, attempt: number, jobStore: string): void;
  /** Takes no more; resolves when nothing runs any more. The engine aborts what takes too long before it calls this. */
  close(): Promise<void>;
}
