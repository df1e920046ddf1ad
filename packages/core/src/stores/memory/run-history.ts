// The ended runs the memory store still keeps, in the order in which they ended.
import type { RunEntry } from './job-runs.ts';

/** What a history is made with. */
export interface RunHistoryOptions {
  /** How many runs are kept in all. */
  readonly maxRuns: number;
  /** How many runs of a job are kept. */
  readonly keepRuns: (jobId: string) => number;
  /** Called for each run that goes. */
  readonly forget: (runId: string) => void;
}

/** A queue of ended runs with an end that falls off. */
export class RunHistory {
  readonly #options: RunHistoryOptions;
  #ended: RunEntry[] = [];
  /** Where the kept ones begin; what lies before is cut off now and then. */
  #first = 0;

  constructor(options: RunHistoryOptions) {
    this.#options = options;
  }

  add(entry: RunEntry): void {
    const { maxRuns, forget } = this.#options;
    this.#ended.push(entry);
    if (this.#ended.length - this.#first <= maxRuns) return;
    const oldest = this.#ended[this.#first++];
    if (oldest !== undefined) forget(oldest.run.id);
    // Cutting costs as much as is kept, so it waits until as much can be cut.
    if (this.#first > maxRuns + 1024) this.#cut(new Set());
  }

  /** Takes out a run that is to go on. */
  remove(entry: RunEntry): void {
    this.#cut(new Set([entry]));
  }

  /** Forgets at most `limit` runs: those that ended before an instant, then the oldest of jobs that have too many. */
  prune(limit: number, endedBefore: number): number {
    this.#cut(new Set());
    const old = this.#ended.filter(({ run }) => (run.finishedAt ?? 0) < endedBefore);
    const dropped = new Set(old.slice(0, limit));
    for (const entry of this.#beyondKept(dropped)) if (dropped.size < limit) dropped.add(entry);
    for (const { run } of dropped) this.#options.forget(run.id);
    this.#cut(dropped);
    return dropped.size;
  }

  /** What each job has beyond the runs it keeps, the oldest fire times. */
  #beyondKept(dropped: ReadonlySet<RunEntry>): RunEntry[] {
    const kept = this.#ended.filter((entry) => !dropped.has(entry));
    const excess = new Map<string, number>();
    for (const { run } of kept)
      excess.set(run.jobId, (excess.get(run.jobId) ?? -this.#options.keepRuns(run.jobId)) + 1);
    // Few jobs have too many: only theirs are put in order.
    const surplus = kept.filter(({ run }) => (excess.get(run.jobId) ?? 0) > 0);
    const oldestFirst = surplus.sort((a, b) => a.run.fireAt - b.run.fireAt || a.order - b.order);
    return oldestFirst.filter(({ run }) => {
      const beyond = excess.get(run.jobId) ?? 0;
      excess.set(run.jobId, beyond - 1);
      return beyond > 0;
    });
  }

  #cut(dropped: ReadonlySet<RunEntry>): void {
    const kept = this.#ended.slice(this.#first);
    this.#ended = dropped.size === 0 ? kept : kept.filter((entry) => !dropped.has(entry));
    this.#first = 0;
  }
}
