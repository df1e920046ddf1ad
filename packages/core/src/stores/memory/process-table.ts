// The processes of the memory store: this one, for each scheduler that it was given to.
import { byStart } from '../rows/process-row.ts';
import type { ProcessRecord } from '../store.ts';
import type { ProcessRows } from '../tables.ts';

export class ProcessTable implements ProcessRows {
  readonly #records = new Map<string, ProcessRecord>();

  put(process: ProcessRecord): void {
    this.#records.set(process.schedulerId, Object.freeze({ ...process }));
  }

  delete(schedulerId: string): void {
    this.#records.delete(schedulerId);
  }

  deleteSeenBefore(instant: number): void {
    for (const { schedulerId, seenAt } of this.#records.values()) if (seenAt < instant) this.delete(schedulerId);
  }

  all(): ProcessRecord[] {
    return [...this.#records.values()].sort(byStart);
  }
}
