// Runs tasks in this process's event loop, at most so many at a time.
import { InvalidOptionError, SchedulerStateError } from '../errors.ts';
import { runInside } from './current-run.ts';
import type { Execution, Executor } from './executor.ts';

/** Options of {@link LocalExecutor}. */
export interface LocalExecutorOptions {
  /** How many runs at a time. @default 10 */
  readonly maxWorkers?: number;
}

/**
 * Calls tasks, sync or async, in this event loop. A sync task holds the loop while it runs. A task that does not heed
 * its run's signal cannot be stopped in the same thread: its run ends when the signal aborts, and its slot is free again.
 */
export class LocalExecutor implements Executor {
  readonly kind = 'local';
  readonly maxWorkers: number;
  #running = 0;
  #closed = false;
  #idle: (() => void)[] = [];

  constructor(options: LocalExecutorOptions = {}) {
    const maxWorkers = options.maxWorkers ?? 10;
    if (!Number.isSafeInteger(maxWorkers) || maxWorkers < 1) {
      throw new InvalidOptionError('maxWorkers', maxWorkers, 'a whole number of at least 1');
    }
    this.maxWorkers = maxWorkers;
  }

  get free(): number {
    return this.#closed ? 0 : this.maxWorkers - this.#running;
  }

  async start(): Promise<void> {
    this.#closed = false;
  }

  execute(execution: Execution): Promise<unknown> {
    if (this.free === 0)
      return Promise.reject(new SchedulerStateError('execute a run', this.#closed ? 'shut down' : 'at maxWorkers'));
    this.#running++;
    return new Promise((resolve, reject) => {
      let isOpen = true;
      // The task's own end or the signal's, whichever comes first.
      const end = (settle: (value: unknown) => void, value: unknown) => {
        if (!isOpen) return;
        isOpen = false;
        this.#release();
        settle(value);
      };
      heedAbort(execution, (reason) => end(reject, reason));
      if (!isOpen) return;
      try {
        const result = runInside(execution, () => execution.call(...execution.args));
        if (!isPromise(result)) return end(resolve, result);
        Promise.resolve(result).then(
          (value) => end(resolve, value),
          (thrown) => end(reject, thrown),
        );
      } catch (thrown) {
        end(reject, thrown);
      }
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#running > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #release(): void {
    this.#running--;
    if (this.#running === 0) for (const idle of this.#idle.splice(0)) idle();
  }
}

function heedAbort(execution: Execution, onAbort: (reason: unknown) => void): void {
  if (execution.heedAbort !== undefined) return execution.heedAbort(onAbort);
  const { signal } = execution.run;
  if (signal.aborted) onAbort(signal.reason);
  else signal.addEventListener('abort', () => onAbort(signal.reason), { once: true });
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
