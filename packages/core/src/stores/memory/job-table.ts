// The jobs of the memory store: by id, and per group of tasks in the order in which they come due.
import type { JobRecord } from '../../jobs/records.ts';
import { taskGroup } from '../../jobs/task.ts';
import { jobMatches } from '../filters.ts';
import { claimedJob, dueAt } from '../job-decisions.ts';
import { comparePositions, firstInOrder, jobPosition } from '../paging.ts';
import type { JobFilter } from '../store.ts';
import type { JobRows, RowsRequest } from '../tables.ts';
import { Heap, type HeapItem, isBefore } from './heap.ts';
import { JobFreezer } from './job-freezer.ts';
import { JobRuns } from './job-runs.ts';

interface JobEntry extends HeapItem<JobEntry> {
  job: JobRecord;
  /** Its open runs; null before the first. They stand here because whoever needs them has just found the job. */
  runs: JobRuns | null;
}

/** The active jobs of one group of tasks. Claimed ones stand apart, so that looking for work never meets them. */
interface TaskJobs {
  readonly due: Heap<JobEntry>;
  readonly claimed: Heap<JobEntry>;
}

/** All jobs, each replaced as a whole when it changes. */
export class JobTable implements JobRows {
  readonly #entries = new Map<string, JobEntry>();
  readonly #byTask = new Map<string, TaskJobs>();
  readonly #freezer = new JobFreezer();
  /** The open runs of jobs that were removed. */
  readonly #orphans = new Map<string, JobRuns>();
  /** The one looked up last: what is read is mostly written right after. */
  #found: JobEntry | undefined;
  #generation = 0;

  nextGeneration(): number {
    return ++this.#generation;
  }

  get(id: string): JobRecord | undefined {
    return this.#find(id)?.job;
  }

  standing(id: string): JobRecord | undefined {
    return this.get(id);
  }

  ids(): string[] {
    return [...this.#entries.keys()];
  }

  add(job: JobRecord): JobRecord {
    const order = job.generation;
    // An earlier job of this id may have left some.
    const runs = this.#orphans.get(job.id) ?? null;
    this.#orphans.delete(job.id);
    const entry: JobEntry = { job: this.#freezer.freeze(job), runs, order, rank: 0, at: 0, heap: null, place: 0 };
    this.#entries.set(job.id, entry);
    this.#queue(entry);
    return entry.job;
  }

  put(job: JobRecord, stored: JobRecord): JobRecord {
    const entry = this.#find(job.id);
    if (entry === undefined) return job;
    const isFrozen = job.trigger === stored.trigger && job.policies === stored.policies && job.tags === stored.tags;
    return this.#put(entry, isFrozen ? job : this.#freezer.freeze(job));
  }

  delete(id: string): void {
    const entry = this.#find(id);
    if (entry === undefined) return;
    entry.heap?.remove(entry);
    if (entry.runs !== null && entry.runs.open > 0) this.#orphans.set(id, entry.runs);
    this.#entries.delete(id);
    this.#found = undefined;
  }

  /** The open runs of a job, also of one that was removed; undefined if it has none. */
  openRuns(id: string): JobRuns | undefined {
    return this.#find(id)?.runs ?? this.#orphans.get(id);
  }

  /** The same, to add one to. */
  openRunsToAdd(id: string): JobRuns {
    const runs = this.openRuns(id) ?? new JobRuns();
    const entry = this.#find(id);
    if (entry === undefined) this.#orphans.set(id, runs);
    else entry.runs = runs;
    return runs;
  }

  /** Forgets that a job has open runs; it has none any more. */
  forgetOpenRuns(id: string): void {
    if (this.#orphans.size > 0) this.#orphans.delete(id);
  }

  claimDue(tasks: ReadonlySet<string>, limit: number, ttlMs: number, now: number): JobRecord[] {
    const queues = this.#of(tasks, now);
    const claimed: JobRecord[] = [];
    while (claimed.length < limit) {
      const entry = firstDue(queues);
      if (entry === undefined || entry.at > now) break;
      claimed.push(this.#put(entry, claimedJob(entry.job, ttlMs, now)));
    }
    return claimed;
  }

  nextAt(tasks: ReadonlySet<string>, now: number): number {
    let at = Number.POSITIVE_INFINITY;
    for (const { due, claimed } of this.#of(tasks, now)) {
      if (due.top !== undefined) at = Math.min(at, due.top.at);
      if (claimed.top !== undefined)
        at = Math.min(at, Math.max(claimed.top.job.claimedUntil + 1, dueAtOf(claimed.top)));
    }
    return at;
  }

  countDue(except: ReadonlySet<string>, now: number, counts: Map<string, number>): void {
    for (const [task, queues] of this.#byTask) {
      if (except.has(task)) continue;
      endClaims(queues, now);
      const due = queues.due.countWhile((entry) => entry.at <= now);
      if (due > 0) counts.set(task, (counts.get(task) ?? 0) + due);
    }
  }

  list({ filter, limit, start }: RowsRequest<JobFilter>): JobRecord[] {
    const wanted: JobRecord[] = [];
    for (const { job } of this.#entries.values()) {
      if (jobMatches(job, filter) && (start === null || comparePositions(jobPosition(job), start) > 0))
        wanted.push(job);
    }
    return firstInOrder(wanted, limit, (a, b) => comparePositions(jobPosition(a), jobPosition(b)));
  }

  #find(id: string): JobEntry | undefined {
    if (this.#found?.job.id !== id) this.#found = this.#entries.get(id);
    return this.#found;
  }

  #put(entry: JobEntry, job: JobRecord): JobRecord {
    entry.heap?.remove(entry);
    entry.job = job;
    this.#queue(entry);
    return job;
  }

  #queue(entry: JobEntry): void {
    const { job } = entry;
    if (job.state !== 'active' || job.nextFireAt === null) return;
    const group = taskGroup(job.task);
    let queues = this.#byTask.get(group);
    if (queues === undefined) {
      queues = { due: new Heap(), claimed: new Heap() };
      this.#byTask.set(group, queues);
    }
    if (job.claimedUntil > 0) queues.claimed.push(entry, job.claimedUntil);
    else queues.due.push(entry, dueAtOf(entry));
  }

  #of(tasks: ReadonlySet<string>, now: number): TaskJobs[] {
    const found: TaskJobs[] = [];
    for (const [task, queues] of this.#byTask) {
      if (queues.due.size + queues.claimed.size === 0) this.#byTask.delete(task);
      else if (tasks.has(task)) found.push(endClaims(queues, now));
    }
    return found;
  }
}

/** Moves the jobs back whose claim has run out. */
function endClaims(queues: TaskJobs, now: number): TaskJobs {
  for (
    let entry = queues.claimed.top;
    entry !== undefined && entry.job.claimedUntil < now;
    entry = queues.claimed.top
  ) {
    queues.claimed.remove(entry);
    queues.due.push(entry, dueAtOf(entry));
  }
  return queues;
}

function firstDue(queues: readonly TaskJobs[]): JobEntry | undefined {
  let first: JobEntry | undefined;
  for (const { due } of queues) {
    if (due.top !== undefined && (first === undefined || isBefore(due.top, first))) first = due.top;
  }
  return first;
}

function dueAtOf(entry: JobEntry): number {
  return dueAt(entry.job) ?? Number.POSITIVE_INFINITY;
}
