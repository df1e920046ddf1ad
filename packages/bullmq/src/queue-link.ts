// The scheduler's way to the queue: what it asks of BullMQ, and what it hears.
import { SchedError, toError } from '@sched/core';
import { type Job, Queue, QueueEvents, QueueEventsProducer, type QueueOptions } from 'bullmq';
import { controlQueue, hearOneself, letProcessEnd } from './connection.ts';
import type { ExecutorSettings } from './options.ts';
import type { QueueJobData } from './queue-job.ts';

/** Who hears what happens to jobs of the queue. */
export interface QueueListener {
  onCompleted(id: string, returned: unknown): void;
  onProgress(id: string, progress: unknown): void;
  onStalled(id: string): void;
  /** Something else has changed about the job. */
  onChanged(id: string): void;
  onError(error: Error): void;
}

/** Open connections to a queue. */
export class QueueLink {
  readonly #queue: Queue<QueueJobData>;
  readonly #events: QueueEvents;
  readonly #control: QueueEventsProducer;
  readonly #holds: readonly ((isHeld: boolean) => void)[];

  private constructor(parts: LinkParts) {
    this.#queue = parts.queue;
    this.#events = parts.events;
    this.#control = parts.control;
    this.#holds = parts.holds;
  }

  /** Connects. @throws SchedError `executor-failure` when Redis cannot be reached */
  static async open(settings: ExecutorSettings, listener: QueueListener): Promise<QueueLink> {
    const { prefix, stallMs } = settings;
    // A command waits for as long as Redis is gone: its run says how long that may be.
    const connection =
      'duplicate' in settings.connection ? settings.connection : { ...settings.connection, maxRetriesPerRequest: null };
    const options = { connection, prefix, ...stallOptions(stallMs) };
    const queue = await openQueue(settings.queue, options);
    const events = new QueueEvents(settings.queue, options);
    const control = new QueueEventsProducer(controlQueue(settings.queue), options);
    const parts: readonly (Part & NodeJS.EventEmitter)[] = [queue, events, control];
    for (const part of parts) part.on('error', (error: Error) => listener.onError(error));
    await Promise.all(parts.map((part) => part.waitUntilReady()));
    listen(events, listener);
    const holds = await Promise.all(parts.map((part) => letProcessEnd(part.backend)));
    await hearOneself(events, queue.name, options);
    return new QueueLink({ queue, events, control, holds });
  }

  /** Puts a job into the queue, unless one of its id is there. */
  async add(id: string, task: string, data: QueueJobData): Promise<void> {
    // Kept until the job store knows the end; what nobody comes back for goes after a week.
    const keep = { age: 7 * 86_400 };
    await this.#queue.add(task, data, { jobId: id, attempts: 1, removeOnComplete: keep, removeOnFail: keep });
  }

  find(id: string): Promise<Job<QueueJobData> | undefined> {
    return this.#queue.getJob(id);
  }

  /** Takes a job out of the queue; false when a worker is at it. */
  async remove(id: string): Promise<boolean> {
    return (await this.#queue.remove(id)) === 1;
  }

  /** Asks the worker that is at a job to end it. */
  async cancel(id: string, reason: string): Promise<void> {
    await this.#control.publishEvent({ eventName: 'cancel', id, reason });
  }

  /** Lines that were logged, from one on up to and without another. */
  async logs(id: string, from: number, to: number): Promise<readonly string[]> {
    return (await this.#queue.getJobLogs(id, from, to - 1)).logs;
  }

  /** Finds runs whose worker is gone, once in a stall interval, whoever asks. */
  async checkStalled(): Promise<void> {
    await this.#queue.backend.moveStalledJobsToWait();
  }

  async close(): Promise<void> {
    for (const hold of this.#holds) hold(true);
    await Promise.all([this.#control, this.#events, this.#queue].map((part) => part.close()));
  }
}

/** What all of them have. */
interface Part {
  readonly backend: { readonly client: Promise<object> };
  waitUntilReady(): Promise<void>;
  close(): Promise<void>;
}

interface LinkParts {
  readonly queue: Queue<QueueJobData>;
  readonly events: QueueEvents;
  readonly control: QueueEventsProducer;
  readonly holds: readonly ((isHeld: boolean) => void)[];
}

/** One whose worker is gone is not run again by the queue: repeating is the scheduler's. */
export function stallOptions(stallMs: number) {
  return { maxStalledCount: 0, stalledInterval: stallMs / 2 };
}

/** Alone at first: connections of the other kinds cannot be given up before they are made. */
async function openQueue(name: string, options: QueueOptions): Promise<Queue<QueueJobData>> {
  const queue = new Queue<QueueJobData>(name, options);
  const failed = new Promise<never>((_, reject) => queue.once('error', reject));
  try {
    await Promise.race([failed, queue.waitUntilReady()]);
    return queue;
  } catch (cause) {
    queue.on('error', () => {});
    await queue.close().catch(() => {});
    const message = `the queue '${name}' cannot be reached: ${toError(cause).message}`;
    throw new SchedError('executor-failure', message, { cause });
  }
}

function listen(events: QueueEvents, listener: QueueListener): void {
  events.on('completed', ({ jobId, returnvalue }) => listener.onCompleted(jobId, returnvalue));
  events.on('progress', ({ jobId, data }) => listener.onProgress(jobId, data));
  events.on('stalled', ({ jobId }) => listener.onStalled(jobId));
  events.on('failed', ({ jobId }) => listener.onChanged(jobId));
  events.on('removed', ({ jobId }) => listener.onChanged(jobId));
  events.on('duplicated', ({ jobId }) => listener.onChanged(jobId));
}
