// What the task of a run in execution has said, until the store knows it.
import type { Clock } from '../../clock.ts';
import type { RunRecord } from '../../jobs/records.ts';
import { RunLog } from '../../jobs/run-log.ts';
import { encodeProgress, type RunProgress } from '../../jobs/run-notes.ts';
import type { RunNotes } from '../../stores/store.ts';

/** The notes of one attempt. A task that says nothing costs nothing. */
export class RunJournal {
  readonly #record: RunRecord;
  readonly #clock: Clock;
  readonly #onNote: () => void;
  #log: RunLog | null = null;
  #progress: RunProgress | null = null;
  #isDirty = false;
  #isProgressTold = true;

  /** @param onNote called when there is something that the store does not know */
  constructor(record: RunRecord, clock: Clock, onNote: () => void) {
    this.#record = record;
    this.#clock = clock;
    this.#onNote = onNote;
  }

  progress(progress: RunProgress): void {
    this.#progress = progress;
    this.#isProgressTold = false;
    this.#note();
  }

  log(message: string): void {
    this.#log ??= new RunLog(this.#record.log, this.#record.attempt);
    this.#log.add(this.#clock.now(), this.#record.attempt, message);
    this.#note();
  }

  /** The run with what its task has said. */
  get run(): RunRecord {
    return { ...this.#record, ...this.notes };
  }

  /** All that the task has said in this attempt. */
  get notes(): RunNotes {
    return {
      ...(this.#progress === null ? {} : { progress: encodeProgress(this.#progress) }),
      ...(this.#log === null ? {} : { log: this.#log.toString() }),
    };
  }

  /** What the store does not know yet; null if it knows everything. From now on it counts as known. */
  takeNotes(): RunNotes | null {
    if (!this.#isDirty) return null;
    this.#isDirty = false;
    return this.notes;
  }

  /** What was taken did not reach the store. */
  notKept(): void {
    this.#isDirty = true;
  }

  /** The progress that nobody was told of yet; null if there is none. From now on it counts as told. */
  takeProgress(): RunProgress | null {
    if (this.#isProgressTold) return null;
    this.#isProgressTold = true;
    return this.#progress;
  }

  #note(): void {
    if (this.#isDirty) return;
    this.#isDirty = true;
    this.#onNote();
  }
}
