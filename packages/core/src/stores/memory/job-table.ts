// The jobs of the memory store: by id, and per group of tasks in the order in which they come due.
import type { JobRecord } from '../../jobs/records.ts';
import { taskGroup } from '../../jobs/task.ts';
import { jobMatches } from '../filters.ts';
import { claimedJob, dueAt } from '../job-decisions.ts';
import { comparePositions, firstInOrder, jobPosition } from '../paging.ts';
import type { JobFilter } from '../store.ts';
import type { JobRows, RowsRequest } from '../tables.ts';
import { Heap, type HeapItem } from './heap.ts';
import { JobFreezer } from './job-freezer.ts';

interface JobEntry extends HeapItem<JobEntry> {
  job: JobRecord;
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
  #generation = 0;

  nextGeneration(): number {
    return ++this.#generation;
  }

  get(id: string): JobRecord | undefined {
    return this.#entries.get(id)?.job;
  }

  standing(id: string): JobRecord | undefined {
    return this.get(id);
  }

  ids(): string[] {
    return [...this.#entries.keys()];
  }

  add(job: JobRecord): JobRecord {
    const entry: JobEntry = { job: this.#freezer.freeze(job), heap: null, place: 0 };
    this.#entries.set(job.id, entry);
    this.#queue(entry);
    return entry.job;
  }

  put(job: JobRecord, stored: JobRecord): JobRecord {
    const entry = this.#entries.get(job.id);
    if (entry === undefined) return job;
    const isFrozen = job.trigger === stored.trigger && job.policies === stored.policies && job.tags === stored.tags;
    entry.heap?.remove(entry);
    entry.job = isFrozen ? job : this.#freezer.freeze(job);
    this.#queue(entry);
    return entry.job;
  }

  delete(id: string): void {
    const entry = this.#entries.get(id);
    entry?.heap?.remove(entry);
    this.#entries.delete(id);
  }

  claimDue(tasks: ReadonlySet<string>, limit: number, ttlMs: number, now: number): JobRecord[] {
    const queues = this.#of(tasks, now);
    const claimed: JobRecord[] = [];
    while (claimed.length < limit) {
      const entry = firstDue(queues);
      if (entry === undefined || dueAtOf(entry) > now) break;
      claimed.push(this.put(claimedJob(entry.job, ttlMs, now), entry.job));
    }
    return claimed;
  }

  nextAt(tasks: ReadonlySet<string>, now: number): number {
    let at = Number.POSITIVE_INFINITY;
    for (const { due, claimed } of this.#of(tasks, now)) {
      if (due.top !== undefined) at = Math.min(at, dueAtOf(due.top));
      if (claimed.top !== undefined)
        at = Math.min(at, Math.max(claimed.top.job.claimedUntil + 1, dueAtOf(claimed.top)));
    }
    return at;
  }

  countDue(except: ReadonlySet<string>, now: number, counts: Map<string, number>): void {
    for (const [task, queues] of this.#byTask) {
      if (except.has(task)) continue;
      endClaims(queues, now);
      const due = queues.due.countWhile((entry) => dueAtOf(entry) <= now);
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

  #queue(entry: JobEntry): void {
    const { job } = entry;
    if (job.state !== 'active' || job.nextFireAt === null) return;
    const group = taskGroup(job.task);
    let queues = this.#byTask.get(group);
    if (queues === undefined) {
      queues = { due: new Heap(isDueBefore), claimed: new Heap(claimEndsBefore) };
      this.#byTask.set(group, queues);
    }
    (job.claimedUntil > 0 ? queues.claimed : queues.due).push(entry);
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
    queues.due.push(entry);
  }
  return queues;
}

function firstDue(queues: readonly TaskJobs[]): JobEntry | undefined {
  let first: JobEntry | undefined;
  for (const { due } of queues) {
    if (due.top !== undefined && (first === undefined || isDueBefore(due.top, first))) first = due.top;
  }
  return first;
}

function dueAtOf(entry: JobEntry): number {
  return dueAt(entry.job) ?? Number.POSITIVE_INFINITY;
}

function isDueBefore(a: JobEntry, b: JobEntry): boolean {
  const difference = dueAtOf(a) - dueAtOf(b);
  return difference === 0 ? a.job.generation < b.job.generation : difference < 0;
}

function claimEndsBefore(a: JobEntry, b: JobEntry): boolean {
  return a.job.claimedUntil < b.job.claimedUntil;
}
