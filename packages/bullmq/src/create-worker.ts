// The worker's side: takes runs out of a queue and runs their tasks.
import {
  type Clock,
  decodeArguments,
  errorFields,
  RunAbortedError,
  SchedError,
  type ShutdownOptions,
  shutdownLimitMs,
  systemClock,
  toError,
} from '@sched/core';
import { type Job, QueueEvents, Worker } from 'bullmq';
import { controlQueue, hearOneself } from './connection.ts';
import { type WorkerOptions, type WorkerSettings, workerSettings } from './options.ts';
import { encodeResult, type QueueJobData, type QueueJobResult, runOf } from './queue-job.ts';
import { stallOptions } from './queue-link.ts';
import { Voice } from './voice.ts';

/** A worker, at work from its making on. */
export interface BullmqWorker extends AsyncDisposable {
  /** How many runs execute in it. */
  readonly running: number;
  /** Resolves when it takes runs. Until Redis can be reached it goes on trying. */
  ready(): Promise<void>;
  /**
   * Takes nothing more, lets what executes come to its end within the time limit, aborts the rest, which ends as `lost`, and
   * disconnects. Twice is once.
   */
  close(options?: ShutdownOptions): Promise<void>;
}

/**
 * Makes a worker that runs what schedulers with `bullmq()` put into the queue. It keeps its process alive until it is closed.
 *
 * @throws InvalidOptionError naming an option that is unknown or wrong, and what was expected
 * @example const worker = createWorker({ tasks: [report], connection: 'redis://localhost', queue: 'reports' });
 */
export function createWorker(options: WorkerOptions): BullmqWorker {
  return new QueueWorker(workerSettings(options), systemClock({ keepAlive: false }));
}

class QueueWorker implements BullmqWorker {
  readonly #settings: WorkerSettings;
  readonly #clock: Clock;
  readonly #worker: Worker<QueueJobData, QueueJobResult>;
  #control: QueueEvents | null = null;
  readonly #opened: Promise<void>;
  /** What executes, by id of the job. */
  readonly #active = new Map<string, AbortController>();
  /** Runs to be cancelled that have not come here: their jobs may be on the way. */
  readonly #cancelled = new Map<string, string>();
  #closing: Promise<void> | null = null;
  #lastError = '';

  constructor(settings: WorkerSettings, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
    const { connection, prefix, queue, stallMs, concurrency } = settings;
    const stall = { ...stallOptions(stallMs), lockDuration: stallMs / 2 };
    this.#worker = new Worker<QueueJobData, QueueJobResult>(queue, (job) => this.#process(job), {
      ...{ connection, prefix, concurrency, autorun: false, runRetryDelay: 1000 },
      ...stall,
    });
    this.#worker.on('error', (error) => this.#failed(error));
    const abortLost = (ids: readonly string[]) => this.#abort(ids, new RunAbortedError('lost', 'its lock was lost'));
    this.#worker.on('lockRenewalFailed', abortLost);
    this.#worker.on('stalled', (id) => abortLost([id]));
    this.#opened = this.#open();
    this.#opened.catch((error) => this.#failed(toError(error)));
  }

  get running(): number {
    return this.#active.size;
  }

  ready(): Promise<void> {
    return this.#opened;
  }

  close(options: ShutdownOptions = {}): Promise<void> {
    const limitMs = shutdownLimitMs(options);
    this.#closing ??= this.#close(limitMs);
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #open(): Promise<void> {
    const { connection, prefix, queue, executor, concurrency } = this.#settings;
    await executor.start({ setTimer: (delayMs, fire) => this.#clock.setTimer(delayMs, fire) });
    this.#worker.concurrency = Math.min(concurrency, executor.free);
    await this.#worker.waitUntilReady();
    if (this.#closing !== null) return;
    // Not before: one that was never connected cannot be closed.
    const control = new QueueEvents(controlQueue(queue), { connection, prefix });
    this.#control = control;
    control.on('error', (error) => this.#failed(error));
    const onCancel = ({ id, reason }: { readonly id: string; readonly reason: string }) => this.#cancel(id, reason);
    (control as NodeJS.EventEmitter).on('cancel', onCancel);
    await hearOneself(control, controlQueue(queue), { connection, prefix });
    if (this.#closing === null) this.#worker.run().catch((error) => this.#failed(toError(error)));
  }

  async #close(limitMs: number): Promise<void> {
    const abort = () => this.#abort([...this.#active.keys()], new RunAbortedError('shutdown', 'the worker shut down'));
    const limit = this.#clock.setTimer(limitMs, abort, true);
    await this.#worker.close();
    limit.cancel();
    await this.#settings.executor.close();
    await this.#control?.close();
  }

  async #process(job: Job<QueueJobData, QueueJobResult>): Promise<QueueJobResult> {
    const id = String(job.id);
    const abort = new AbortController();
    const voice = new Voice(job, this.#clock, (error) => this.#failed(toError(error)));
    this.#active.set(id, abort);
    const reason = this.#cancelled.get(id);
    if (reason !== undefined) abort.abort(new RunAbortedError('cancelled', reason));
    try {
      const value = encodeResult(await this.#run(job, abort.signal, voice));
      await voice.end(null);
      return { value, logs: voice.lineCount };
    } catch (thrown) {
      const error = toError(thrown);
      await voice.end(errorFields(error));
      throw error;
    } finally {
      this.#active.delete(id);
      this.#cancelled.delete(id);
    }
  }

  #run({ name, data }: Job<QueueJobData>, signal: AbortSignal, voice: Voice): Promise<unknown> {
    const { tasks, executor } = this.#settings;
    const task = tasks.get(name);
    if (task === undefined) {
      const known = [...tasks.keys()].map((each) => `'${each}'`).join(', ');
      throw new SchedError(
        'task-not-found',
        `this worker does not know task '${name}', only ${known}: name it in createWorker({ tasks })`,
      );
    }
    const run = runOf(data, { signal, log: voice.log, progress: voice.progress });
    const call = (...args: readonly unknown[]) => task.run(...args);
    return executor.execute({ task: name, call, module: task.module, args: decodeArguments(data.args), run });
  }

  #cancel(id: string, reason: string): void {
    if (this.#active.has(id)) return this.#abort([id], new RunAbortedError('cancelled', reason));
    this.#cancelled.set(id, reason);
    const [oldest] = this.#cancelled.keys();
    if (this.#cancelled.size > MOST_CANCELLED && oldest !== undefined) this.#cancelled.delete(oldest);
  }

  #abort(ids: readonly string[], reason: RunAbortedError): void {
    for (const id of ids) this.#active.get(id)?.abort(reason);
  }

  /** The same failure is told once in a row: a client that cannot connect says so at every attempt. */
  #failed(error: Error): void {
    if (error.message !== this.#lastError)
      this.#settings.logger?.error(`[sched] worker of queue '${this.#settings.queue}': ${error.message}`);
    this.#lastError = error.message;
  }
}

/** Of other workers' runs, mostly: only the newest can be on their way here. */
const MOST_CANCELLED = 1000;
