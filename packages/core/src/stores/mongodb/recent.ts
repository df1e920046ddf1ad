// What this process has read or written a moment ago and is about to need again: between claim, commit, start and end the same
// documents are asked for four times. The server is still asked, but only for their etags, which costs a fraction.
import type { JobRecord, RunRecord } from '../../jobs/records.ts';
import { isOpen, textLength } from '../run-decisions.ts';

/** How many records are remembered. */
const MAX_RECORDS = 10_000;

/** Records with longer texts in them are not remembered, in characters: what is kept in memory has to have a bound. */
const MAX_TEXT = 2_000;

/** From how many documents on it is worth asking twice: for the etags, and for those that have another. */
const MANY = 8;

/** Records by id and etag. */
class Remembered<Kind extends JobRecord | RunRecord> {
  readonly #records = new Map<string, { readonly record: Kind; readonly etag: unknown }>();

  /** Whether it is worth asking for etags first: most of these are remembered. */
  areWorthAsking(ids: readonly string[]): boolean {
    return ids.length >= MANY && 2 * ids.filter((id) => this.#records.has(id)).length > ids.length;
  }

  /** Whether there may be many. */
  get hasMany(): boolean {
    return this.#records.size >= MANY;
  }

  /** The record, if it was remembered with this etag. */
  get(id: string, etag: unknown): Kind | undefined {
    const remembered = this.#records.get(id);
    return remembered?.etag === etag ? remembered?.record : undefined;
  }

  /** A copy is kept, since the record itself is given away. */
  set(record: Kind, etag: unknown): void {
    this.#records.delete(record.id);
    if (lengthOf(record) > MAX_TEXT) return;
    this.#records.set(record.id, { record: { ...record }, etag });
    if (this.#records.size <= MAX_RECORDS) return;
    for (const oldest of this.#records.keys()) return void this.#records.delete(oldest);
  }

  delete(id: string): void {
    this.#records.delete(id);
  }
}

/** What an open store remembers. */
export class Recent {
  /** Jobs that were claimed: their fires are about to be recorded. */
  readonly jobs = new Remembered<JobRecord>();
  /** Open runs. */
  readonly runs = new Remembered<RunRecord>();

  /** Remembers a run that was written, as long as something is ahead of it. */
  run(record: RunRecord, etag: unknown): void {
    if (isOpen(record)) this.runs.set(record, etag);
    else this.runs.delete(record.id);
  }
}

function lengthOf(record: JobRecord | RunRecord): number {
  return 'jobId' in record ? textLength(record) : record.args.length;
}
