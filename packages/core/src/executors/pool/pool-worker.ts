// One worker of a pool: it runs one task at a time, and whatever becomes of it, that run ends.
import { toError, UnserializableArgumentsError, WorkerLostError } from '../../errors.ts';
import type { TaskModule } from '../../jobs/task.ts';
import type { RunInfo } from '../current-run.ts';
import type { Execution } from '../executor.ts';
import { thrownValue, type WorkerMessage, wireReason } from './messages.ts';
import type { StartWorker, Worker } from './worker-handle.ts';

/** A run that has a module, and how long it may outlast its signal. */
export interface PoolRun {
  readonly execution: Execution;
  readonly module: TaskModule;
  /** Calls back once the task has had its time to heed the signal. Answers how to forget it. */
  readonly afterGrace: (fire: () => void) => { cancel(): void };
}

interface CurrentRun {
  readonly n: number;
  readonly run: RunInfo;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** The error of a run whose worker ended. */
  readonly lost: (reason: string) => Error;
}

/** A worker and the run it is at. */
export class PoolWorker {
  readonly #worker: Worker;
  #current: CurrentRun | null = null;
  #count = 0;
  #isAlive = true;
  /** Resolves when the worker has ended. */
  readonly ended: Promise<void>;

  constructor(start: StartWorker) {
    let tellEnded = () => {};
    this.ended = new Promise((resolve) => {
      tellEnded = resolve;
    });
    this.#worker = start({
      onMessage: (message) => this.#onMessage(message),
      onEnd: (reason) => {
        this.#isAlive = false;
        this.#current?.reject(this.#current.lost(reason));
        tellEnded();
      },
    });
  }

  /** Whether it can take another run. */
  get isAlive(): boolean {
    return this.#isAlive;
  }

  /** Ends it at once. The run it is at ends with it. */
  kill(): void {
    this.#isAlive = false;
    this.#worker.hold(true);
    this.#worker.kill();
  }

  /** Runs a task to its end, which is that of the worker when the task does not heed its signal in time. */
  async run(run: PoolRun): Promise<unknown> {
    const { signal } = run.execution.run;
    const n = ++this.#count;
    const unwatch = this.#watch(n, run);
    this.#worker.hold(true);
    try {
      const result = await this.#outcome(n, run);
      signal.throwIfAborted();
      return result;
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    } finally {
      unwatch();
      this.#current = null;
      this.#worker.hold(false);
    }
  }

  /** Passes an abort on to the task, and ends the worker when the task does not heed it. Answers how to stop that. */
  #watch(n: number, { execution, afterGrace }: PoolRun): () => void {
    const { signal } = execution.run;
    let cancel = () => {};
    const onAbort = () => {
      this.#worker.send({ type: 'abort', n, ...wireReason(signal.reason) });
      const grace = afterGrace(() => this.kill());
      cancel = () => grace.cancel();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    return () => {
      signal.removeEventListener('abort', onAbort);
      cancel();
    };
  }

  #outcome(n: number, { execution, module }: PoolRun): Promise<unknown> {
    const { signal: _, log: __, progress: ___, ...run } = execution.run;
    return new Promise((resolve, reject) => {
      const lost = (reason: string) => new WorkerLostError(execution.task, reason);
      this.#current = { n, run: execution.run, resolve, reject, lost };
      try {
        this.#worker.send({ type: 'run', n, module, args: execution.args, run });
      } catch (error) {
        reject(new UnserializableArgumentsError('args', `they cannot reach the worker: ${toError(error).message}`));
      }
    });
  }

  #onMessage(message: WorkerMessage): void {
    const current = this.#current;
    // What a task does after its end is nobody's, and one that is being killed ends with its worker.
    if (!this.#isAlive || message.type === 'crashed' || message.n !== current?.n) return;
    if (message.type === 'log') return current.run.log(message.text);
    if (message.type === 'progress') return current.run.progress(message.fraction, message.text);
    // At once: what comes next may be here already, before the promise below has been heard.
    this.#current = null;
    if (message.type === 'returned') current.resolve(message.result);
    else current.reject(thrownValue(message.thrown, message.fields));
  }
}
