// The executor on the scheduler's side: runs go into a queue, and their ends come out of it.
import { type Execution, type Executor, type ExecutorContext, SchedulerStateError, toError } from '@sched/core';
import { Flight } from './flight.ts';
import { type BullmqOptions, type ExecutorSettings, executorSettings } from './options.ts';
import { queueJobId } from './queue-job.ts';
import { QueueLink } from './queue-link.ts';

/**
 * An executor whose runs are worked off by `createWorker()`, in any number of processes on any number of machines. Connects
 * when its scheduler starts.
 *
 * @throws InvalidOptionError naming an option that is unknown or wrong, and what was expected
 * @example new BackgroundScheduler({ executors: { default: bullmq({ connection: 'redis://localhost', queue: 'reports' }) } })
 */
export function bullmq(options: BullmqOptions): Executor {
  return new BullmqExecutor(executorSettings(options));
}

/** How many jobs are asked for at a time. */
const LOOKS_AT_ONCE = 100;

class BullmqExecutor implements Executor {
  readonly kind = 'bullmq';
  readonly needsName = true;
  readonly outlives = true;
  readonly #settings: ExecutorSettings;
  readonly #flights = new Map<string, Flight>();
  #context: ExecutorContext | null = null;
  #link: QueueLink | null = null;
  #starting: Promise<void> | null = null;
  #running = 0;
  #timers: readonly Timer[] = [];
  #drained: (() => void)[] = [];
  /** Whether a failure was told of and nothing has worked since. */
  #isFailing = false;
  /** Ends that are being cleared away. */
  readonly #forgetting = new Set<Promise<void>>();

  constructor(settings: ExecutorSettings) {
    this.#settings = settings;
  }

  get free(): number {
    return this.#link === null ? 0 : Math.max(0, this.#settings.maxWorkers - this.#running);
  }

  start(context: ExecutorContext): Promise<void> {
    this.#starting ??= this.#open(context).catch((error) => {
      this.#starting = null;
      throw error;
    });
    return this.#starting;
  }

  async execute(execution: Execution): Promise<unknown> {
    const link = this.#link;
    const context = this.#context;
    if (link === null || context === null) throw new SchedulerStateError('execute a run', 'shut down');
    if (this.free === 0) throw new SchedulerStateError('execute a run', 'at maxWorkers');
    execution.run.signal.throwIfAborted();
    const { killGraceMs } = this.#settings;
    const onError = (error: Error) => this.#failed(error);
    const flight = new Flight(execution, { link, setTimer: context.setTimer, killGraceMs, onError });
    this.#running++;
    this.#flights.set(flight.id, flight);
    try {
      return await flight.run();
    } finally {
      this.#running--;
      // The same run may be under way again, taken over from this very scheduler.
      if (this.#flights.get(flight.id) === flight) this.#flights.delete(flight.id);
      if (this.#running === 0) for (const drained of this.#drained.splice(0)) drained();
    }
  }

  forget(runId: string, attempt: number, jobStore: string): void {
    const link = this.#link;
    if (link === null) return;
    const forgetting = link.remove(queueJobId(runId, attempt, jobStore)).then(
      () => {
        this.#forgetting.delete(forgetting);
      },
      (error) => {
        this.#forgetting.delete(forgetting);
        this.#failed(toError(error));
      },
    );
    this.#forgetting.add(forgetting);
  }

  async close(): Promise<void> {
    const link = this.#link;
    if (link === null) return;
    this.#link = null;
    if (this.#running > 0) await new Promise<void>((resolve) => this.#drained.push(resolve));
    await Promise.all(this.#forgetting);
    for (const timer of this.#timers) timer.cancel();
    this.#timers = [];
    this.#starting = null;
    await link.close();
  }

  async #open(context: ExecutorContext): Promise<void> {
    const link = await QueueLink.open(this.#settings, {
      onCompleted: (id, returned) => this.#flights.get(id)?.onCompleted(returned),
      onProgress: (id, progress) => this.#flights.get(id)?.onProgress(progress),
      onStalled: (id) => this.#flights.get(id)?.onStalled(),
      onChanged: (id) => void this.#flights.get(id)?.look(),
      onError: (error) => this.#failed(error),
    });
    this.#context = context;
    this.#link = link;
    const { pollMs, stallMs } = this.#settings;
    this.#timers = [
      every(pollMs, context, () => this.#lookAtAll()),
      every(stallMs / 2, context, () => this.#ask(() => link.checkStalled())),
    ];
  }

  async #lookAtAll(): Promise<void> {
    const flights = [...this.#flights.values()];
    for (let at = 0; at < flights.length; at += LOOKS_AT_ONCE)
      await Promise.all(flights.slice(at, at + LOOKS_AT_ONCE).map((flight) => flight.look()));
  }

  async #ask(question: () => Promise<void>): Promise<void> {
    try {
      await question();
      this.#isFailing = false;
    } catch (error) {
      this.#failed(toError(error));
    }
  }

  /** Told once, until something has worked again: a client that cannot connect says so at every attempt. */
  #failed(error: Error): void {
    if (!this.#isFailing) this.#context?.report?.(error, `the connection to queue '${this.#settings.queue}'`);
    this.#isFailing = true;
  }
}

interface Timer {
  cancel(): void;
}

/** Does something again and again, each time after it has been done. */
function every(ms: number, { setTimer }: ExecutorContext, work: () => Promise<void>): Timer {
  let isOver = false;
  let timer: Timer;
  const again = () => {
    timer = setTimer(ms, () => {
      void work().finally(() => {
        if (!isOver) again();
      });
    });
  };
  again();
  return {
    cancel() {
      isOver = true;
      timer.cancel();
    },
  };
}
