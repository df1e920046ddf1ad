// Runs tasks in workers of their own, threads or processes. No pool library both ends every run and ends it for sure: in
// those there are, a run waits for ever when its worker dies while it starts, and is told to have ended before it has.
import { SchedError, SchedulerStateError, show, toError, WorkerLostError } from '../../errors.ts';
import type { Execution, Executor, ExecutorContext } from '../executor.ts';
import type { PoolSettings } from './options.ts';
import { PoolWorker } from './pool-worker.ts';
import type { StartWorker } from './worker-handle.ts';

type Timer = ReturnType<ExecutorContext['setTimer']>;

/** A pool of workers, started as they are needed and ended when they are not. */
export class PoolExecutor implements Executor {
  readonly kind: string;
  readonly needsModule = true;
  readonly maxWorkers: number;
  readonly #settings: PoolSettings;
  readonly #startWorker: StartWorker;
  #setTimer: ExecutorContext['setTimer'] | null = null;
  /** Every worker that has not ended. */
  readonly #workers = new Set<PoolWorker>();
  /** Those without a run, with the timers that end them. The last one is the warmest. */
  readonly #idle: { readonly worker: PoolWorker; readonly retirement: Timer }[] = [];
  #running = 0;
  #drained: (() => void)[] = [];

  constructor(kind: string, settings: PoolSettings, startWorker: StartWorker) {
    this.kind = kind;
    this.maxWorkers = settings.maxWorkers;
    this.#settings = settings;
    this.#startWorker = startWorker;
  }

  get free(): number {
    return this.#setTimer === null ? 0 : this.maxWorkers - this.#running;
  }

  async start({ setTimer }: ExecutorContext): Promise<void> {
    this.#setTimer = setTimer;
  }

  async execute(execution: Execution): Promise<unknown> {
    const setTimer = this.#setTimer;
    if (setTimer === null) throw new SchedulerStateError('execute a run', 'shut down');
    if (this.free === 0) throw new SchedulerStateError('execute a run', 'at maxWorkers');
    execution.run.signal.throwIfAborted();
    const { task, module } = execution;
    if (module === undefined)
      throw new SchedError('task-not-found', `task ${show(task)} does not say where its code is`);
    const afterGrace = (fire: () => void) => setTimer(execution.killGraceMs ?? this.#settings.killGraceMs, fire);
    this.#running++;
    let worker: PoolWorker | undefined;
    try {
      worker = this.#takeWorker(task);
      return await worker.run({ execution, module, afterGrace });
    } finally {
      this.#running--;
      if (worker?.isAlive === true) this.#rest(worker);
      if (this.#running === 0) for (const drained of this.#drained.splice(0)) drained();
    }
  }

  async close(): Promise<void> {
    this.#setTimer = null;
    if (this.#running > 0) await new Promise<void>((resolve) => this.#drained.push(resolve));
    for (const { worker, retirement } of this.#idle.splice(0)) {
      retirement.cancel();
      worker.kill();
    }
    await Promise.all([...this.#workers].map((worker) => worker.ended));
  }

  #takeWorker(task: string): PoolWorker {
    const idle = this.#idle.pop();
    idle?.retirement.cancel();
    return idle?.worker ?? this.#newWorker(task);
  }

  #newWorker(task: string): PoolWorker {
    let worker: PoolWorker;
    try {
      worker = new PoolWorker(this.#startWorker);
    } catch (error) {
      throw new WorkerLostError(task, `it cannot be started: ${toError(error).message}`, error);
    }
    this.#workers.add(worker);
    void worker.ended.then(() => {
      this.#workers.delete(worker);
      this.#stopResting(worker);
    });
    return worker;
  }

  /** Keeps a worker for the next run, for a while. */
  #rest(worker: PoolWorker): void {
    if (this.#setTimer === null) return worker.kill();
    const retirement = this.#setTimer(this.#settings.idleTimeoutMs, () => {
      this.#stopResting(worker);
      worker.kill();
    });
    this.#idle.push({ worker, retirement });
  }

  /** One that ends while it rests, by its time or by what an earlier task left behind, takes no more runs. */
  #stopResting(worker: PoolWorker): void {
    const at = this.#idle.findIndex((idle) => idle.worker === worker);
    if (at >= 0) this.#idle.splice(at, 1)[0]?.retirement.cancel();
  }
}
