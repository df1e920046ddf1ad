// The runs of the memory store: by id, by job, and per group of tasks in the order in which something is to be done with them.
import type { RunRecord } from '../../jobs/records.ts';
import { taskGroup } from '../../jobs/task.ts';
import { runMatches } from '../filters.ts';
import { comparePositions, firstInOrder, runPosition } from '../paging.ts';
import { endedRun, isOpen, outcomeAtClaim, startedRun, takenOverRun } from '../run-decisions.ts';
import type { RunFilter } from '../store.ts';
import type { RowsRequest, RunRows, RunsClaim } from '../tables.ts';
import { Heap, isBefore } from './heap.ts';
import { JobRuns, type RunEntry, startRank } from './job-runs.ts';
import type { JobTable } from './job-table.ts';
import { RunHistory } from './run-history.ts';

/** The open runs of one group of tasks; each is in one of these queues, or held back by its job. */
interface TaskRuns {
  /** Not available yet. */
  readonly waiting: Heap<RunEntry>;
  /** Could start, or were lost by their holder; by executor. */
  readonly ready: Map<string, Heap<RunEntry>>;
  /** Running under a lease. */
  readonly leased: Heap<RunEntry>;
}

/** Where the open runs of each job are kept. */
export type OpenRuns = Pick<JobTable, 'openRuns' | 'openRunsToAdd' | 'forgetOpenRuns'>;

const NOTHING_OPEN = new JobRuns();

/** All runs, each replaced as a whole when it changes. */
export class RunTable implements RunRows {
  readonly #entries = new Map<string, RunEntry>();
  readonly #byJob: OpenRuns;
  readonly #byTask = new Map<string, TaskRuns>();
  readonly #history: RunHistory;
  /** The one looked up last: what is read is mostly written right after. */
  #found: RunEntry | undefined;
  #order = 0;
  #token = 0;

