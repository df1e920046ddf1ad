// The engine's work on one job store: record what is due, start what may run, say when to look again.
import type { Executor } from '../../executors/executor.ts';
import type { TaskRegistry } from '../../jobs/task.ts';
import { dueAt } from '../../stores/job-decisions.ts';
import type { CommitResult, FireCommit } from '../../stores/store.ts';
import { triggerOf } from '../../triggers/cache.ts';
import type { EventHub } from '../events.ts';
import { planFires } from './plan.ts';
import { tellEnded } from './run-events.ts';
import type { Runner } from './runner.ts';
import type { StoreLink } from './store-link.ts';

/** Jobs claimed in one operation. */
const CLAIM_LIMIT = 1000;
/** How long a claim keeps others from planning the same job, in milliseconds. */
const CLAIM_TTL_MS = 10_000;
/** Batches recorded in one tick: a long backlog must not keep runs from starting. */
const BATCHES_PER_TICK = 10;
/** How long to wait when there is work that nobody here could do, in milliseconds: bounds a loop that makes no progress. */
const NO_PROGRESS_MS = 50;

/** What a lane works with. */
export interface LaneParts {
  readonly link: StoreLink;
  readonly runner: Runner;
  readonly owner: string;
  readonly tasks: TaskRegistry;
  readonly executors: ReadonlyMap<string, Executor>;
  readonly events: EventHub;
  readonly leaseMs: number;
}

/** One job store with the runs of it that this process executes. */
export class Lane {
  readonly link: StoreLink;
  readonly runner: Runner;
  readonly #parts: LaneParts;
  /** How late the newest claimed job was, in milliseconds. */
  lagMs = 0;
  /** Tasks this process does not know, and how many jobs and runs wait for each. */
  unknownTasks: ReadonlyMap<string, number> = new Map();
  #busy = false;

  constructor(parts: LaneParts) {
    this.#parts = parts;
    this.link = parts.link;
    this.runner = parts.runner;
  }

  /** Does all there is to do, and answers how long to wait, in milliseconds. Never rejects. */
  async tick(): Promise<number> {
    if (this.link.waitMs === 0) await this.runner.flush();
    // Also after a flush that failed: nothing is asked of a store that does not take the ends of runs.
    if (this.link.waitMs > 0) return this.link.waitMs;
    const wait = await this.link.guard(() => this.#work(), null);
    return wait ?? Math.max(this.link.waitMs, 1);
  }

  async #work(): Promise<number> {
    this.#busy = false;
    const more = await this.#recordDue();
    // Asked before runs are claimed: one that becomes available in between would else be seen by neither.
    const { now, at } = await this.link.store.nextWake({ owner: this.#parts.owner, tasks: this.#parts.tasks.names });
    await this.#startRuns();
    if (more) return 0;
    if (at === null) return this.link.store.pollMs;
    const wait = Math.min(at - now, this.link.store.pollMs);
    return wait > 0 ? wait : this.#busy ? 0 : NO_PROGRESS_MS;
  }

  /** Claims, plans and commits until nothing is due; true when it stopped before that. */
  async #recordDue(): Promise<boolean> {
    const { owner, tasks } = this.#parts;
    for (let batch = 0; batch < BATCHES_PER_TICK; batch++) {
      const { now, jobs } = await this.link.store.claimDue({
        owner,
        tasks: tasks.names,
        limit: CLAIM_LIMIT,
        ttlMs: CLAIM_TTL_MS,
      });
      if (jobs.length === 0) return false;
      this.#busy = true;
      this.lagMs = Math.max(0, now - Math.min(...jobs.map((job) => dueAt(job) ?? now)));
      const commits = jobs
        .map((job) => planFires(job, () => triggerOf(job.trigger), now))
        .filter((commit) => commit !== null);
      const results = await this.link.store.commitFires(commits);
      this.#tellCommits(commits, results);
      // Catching up goes on in the next tick, so that the runs recorded so far can start.
      const caughtUp = commits.every((commit) => commit.nextFireAt === null || commit.nextFireAt > now);
      if (jobs.length < CLAIM_LIMIT && caughtUp) return false;
    }
    return true;
  }

  async #startRuns(): Promise<void> {
    const { owner, tasks, executors, leaseMs, events } = this.#parts;
    const slots: Record<string, number> = {};
    for (const [alias, executor] of executors) if (executor.free > 0) slots[alias] = executor.free;
    if (Object.keys(slots).length === 0) return;
    const { runs, ended } = await this.link.store.claimRuns({ owner, tasks: tasks.names, slots, leaseMs });
    if (runs.length > 0 || ended.length > 0) this.#busy = true;
    for (const run of ended) tellEnded(events, run, this.link.alias);
    this.runner.start(runs);
  }

  #tellCommits(commits: readonly FireCommit[], results: readonly CommitResult[]): void {
    const { events } = this.#parts;
    const jobStore = this.link.alias;
    results.forEach((result, index) => {
      const commit = commits[index];
      if (!result.ok || commit === undefined) return;
      for (const run of result.runs) {
        if (run.cancelRequested) this.runner.abort(run.id, 'cancelled', 'a newer run replaces it');
        tellEnded(events, run, jobStore);
      }
      const { jobId, state, note } = commit;
      if (state === 'finished') events.emit('job:finished', { jobId, jobStore });
      if (state === 'error') events.emit('job:error', { jobId, jobStore, error: note ?? 'unknown' });
    });
  }

  /** Looks for jobs and runs that nobody here can work off, and tells of each task once. */
  async lookForUnknownTasks(): Promise<void> {
    const { tasks, events } = this.#parts;
    const found = await this.link.guard(() => this.link.store.unknownTasks(tasks.names), this.unknownTasks);
    for (const [task, waiting] of found) {
      if (!this.unknownTasks.has(task)) events.emit('task:unknown', { task, waiting, jobStore: this.link.alias });
    }
    this.unknownTasks = found;
  }
}
