// What a task says of itself while it runs in a worker, on its way to the scheduler.
import { type Clock, type ErrorFields, InvalidOptionError } from '@sched/core';
import type { QueueJobProgress } from './queue-job.ts';

/** Where it goes: a job of the queue. */
export interface QueueJobNotes {
  log(line: string): Promise<number>;
  updateProgress(progress: object): Promise<void>;
}

/** How often it is sent, at most, in milliseconds: a task may speak at every turn of a loop. */
const SENT_EVERY_MS = 100;
/** Lines kept of one attempt: what is beyond them is left out. */
const MOST_LINES = 10_000;

/** The voice of one run. */
export class Voice {
  readonly #job: QueueJobNotes;
  readonly #clock: Clock;
  readonly #onError: (error: unknown) => void;
  #lines: string[] = [];
  #lineCount = 0;
  #progress: Pick<QueueJobProgress, 'fraction' | 'text'> = { fraction: null, text: '' };
  #isDirty = false;
  #sending: Promise<void> | null = null;
  #sentAt = Number.NEGATIVE_INFINITY;
  #timer: { cancel(): void } | null = null;
  #hasEnded = false;

  constructor(job: QueueJobNotes, clock: Clock, onError: (error: unknown) => void) {
    this.#job = job;
    this.#clock = clock;
    this.#onError = onError;
  }

  /** How many lines were logged. */
  get lineCount(): number {
    return this.#lineCount;
  }

  readonly log = (message: string): void => {
    if (this.#hasEnded || this.#lineCount >= MOST_LINES) return;
    this.#lineCount++;
    const line = this.#lineCount === MOST_LINES ? `… only ${MOST_LINES} lines of an attempt are kept` : String(message);
    this.#lines.push(line);
    this.#soon();
  };

  readonly progress = (fraction: number, text = ''): void => {
    if (typeof fraction !== 'number' || !(fraction >= 0 && fraction <= 1))
      throw new InvalidOptionError('fraction', fraction, 'a number from 0 to 1');
    if (typeof text !== 'string') throw new InvalidOptionError('text', text, 'a string');
    if (this.#hasEnded) return;
    this.#progress = { fraction, text };
    this.#soon();
  };

  /** Sends what is left, and what the task threw. What is said later is nobody's. */
  async end(error: ErrorFields | null): Promise<void> {
    this.#hasEnded = true;
    this.#timer?.cancel();
    await this.#sending;
    if (this.#isDirty || error !== null) await this.#send(error);
  }

  #soon(): void {
    this.#isDirty = true;
    if (this.#timer !== null || this.#sending !== null) return;
    const waitMs = this.#sentAt + SENT_EVERY_MS - this.#clock.monotonic();
    this.#timer = this.#clock.setTimer(Math.max(0, waitMs), () => {
      this.#timer = null;
      this.#sending = this.#send(null)
        .catch(this.#onError)
        .finally(() => {
          this.#sending = null;
          if (this.#isDirty && !this.#hasEnded) this.#soon();
        });
    });
  }

  async #send(error: ErrorFields | null): Promise<void> {
    this.#isDirty = false;
    this.#sentAt = this.#clock.monotonic();
    const logs = this.#lineCount;
    // One connection: the lines arrive in order, and before the progress that tells of them.
    const lines = this.#lines.splice(0).map((line) => this.#job.log(line));
    await Promise.all([...lines, this.#job.updateProgress({ ...this.#progress, logs, error })]);
  }
}
