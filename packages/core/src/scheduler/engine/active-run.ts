// A run that this process executes: from its claim to the outcome that is reported to the store.
import type { Clock, Timer } from '../../clock.ts';
import { SchedError, show, toError } from '../../errors.ts';
import type { RunInfo } from '../../executors/current-run.ts';
import type { Execution, Executor } from '../../executors/executor.ts';
import { decodeArguments } from '../../jobs/arguments.ts';
import type { RunOutcome, RunRecord } from '../../jobs/records.ts';
import { checkedProgress, encodeResult, type RunProgress } from '../../jobs/run-notes.ts';
import { storable, type Task, type TaskModule } from '../../jobs/task.ts';
import { mayRetry } from '../../stores/run-decisions.ts';
import type { RunFinish } from '../../stores/store.ts';
import { executeEnclosed, type RunWrapper } from './enclosed.ts';
import type { Trusted } from './lease-trust.ts';
import { RunJournal } from './run-journal.ts';

/** Why a run's signal aborted. */
export type AbortCause = 'timeout' | 'cancelled' | 'shutdown' | 'lost';

/** The reason on the signal of a run that has to end early. */
export class RunAbortedError extends SchedError {
  readonly why: AbortCause;

  constructor(why: AbortCause, detail: string) {
    super('run-aborted', detail);
    this.why = why;
  }
}

/** The end of an attempt, with what events tell and stores do not keep. */
export interface Attempt {
  readonly finish: RunFinish;
  readonly result: unknown;
  readonly error: Error | null;
  /** Whether the run is another's by now, so that its end is not this process's to report. */
  readonly isLeaseLost: boolean;
}

/** Where a run comes from. */
export interface RunOrigin {
  /** Alias of its job store. */
  readonly jobStore: string;
  /** How long its attempt has been going on under holders before this one, in milliseconds. */
  readonly elapsedMs: number;
  /** What its execution is enclosed in. */
  readonly wrappers: ReadonlySet<RunWrapper>;
}

/** The longest error text that is kept with a run, in characters. */
const MAX_ERROR_LENGTH = 4096;

const OUTCOME_OF: Readonly<Record<AbortCause, RunOutcome>> = {
  timeout: 'timed-out',
  cancelled: 'cancelled',
  shutdown: 'cancelled',
  lost: 'lost',
};

/** Who hears of runs that execute. */
export interface RunListener {
  /** There is something new to be kept with the run. */
  onNote(run: ActiveRun): void;
  onLog(run: ActiveRun, message: string): void;
  onEnd(run: ActiveRun, attempt: Attempt, executor: Executor): void;
}

/** One claimed run in execution. What most tasks never ask for, its info and its signal, is made when one does. */
export class ActiveRun implements Execution, Trusted {
  readonly record: RunRecord;
  readonly call: Execution['call'];
  readonly module: TaskModule | undefined;
  args: readonly unknown[] = [];
  jobStore = '';
  trustedUntil = 0;
  readonly #clock: Clock;
  readonly #listener: RunListener;
  #journal: RunJournal | null = null;
  #info: RunInfo | null = null;
  #abort: AbortController | null = null;
  /** Why it has to end; null while it has not. */
  #reason: RunAbortedError | null = null;
  #onAbort: ((reason: RunAbortedError) => void) | null = null;
  #timeout: Timer | null = null;
  #hasEnded = false;

  constructor(record: RunRecord, task: Task, clock: Clock, listener: RunListener) {
    this.record = record;
    this.call = (...args) => task.run(...args);
    this.module = task.module;
    this.#clock = clock;
    this.#listener = listener;
  }

  /** What its task says: most say nothing, and have none. */
  get journal(): RunJournal {
    this.#journal ??= new RunJournal(this.record, this.#clock, () => this.#listener.onNote(this));
    return this.#journal;
  }

  /** Whether its task has said anything. */
  get hasNotes(): boolean {
    return this.#journal !== null;
  }

  get task(): string {
    return this.record.task;
  }

  get killGraceMs(): number | null {
    return this.record.policies.killGraceMs;
  }

  get run(): RunInfo {
    this.#info ??= this.#makeInfo();
    return this.#info;
  }

  heedAbort(onAbort: (reason: unknown) => void): void {
    if (this.#reason === null) this.#onAbort = onAbort;
    else onAbort(this.#reason);
  }

  /** Asks it to end; the first cause counts. */
  abort(why: AbortCause, detail: string): void {
    if (this.#reason !== null) return;
    this.#reason = new RunAbortedError(why, detail);
    // The task first, so that it can be done with what it does.
    this.#abort?.abort(this.#reason);
    this.#onAbort?.(this.#reason);
  }

  /** Runs the task on the executor to its end, which the listener is told, never before this returns. */
  execute(executor: Executor, origin: RunOrigin): void {
    const { timeoutMs } = this.record.policies;
    if (timeoutMs !== null) this.#startTimeout(timeoutMs, origin.elapsedMs);
    this.#executed(executor, origin).then(
      (result) => this.#ended(executor, this.#succeeded(result)),
      (thrown) => this.#ended(executor, this.#failed(toError(thrown))),
    );
  }

  #executed(executor: Executor, { jobStore, wrappers }: RunOrigin): Promise<unknown> {
    try {
      this.jobStore = jobStore;
      this.args = decodeArguments(this.record.args);
      // A wrapper of a user's may answer no promise.
      return Promise.resolve(executeEnclosed(executor, this, wrappers));
    } catch (thrown) {
      return Promise.reject(thrown);
    }
  }

  #ended(executor: Executor, attempt: Attempt): void {
    this.#timeout?.cancel();
    this.#onAbort = null;
    this.#hasEnded = true;
    this.#listener.onEnd(this, attempt, executor);
  }