  constructor(byJob: OpenRuns, maxHistory: number, keepRuns: (jobId: string) => number) {
    this.#byJob = byJob;
    const forget = (id: string) => {
      this.#entries.delete(id);
      if (this.#found?.run.id === id) this.#found = undefined;
    };
    this.#history = new RunHistory({ maxRuns: maxHistory, keepRuns, forget });
  }

  get(id: string): RunRecord | undefined {
    return this.#find(id)?.run;
  }

  countOpen(jobId: string): number {
    return (this.#byJob.openRuns(jobId) ?? NOTHING_OPEN).open;
  }

  openOf(jobId: string): RunRecord[] {
    const runs = (this.#byJob.openRuns(jobId) ?? NOTHING_OPEN).entries().map((entry) => entry.run);
    return runs.sort((a, b) => a.fireAt - b.fireAt);
  }

  add(run: RunRecord, now: number): boolean {
    if (this.#entries.has(run.id)) return false;
    const entry = newEntry(run, this.#order++);
    this.#entries.set(run.id, entry);
    if (isOpen(run)) {
      this.#byJob.openRunsToAdd(run.jobId).add(entry);
      this.#queue(entry, now);
    } else {
      this.#history.add(entry);
    }
    return true;
  }

  put(run: RunRecord, _stored: RunRecord, now: number): void {
    const entry = this.#find(run.id);
    if (entry !== undefined) this.#put(entry, run, now);
  }

  claim(request: RunsClaim, now: number): { runs: RunRecord[]; ended: RunRecord[] } {
    const runs: RunRecord[] = [];
    const ended: RunRecord[] = [];
    const free = new Map(Object.entries(request.slots));
    const queues = this.#readyQueues(request.tasks, free, now);
    for (let entry = firstReady(queues, free); entry !== undefined; entry = firstReady(queues, free)) {
      const { run } = entry;
      if (!this.#isInTurn(entry, now)) continue;
      const goesOn = run.state === 'running' && request.outliving?.has(run.executor) === true;
      // The job counts only where a holder was lost.
      const outcome = goesOn ? null : outcomeAtClaim(run, run.state === 'queued' || request.isJobThere(run), now);
      if (outcome === null) {
        free.set(run.executor, (free.get(run.executor) ?? 0) - 1);
        const claim = { owner: request.owner, leaseMs: request.leaseMs, token: ++this.#token };
        runs.push(this.#put(entry, (goesOn ? takenOverRun : startedRun)(run, claim, now), now));
      } else {
        ended.push(this.#put(entry, endedRun(run, outcome, now), now));
      }
    }
    return { runs, ended };
  }

  nextAt(tasks: ReadonlySet<string>, now: number): number {
    let at = Number.POSITIVE_INFINITY;
    for (const [task, queues] of this.#byTask) {
      if (!tasks.has(task)) continue;
      this.#promote(queues, now);
      if (queues.waiting.top !== undefined) at = Math.min(at, queues.waiting.top.run.availableAt);
      if (queues.leased.top !== undefined) at = Math.min(at, queues.leased.top.run.leaseUntil + 1);
    }
    return at;
  }

  countWaiting(except: ReadonlySet<string>, now: number, counts: Map<string, number>): void {
    for (const { run } of this.#entries.values()) {
      if (run.state !== 'queued' || run.availableAt > now || except.has(taskGroup(run.task))) continue;
      counts.set(run.task, (counts.get(run.task) ?? 0) + 1);
    }
  }

  countStranded(tasks: ReadonlySet<string>, executors: ReadonlySet<string>, now: number): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { run } of this.#entries.values()) {
      if (run.state !== 'queued' || run.availableAt > now || executors.has(run.executor)) continue;
      if (tasks.has(taskGroup(run.task))) counts.set(run.executor, (counts.get(run.executor) ?? 0) + 1);
    }
    return counts;
  }

  list({ filter, limit, start }: RowsRequest<RunFilter>): RunRecord[] {
    const wanted: RunRecord[] = [];
    for (const { run } of this.#entries.values()) {
      if (runMatches(run, filter) && (start === null || comparePositions(runPosition(run), start) < 0))
        wanted.push(run);
    }
    return firstInOrder(wanted, limit, (a, b) => comparePositions(runPosition(b), runPosition(a)));
  }

  prune(limit: number, endedBefore: number): number {
    return this.#history.prune(limit, endedBefore);
  }

  #find(id: string): RunEntry | undefined {
    if (this.#found?.run.id !== id) this.#found = this.#entries.get(id);
    return this.#found;
  }

  #put(entry: RunEntry, run: RunRecord, now: number): RunRecord {
    const jobRuns = entry.owner;
    const wasRunning = entry.run.state === 'running';
    entry.heap?.remove(entry);
    entry.run = run;
    if (jobRuns === null) {
      if (isOpen(run)) this.#reopen(entry, now);
      return run;
    }
    if (wasRunning !== (run.state === 'running')) jobRuns.running += wasRunning ? -1 : 1;
    if (isOpen(run)) this.#queue(entry, now);
    else this.#end(entry, jobRuns);
    if (run.state !== 'running') this.#letGo(jobRuns);
    return run;
  }

  /** Takes a run that has ended up again. */
  #reopen(entry: RunEntry, now: number): void {
    this.#history.remove(entry);
    this.#byJob.openRunsToAdd(entry.run.jobId).add(entry);
    this.#queue(entry, now);
  }

  #end(entry: RunEntry, jobRuns: JobRuns): void {
    jobRuns.remove(entry);
    if (jobRuns.open === 0) this.#byJob.forgetOpenRuns(entry.run.jobId);
    this.#history.add(entry);
  }

  /** Hands runs that were held back to the next claim, which looks at the limit again. */
  #letGo(jobRuns: JobRuns): void {
    const { held, mixed } = jobRuns;
    if (held === null) return;
    for (let { top } = held; top !== undefined; top = mixed ? held.top : undefined) {
      held.remove(top);
      this.#makeReady(top);
    }
  }

  /** Whether a ready run's turn has come; if not, it is put where it belongs. */
  #isInTurn(entry: RunEntry, now: number): boolean {
    const { run, owner } = entry;
    const isReady = run.state === 'running' ? run.leaseUntil < now : run.availableAt <= now;
    const isHeld = run.state === 'queued' && owner !== null && owner.running >= run.policies.maxInstances;
    if (isReady && !isHeld) return true;
    entry.heap?.remove(entry);
    if (isReady) {
      owner?.hold(entry);
    } else {
      // The clock went back since it was found ready.
      this.#queue(entry, now);
      if (owner !== null) this.#letGo(owner);
    }
    return false;
  }

  #queue(entry: RunEntry, now: number): void {
    const { run } = entry;
    if (run.state === 'running') this.#taskRuns(run.task).leased.push(entry, run.leaseUntil);
    else if (run.availableAt > now) this.#taskRuns(run.task).waiting.push(entry, run.availableAt);
    else this.#makeReady(entry);
  }

  #readyQueues(tasks: ReadonlySet<string>, free: ReadonlyMap<string, number>, now: number): Heap<RunEntry>[] {
    const found: Heap<RunEntry>[] = [];
    for (const [task, queues] of this.#byTask) {
      if (!tasks.has(task)) continue;
      this.#promote(queues, now);
      for (const [executor, heap] of queues.ready) if ((free.get(executor) ?? 0) > 0) found.push(heap);
    }
    return found;
  }

  /** Moves on what has become available and what has lost its holder. */
  #promote(queues: TaskRuns, now: number): void {
    for (
      let entry = queues.waiting.top;
      entry !== undefined && entry.run.availableAt <= now;
      entry = queues.waiting.top
    ) {
      queues.waiting.remove(entry);
      this.#makeReady(entry);
    }
    for (let entry = queues.leased.top; entry !== undefined && entry.run.leaseUntil < now; entry = queues.leased.top) {
      queues.leased.remove(entry);
      this.#makeReady(entry);
    }
  }

  #makeReady(entry: RunEntry): void {
    const { run } = entry;
    const { ready } = this.#taskRuns(run.task);
    const heap = ready.get(run.executor) ?? put(ready, run.executor, new Heap<RunEntry>());
    heap.push(entry, run.availableAt, startRank(run));
  }

  #taskRuns(task: string): TaskRuns {
    const group = taskGroup(task);
    const queues = this.#byTask.get(group);
    if (queues !== undefined) return queues;
    return put(this.#byTask, group, { waiting: new Heap(), ready: new Map(), leased: new Heap() });
  }
}

function firstReady(queues: readonly Heap<RunEntry>[], free: ReadonlyMap<string, number>): RunEntry | undefined {
  let first: RunEntry | undefined;
  for (const { top } of queues) {
    if (top === undefined || (first !== undefined && !isBefore(top, first))) continue;
    if ((free.get(top.run.executor) ?? 0) > 0) first = top;
  }
  return first;
}

function newEntry(run: RunRecord, order: number): RunEntry {
  return { run, order, rank: 0, at: 0, heap: null, place: 0, owner: null, older: null, newer: null };
}

function put<Key, Value>(map: Map<Key, Value>, key: Key, value: Value): Value {
  map.set(key, value);
  return value;
}
