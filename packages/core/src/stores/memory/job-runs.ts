// The open runs of one job: a linked list from the oldest on, with the counts that limits are held against.
import type { RunRecord } from '../../jobs/records.ts';
import { Heap, type HeapItem } from './heap.ts';

/** A run in the tables of the memory store. */
export interface RunEntry extends HeapItem<RunEntry> {
  run: RunRecord;
  /** The job it belongs to while it is open. */
  owner: JobRuns | null;
  older: RunEntry | null;
  newer: RunEntry | null;
}

export class JobRuns {
  /** How many runs are waiting or running. */
  open = 0;
  /** How many of them are running. */
  running = 0;
  /** The runs that would start, were the job not at its limit; few jobs ever have one. */
  held: Heap<RunEntry> | null = null;
  /** Its runs differ in what a claim looks at, because the job was changed in between. */
  mixed = false;
  #oldest: RunEntry | null = null;
  #newest: RunEntry | null = null;

  add(entry: RunEntry): void {
    entry.owner = this;
    entry.older = this.#newest;
    if (this.#newest === null) this.#oldest = entry;
    else this.#newest.newer = entry;
    this.#newest = entry;
    this.open++;
    if (this.#oldest !== null && !claimedAlike(this.#oldest.run, entry.run)) this.mixed = true;
  }

  remove(entry: RunEntry): void {
    if (entry.older === null) this.#oldest = entry.newer;
    else entry.older.newer = entry.newer;
    if (entry.newer === null) this.#newest = entry.older;
    else entry.newer.older = entry.older;
    entry.owner = entry.older = entry.newer = null;
    this.open--;
    if (this.open === 0) this.mixed = false;
  }

  /** Keeps a run back until one of the job's runs ends. */
  hold(entry: RunEntry): void {
    this.held ??= new Heap();
    this.held.push(entry, entry.run.availableAt, startRank(entry.run));
  }

  /** The open runs, the one recorded first in front. */
  entries(): RunEntry[] {
    const all: RunEntry[] = [];
    for (let entry = this.#oldest; entry !== null; entry = entry.newer) all.push(entry);
    return all;
  }
}

/** The rank of a run that could start: those whose holder was lost come first, then the higher priority. */
export function startRank({ state, policies }: RunRecord): number {
  return state === 'running' ? Number.NEGATIVE_INFINITY : -policies.priority;
}

function claimedAlike(a: RunRecord, b: RunRecord): boolean {
  return a.executor === b.executor && a.task === b.task && a.policies.maxInstances === b.policies.maxInstances;
}
