// One run under way: from the queue, through whichever worker takes it, to its one end.
import {
  decodeArguments,
  type Execution,
  type ExecutorContext,
  errorFromFields,
  SchedError,
  toError,
  WorkerLostError,
} from '@sched/core';
import type { Job } from 'bullmq';
import { progressOf, type QueueJobData, type QueueJobResult, queueJobData, queueJobId } from './queue-job.ts';
import type { QueueLink } from './queue-link.ts';

/** What a flight works with. */
export interface FlightParts {
  readonly link: QueueLink;
  readonly setTimer: ExecutorContext['setTimer'];
  readonly killGraceMs: number;
  /** Hears of questions to the queue that failed; they are asked again. */
  readonly onError: (error: Error) => void;
}

/** A run from the moment it is put into the queue. */
export class Flight {
  readonly id: string;
  readonly #execution: Execution;
  readonly #parts: FlightParts;
  readonly #outcome: Promise<unknown>;
  #end: { readonly resolve: (result: unknown) => void; readonly reject: (error: unknown) => void } | null = null;
  /** What happens to the job is gone through one after the other: its last words come before its end. */
  #turn: Promise<void> = Promise.resolve();
  #data: QueueJobData | null = null;
  #isQueued = false;
  #logs = 0;
  #said = '';

  constructor(execution: Execution, parts: FlightParts) {
    const { run, jobStore } = execution;
    this.id = queueJobId(run.runId, run.attempt, jobStore);
    this.#execution = execution;
    this.#parts = parts;
    this.#outcome = new Promise((resolve, reject) => {
      this.#end = { resolve, reject };
    });
  }

  /** Puts the run into the queue, or finds it there, and waits for its end. */
  async run(): Promise<unknown> {
    const { signal } = this.#execution.run;
    const { task } = this.#execution;
    this.#data = queueJobData(this.#execution);
    const queued = this.#parts.link.add(this.id, task, this.#data).then(
      () => {
        this.#isQueued = true;
      },
      (error) => this.#reject(notQueued(task, error)),
    );
    let grace: { cancel(): void } | undefined;
    const onAbort = () => {
      if (goesOn(signal.reason)) return this.#reject(signal.reason);
      grace = this.#parts.setTimer(this.#execution.killGraceMs ?? this.#parts.killGraceMs, () =>
        this.#reject(signal.reason),
      );
      void queued.then(() => this.#cancel(signal.reason));
    };
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await this.#outcome;
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    } finally {
      signal.removeEventListener('abort', onAbort);
      grace?.cancel();
      this.#end = null;
    }
  }

  /** Its task has returned. */
  onCompleted(returned: unknown): void {
    void this.#inTurn(async () => {
      const { value, logs } = (returned ?? {}) as Partial<QueueJobResult>;
      await this.#readLogs(logs ?? 0);
      try {
        this.#resolve(decodeArguments(String(value))[0]);
      } catch (cause) {
        const stranger = `job ${this.id} of the queue was ended by something else than createWorker()`;
        this.#reject(new SchedError('executor-failure', stranger, { cause }));
      }
    });
  }

  /** Its task has said something. */
  onProgress(progress: unknown): void {
    void this.#inTurn(() => this.#heed(progress));
  }

  /** Its worker is gone. */
  onStalled(): void {
    void this.#inTurn(async () => this.#reject(this.#lost()));
  }

  /** Looks how it stands: what an event does not tell, or told nobody. */
  look(): Promise<void> {
    return this.#inTurn(async () => {
      const job = await this.#parts.link.find(this.id);
      if (job !== undefined) await this.#compare(job);
      else if (this.#isQueued)
        this.#reject(new WorkerLostError(this.#execution.task, 'its job is gone from the queue'));
    });
  }

  async #compare(job: Job<QueueJobData>): Promise<void> {
    if (job.name !== this.#execution.task || job.data.args !== this.#data?.args) {
      const hint = 'schedulers that share no job store need queues of their own';
      return this.#reject(new SchedError('executor-failure', `job ${this.id} of the queue is another run: ${hint}`));
    }
    await this.#heed(job.progress);
    const hasFailed = job.finishedOn !== undefined && job.returnvalue === null;
    if (isStalled(job)) this.#reject(this.#lost());
    else if (hasFailed) this.#reject(this.#errorOf(job));
    else if (job.finishedOn !== undefined) this.onCompleted(job.returnvalue);
  }

  async #heed(progress: unknown): Promise<void> {
    const { fraction, text, logs } = progressOf(progress);
    await this.#readLogs(logs);
    const said = `${fraction} ${text}`;
    if (fraction === null || said === this.#said || this.#end === null) return;
    this.#said = said;
    this.#execution.run.progress(fraction, text);
  }

  async #readLogs(count: number): Promise<void> {
    if (count <= this.#logs || this.#end === null) return;
    const lines = await this.#parts.link.logs(this.id, this.#logs, count);
    this.#logs = count;
    for (const line of lines) this.#execution.run.log(line);
  }

  #errorOf(job: Job<QueueJobData>): Error {
    const { error } = progressOf(job.progress);
    if (error === null) return new Error(job.failedReason);
    if (error['code'] !== 'run-aborted') return errorFromFields(error);
    return new WorkerLostError(this.#execution.task, 'it shut down before the task had come to its end');
  }

  #lost(): Error {
    return new WorkerLostError(
      this.#execution.task,
      'it was killed, cut off, or held up for longer than the stall interval',
    );
  }

  /** One that no worker has begun just goes; another is its worker's to end. */
  async #cancel(reason: unknown): Promise<void> {
    try {
      if (await this.#parts.link.remove(this.id)) this.#reject(reason);
      else await this.#parts.link.cancel(this.id, toError(reason).message);
    } catch (error) {
      this.#parts.onError(toError(error));
    }
  }

  #inTurn(step: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(async () => {
      if (this.#end === null) return;
      await step().catch((error) => this.#parts.onError(toError(error)));
    });
    return this.#turn;
  }

  #resolve(result: unknown): void {
    const { signal } = this.#execution.run;
    if (signal.aborted) this.#end?.reject(signal.reason);
    else this.#end?.resolve(result);
  }

  #reject(error: unknown): void {
    this.#end?.reject(error);
  }
}

/** What BullMQ says of a job whose worker is gone and that is not to run again. */
const STALLED = 'job stalled more than allowable limit';

function isStalled(job: Job<QueueJobData>): boolean {
  if (job.finishedOn !== undefined) return job.failedReason === STALLED;
  return job.deferredFailure === STALLED || job.stalledCounter > 0;
}

/** Whether an abort is about this scheduler only: another will hear how the run ends. */
function goesOn(reason: unknown): boolean {
  const why = reason instanceof Error && 'why' in reason ? reason.why : undefined;
  return why === 'lost' || why === 'shutdown';
}

function notQueued(task: string, cause: unknown): Error {
  const { message } = toError(cause);
  return new SchedError('executor-failure', `a run of task '${task}' cannot be put into the queue: ${message}`, {
    cause,
  });
}
