// A run that this process executes: from its claim to the outcome that is reported to the store.
import type { Clock, Timer } from '../../clock.ts';
import { SchedError, show, toError } from '../../errors.ts';
import type { RunInfo } from '../../executors/current-run.ts';
import type { Executor } from '../../executors/executor.ts';
import { decodeArguments } from '../../jobs/arguments.ts';
import type { RunOutcome, RunRecord } from '../../jobs/records.ts';
import { checkedProgress, encodeResult, type RunProgress } from '../../jobs/run-notes.ts';
import { storable, type Task } from '../../jobs/task.ts';
import { mayRetry } from '../../stores/run-decisions.ts';
import type { RunFinish } from '../../stores/store.ts';
import { executeEnclosed, type RunWrapper } from './enclosed.ts';
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

/** Who hears what the tasks of runs say. */
export interface RunListener {
  /** There is something new to be kept with the run. */
  onNote(run: ActiveRun): void;
  onLog(run: ActiveRun, message: string): void;
}

/** One claimed run in execution. */
export class ActiveRun {
  readonly record: RunRecord;
  readonly #abort = new AbortController();
  readonly #clock: Clock;
  readonly #listener: RunListener;
  #journal: RunJournal | null = null;
  #hasEnded = false;

  constructor(record: RunRecord, clock: Clock, listener: RunListener) {
    this.record = record;
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

  /** Asks it to end; the first cause counts. */
  abort(why: AbortCause, detail: string): void {
    if (!this.#abort.signal.aborted) this.#abort.abort(new RunAbortedError(why, detail));
  }

  /** Runs the task on the executor to its end. Never rejects. */
  async execute(executor: Executor, task: Task, origin: RunOrigin): Promise<Attempt> {
    const timeout = this.#startTimeout(origin.elapsedMs);
    try {
      const args = decodeArguments(this.record.args);
      const call = (...given: readonly unknown[]) => task.run(...given);
      const { killGraceMs } = this.record.policies;
      const { jobStore } = origin;
      const code = { task: task.name, call, module: task.module };
      const execution = { ...code, args, jobStore, killGraceMs, run: this.#info() };
      return this.#succeeded(await executeEnclosed(executor, execution, origin.wrappers));
    } catch (thrown) {
      return this.#failed(toError(thrown));
    } finally {
      timeout?.cancel();
      this.#hasEnded = true;
    }
  }

  #startTimeout(elapsedMs: number): Timer | undefined {
    const { timeoutMs } = this.record.policies;
    if (timeoutMs === null) return undefined;
    const endsAt = this.#clock.monotonic() + timeoutMs - elapsedMs;
    const look = () => {
      const leftMs = endsAt - this.#clock.monotonic();
      // A very long timer fires before its time.
      if (leftMs > 0) timer = this.#clock.setTimer(leftMs, look);
      else this.abort('timeout', `it ran longer than its timeout of ${timeoutMs / 1000} s`);
    };
    let timer = this.#clock.setTimer(Math.max(0, timeoutMs - elapsedMs), look);
    return { cancel: () => timer.cancel() };
  }

  #info(): RunInfo {
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
      signal: this.#abort.signal,
      log: (message) => this.#log(String(message)),
      progress: (fraction, text) => this.#progress(checkedProgress(fraction, text)),
    };
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