  #startTimeout(timeoutMs: number, elapsedMs: number): void {
    const endsAt = this.#clock.monotonic() + timeoutMs - elapsedMs;
    const look = () => {
      const leftMs = endsAt - this.#clock.monotonic();
      // A very long timer fires before its time.
      if (leftMs > 0) this.#timeout = this.#clock.setTimer(leftMs, look);
      else this.abort('timeout', `it ran longer than its timeout of ${timeoutMs / 1000} s`);
    };
    this.#timeout = this.#clock.setTimer(Math.max(0, timeoutMs - elapsedMs), look);
  }

  #makeInfo(): RunInfo {
    const { record } = this;
    return {
      runId: record.id,
      jobId: record.jobId,
      fireTime: new Date(record.fireAt),
      startedAt: new Date(record.startedAt ?? record.fireAt),
      attempt: record.attempt,
      reason: record.reason,
      coalesced: record.coalesced,
      idempotencyKey: record.id,
      fencingToken: record.token,
      signal: this.#signal(),
      log: (message) => this.#log(String(message)),
      progress: (fraction, text) => this.#progress(checkedProgress(fraction, text)),
    };
  }

  #signal(): AbortSignal {
    this.#abort = new AbortController();
    if (this.#reason !== null) this.#abort.abort(this.#reason);
    return this.#abort.signal;
  }

  // What a task says after its end is nobody's.
  #log(message: string): void {
    if (this.#hasEnded) return;
    this.journal.log(message);
    this.#listener.onLog(this, message);
  }

  #progress(progress: RunProgress): void {
    if (!this.#hasEnded) this.journal.progress(progress);
  }

  #succeeded(result: unknown): Attempt {
    const finish = this.#finish('succeeded', null, null);
    const kept = this.record.policies.keepResult ? { ...finish, result: encodeResult(result) } : finish;
    return { finish: kept, result, error: null, isLeaseLost: false };
  }

  #failed(error: Error): Attempt {
    const why = error instanceof RunAbortedError ? error.why : null;
    const outcome = outcomeOf(error);
    const isForGood = why === 'cancelled' || why === 'lost';
    const retryInMs = isForGood ? null : retryDelayMs(this.record, wordsOf(error, outcome), this.#clock);
    const finish = this.#finish(outcome, error, retryInMs);
    return { finish, result: undefined, error, isLeaseLost: why === 'lost' };
  }

  #finish(outcome: RunOutcome, error: Error | null, retryInMs: number | null): RunFinish {
    const { id: runId, token } = this.record;
    return { runId, token, outcome, error: error && errorText(error), retryInMs, ...this.#journal?.notes };
  }
}

/** How an attempt ended that came to an error. A lost worker is known by its code, which is equal in both copies of the library. */
export function outcomeOf(error: Error): RunOutcome {
  if (error instanceof RunAbortedError) return OUTCOME_OF[error.why];
  return 'code' in error && error.code === 'worker-lost' ? 'lost' : 'failed';
}

/** The words by which a policy may speak of what happened. */
function wordsOf(error: Error, outcome: RunOutcome): string[] {
  // A run that a shutdown interrupts is as good as lost.
  if (error instanceof RunAbortedError) return [error.why === 'shutdown' ? 'lost' : outcome];
  const { code, name }: { code?: unknown; name?: unknown } = error;
  return [code, name, ...(outcome === 'lost' ? [outcome] : [])].filter((word) => typeof word === 'string');
}

/** The wait before the attempt after this one, in milliseconds; null when there is none. */
function retryDelayMs({ policies, attempt }: RunRecord, words: readonly string[], clock: Clock): number | null {
  const { retry } = policies;
  if (!mayRetry(retry, attempt, words)) return null;
  // Capped before it multiplies: nothing times infinity is no number.
  const factor = Math.min(retry.backoff ** (attempt - 1), Number.MAX_SAFE_INTEGER);
  const delayMs = Math.min(retry.delayMs * factor, retry.maxDelayMs);
  return Math.round(retry.jitter === 0 ? delayMs : delayMs * (1 - retry.jitter * clock.random()));
}

/** An error as it is kept: its stack, which begins with the message, cut to a bounded length. */
function errorText(error: Error): string {
  // A task may throw an error with anything in these fields.
  const message = typeof error.message === 'string' ? error.message : show(error.message);
  const hasStack = typeof error.stack === 'string' && error.stack.includes(message);
  const text = hasStack ? String(error.stack) : `${typeof error.name === 'string' ? error.name : 'Error'}: ${message}`;
  return storable(text.length <= MAX_ERROR_LENGTH ? text : `${text.slice(0, MAX_ERROR_LENGTH)}…`);
}
