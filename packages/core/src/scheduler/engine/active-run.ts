// A run that this process executes: from its claim to the outcome that is reported to the store.
import type { Clock, Timer } from '../../clock.ts';
import { SchedError, show, toError } from '../../errors.ts';
import type { RunInfo } from '../../executors/current-run.ts';
import type { Executor } from '../../executors/executor.ts';
import { decodeArguments } from '../../jobs/arguments.ts';
import type { RetryPolicy, RunOutcome, RunRecord } from '../../jobs/records.ts';
import { storable, type Task } from '../../jobs/task.ts';
import type { RunFinish } from '../../stores/store.ts';

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

/** The longest error text that is kept with a run, in characters. */
const MAX_ERROR_LENGTH = 4096;

const OUTCOME_OF: Readonly<Record<AbortCause, RunOutcome>> = {
  timeout: 'timed-out',
  cancelled: 'cancelled',
  shutdown: 'cancelled',
  lost: 'lost',
};

/** One claimed run in execution. */
export class ActiveRun {
  readonly record: RunRecord;
  readonly #abort = new AbortController();
  readonly #clock: Clock;

  constructor(record: RunRecord, clock: Clock) {
    this.record = record;
    this.#clock = clock;
  }

  /** Asks it to end; the first cause counts. */
  abort(why: AbortCause, detail: string): void {
    if (!this.#abort.signal.aborted) this.#abort.abort(new RunAbortedError(why, detail));
  }

  /** Runs the task on the executor to its end. Never rejects. */
  async execute(executor: Executor, task: Task, log: (message: string) => void): Promise<Attempt> {
    const timeout = this.#startTimeout();
    try {
      const args = decodeArguments(this.record.args);
      const call = (...given: readonly unknown[]) => task.run(...given);
      const execution = { task: task.name, call, module: task.module, args, run: this.#info(log) };
      return this.#succeeded(await executor.execute(execution));
    } catch (thrown) {
      return this.#failed(toError(thrown));
    } finally {
      timeout?.cancel();
    }
  }

  #startTimeout(): Timer | undefined {
    const { timeoutMs } = this.record.policies;
    if (timeoutMs === null) return undefined;
    const endsAt = this.#clock.monotonic() + timeoutMs;
    const look = () => {
      const leftMs = endsAt - this.#clock.monotonic();
      // A very long timer fires before its time.
      if (leftMs > 0) timer = this.#clock.setTimer(leftMs, look);
      else this.abort('timeout', `it ran longer than its timeout of ${timeoutMs / 1000} s`);
    };
    let timer = this.#clock.setTimer(timeoutMs, look);
    return { cancel: () => timer.cancel() };
  }

  #info(log: (message: string) => void): RunInfo {
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
      log,
    };
  }

  #succeeded(result: unknown): Attempt {
    return { finish: this.#finish('succeeded', null, null), result, error: null, isLeaseLost: false };
  }

  #failed(error: Error): Attempt {
    const why = error instanceof RunAbortedError ? error.why : null;
    const outcome = why === null ? outcomeOf(error) : OUTCOME_OF[why];
    const retryInMs =
      why === 'cancelled' || why === 'lost' ? null : retryDelayMs(this.record.policies.retry, this.record.attempt);
    const finish = this.#finish(outcome, error, retryInMs);
    return { finish, result: undefined, error, isLeaseLost: why === 'lost' };
  }

  #finish(outcome: RunOutcome, error: Error | null, retryInMs: number | null): RunFinish {
    return { runId: this.record.id, token: this.record.token, outcome, error: error && errorText(error), retryInMs };
  }
}

/** By its code, which is equal in the ESM and the CommonJS copy of the library. */
function outcomeOf(error: Error): RunOutcome {
  return 'code' in error && error.code === 'worker-lost' ? 'lost' : 'failed';
}

/** The wait before the attempt after this one, in milliseconds; null when there is none. */
function retryDelayMs(retry: RetryPolicy, attempt: number): number | null {
  if (attempt >= retry.maxAttempts) return null;
  // Capped before it multiplies: nothing times infinity is no number.
  const factor = Math.min(retry.backoff ** (attempt - 1), Number.MAX_SAFE_INTEGER);
  return Math.round(Math.min(retry.delayMs * factor, retry.maxDelayMs));
}

/** An error as it is kept: its stack, which begins with the message, cut to a bounded length. */
function errorText(error: Error): string {
  // A task may throw an error with anything in these fields.
  const message = typeof error.message === 'string' ? error.message : show(error.message);
  const hasStack = typeof error.stack === 'string' && error.stack.includes(message);
  const text = hasStack ? String(error.stack) : `${typeof error.name === 'string' ? error.name : 'Error'}: ${message}`;
  return storable(text.length <= MAX_ERROR_LENGTH ? text : `${text.slice(0, MAX_ERROR_LENGTH)}…`);
}
