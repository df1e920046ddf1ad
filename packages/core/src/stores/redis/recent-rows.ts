// Rows that this process has claimed or written a moment ago and will soon be asked for again: a fire needs the same two
// rows four times. They save asking the server and reading the answer; whether they are still true comes out when they are
// written.
import type { JobRecord, RunRecord } from '../../jobs/records.ts';
import { copy } from '../operations.ts';
import { textLength } from '../run-decisions.ts';
import type { StoredRow } from './row-form.ts';

/** How many rows of a kind are remembered, and up to what length of their texts: what is kept has to have a bound. */
const MAX_ROWS = 10_000;
const MAX_TEXT = 2_000;

/** Rows by id. Each is handed out once: whoever takes it is about to change it. */
class Rows<Kind extends JobRecord | RunRecord> {
  readonly #rows = new Map<string, StoredRow<Kind>>();

  /** Remembers rows so that nobody who has been handed their records can change them. */
  remember(rows: Iterable<StoredRow<Kind>>): void {
    for (const row of rows) {
      const { id } = row.record;
      this.#rows.delete(id);
      if (lengthOf(row.record) > MAX_TEXT) continue;
      const record = copy(row.record);
      if ('trigger' in record) for (const nested of [record.trigger, record.tags]) freeze(nested);
      this.#rows.set(id, { ...row, record });
    }
    for (const id of this.#rows.keys()) {
      if (this.#rows.size <= MAX_ROWS) return;
      this.#rows.delete(id);
    }
  }

  /** Takes a row out. */
  take(id: string): StoredRow<Kind> | undefined {
    const row = this.#rows.get(id);
    if (row !== undefined) this.#rows.delete(id);
    return row;
  }

  clear(): void {
    this.#rows.clear();
  }
}

/** What is remembered. */
export class RecentRows {
  readonly jobs = new Rows<JobRecord>();
  readonly runs = new Rows<RunRecord>();

  clear(): void {
    this.jobs.clear();
    this.runs.clear();
  }
}

function lengthOf(record: JobRecord | RunRecord): number {
  return 'jobId' in record ? textLength(record) : record.args.length;
}

/** Freezes plain data at every depth. */
function freeze(data: unknown): void {
  if (typeof data !== 'object' || data === null || Object.isFrozen(data)) return;
  for (const value of Object.values(Object.freeze(data))) freeze(value);
}
