// The engine's work on one job store: record what is due, start what may run, say when to look again.
import type { Clock, Timer } from '../../clock.ts';
import type { Executor } from '../../executors/executor.ts';
import { triggerOfJob } from '../../jobs/bounded.ts';
import type { RunRecord } from '../../jobs/records.ts';
import type { TaskRegistry } from '../../jobs/task.ts';
import { dueAt } from '../../stores/job-decisions.ts';
import type { CommitResult, FireCommit, JobStore } from '../../stores/store.ts';
import type { EventHub } from '../events.ts';
import type { RunWrapper } from './enclosed.ts';
import { FailureWatch } from './failure-watch.ts';
import { Loop } from './loop.ts';
import { planFires } from './plan.ts';
import { type Identity, Presence } from './presence.ts';
import { tellEnded } from './run-events.ts';
import { Runner } from './runner.ts';
import { StoreLink } from './store-link.ts';

/** Jobs claimed in one operation. */
const CLAIM_LIMIT = 1000;
/** How long a claim keeps others from planning the same job, in milliseconds. */
const CLAIM_TTL_MS = 10_000;
/** Batches recorded in one tick: a long backlog must not keep runs from starting. */
const BATCHES_PER_TICK = 10;
/** Nor may it hold the event loop for longer than about this, in milliseconds. */
const RECORDING_MS = 10;
/** While more runs wait than there are places, what is due is recorded this often, in milliseconds, and in small portions. */
const RECORD_EVERY_MS = 10;
/** How long to wait when there is work that nobody here could do, in milliseconds: bounds a loop that makes no progress. */
const NO_PROGRESS_MS = 50;

/** How often unknown tasks are looked for and history is pruned, in milliseconds. */
const UPKEEP_EVERY_MS = 10_000;
/** Ended runs deleted in one operation. */
const PRUNE_LIMIT = 500;
/** Runs are kept this long at most, in milliseconds: 7 days. */
const MAX_RUN_AGE_MS = 7 * 86_400_000;
/** How long a store may take beyond the time limit of a shutdown, in milliseconds; then it is left to itself. */
const STORE_PATIENCE_MS = 10_000;

/** What a lane works with. */
export interface LaneParts {
  readonly alias: string;
  readonly store: JobStore;
  /** What the engine says of itself; its id is what claims name. */
  readonly identity: Identity;
  readonly clock: Clock;
  readonly tasks: TaskRegistry;
  readonly executors: ReadonlyMap<string, Executor>;
  readonly events: EventHub;
  readonly leaseMs: number;
  readonly wrappers: ReadonlySet<RunWrapper>;
  readonly onClockJump: (byMs: number) => void;
  /** Called when runs ended: another store may have waited for the slot. */
  readonly onFinished: () => void;
  /** Forgets functions that nothing needs any more. */
  readonly sweep: () => Promise<void>;
}

/** One job store with the runs of it that this process executes. */
export class Lane {
  readonly link: StoreLink;
  readonly runner: Runner;
  readonly loop: Loop;
  readonly failures: FailureWatch;
  readonly presence: Presence;
  readonly #parts: LaneParts;
  readonly #unsubscribe: (() => void) | undefined;
  /** How late the newest claimed job was, in milliseconds. */
  lagMs = 0;
  /** Tasks this process does not know, and how many jobs and runs wait for each. */
  unknownTasks: ReadonlyMap<string, number> = new Map();
  /** Executors this process does not have, and how many runs of its tasks wait for each. */
  unknownExecutors: ReadonlyMap<string, number> = new Map();
  #busy = false;
  /** Whether the newest claim of runs took all that an executor had room for: then there may be more of them. */
  #isBacklogged = false;
  #recordedAt = Number.NEGATIVE_INFINITY;
  #upkeepAt = Number.NEGATIVE_INFINITY;

  constructor(parts: LaneParts) {
    const { alias, store, clock, tasks, executors, events, leaseMs, wrappers, onClockJump, onFinished } = parts;
    this.#parts = parts;
    this.link = new StoreLink(alias, store, clock, events);
    this.loop = new Loop({
      clock,
      tick: () => this.tick(),
      onError: (error) => events.emit('scheduler:error', { error, during: `a tick of job store '${alias}'` }),
      onClockJump,
    });
    this.failures = new FailureWatch(this.link, events);
    const { link, failures } = this;
    this.runner = new Runner({ link, failures, clock, tasks, executors, events, leaseMs, wrappers, onFinished });
    this.presence = new Presence(this.link, clock, parts.identity);
    this.#unsubscribe = store.subscribe?.(() => this.loop.wake());
  }

  /** Claims nothing more, gives what executes `timeoutMs`, aborts the rest, and waits until the store knows how all of it ended. */
  async stop(timeoutMs: number, why: string): Promise<void> {
    const { clock } = this.#parts;
    let isOver = timeoutMs === 0;
    const abort = () => {
      isOver = true;
      this.runner.abortAll('shutdown', why);
    };
    const limit = isOver ? null : clock.setTimer(timeoutMs, abort, true);
    let patience: Timer | null = null;
    // A store that never answers must not hold the process for ever.
    const outOfPatience = new Promise<void>((resolve) => {
      patience = clock.setTimer(timeoutMs + STORE_PATIENCE_MS, resolve, true);
    });
    const ended = async () => {
      await this.loop.stop();
      if (isOver) abort();
      await this.runner.drained(() => isOver);
      await this.presence.stop();
    };
    this.#unsubscribe?.();
    await Promise.race([ended(), outOfPatience]);
    for (const timer of [limit, patience as Timer | null]) timer?.cancel();
  }

  /** Does all there is to do, and answers how long to wait, in milliseconds. Never rejects. */
  async tick(): Promise<number> {
    if (this.link.waitMs === 0) await this.runner.flush();
    // Also after a flush that failed: nothing is asked of a store that does not take the ends of runs.
    if (this.link.waitMs > 0) return this.link.waitMs;
    const wait = await this.link.guard(() => this.#work(), null);
    if (wait === null) return Math.max(this.link.waitMs, 1);
    if (this.#parts.clock.monotonic() >= this.#upkeepAt) await this.#upkeep();
    return wait;
  }

  async #work(): Promise<number> {
    this.#busy = false;
    const { clock } = this.#parts;
    if (this.#isBacklogged) {
      const pauseMs = this.#recordedAt + RECORD_EVERY_MS - clock.monotonic();
      // Runs that were waiting go on at once; the end of one of them is the next tick.
      if (pauseMs > 0 && (await this.#startRuns()) && this.#isBacklogged) return pauseMs;
    }
    const more = await this.#recordDue();
    this.#recordedAt = clock.monotonic();
    // Asked before runs are claimed: one that becomes available in between would else be seen by neither.
    const { tasks } = this.#parts;
    const { now, at } = await this.link.timed(() =>
      this.link.store.nextWake({ owner: this.#owner, tasks: tasks.names }),
    );
    await this.#startRuns();
    if (more) return 0;
    if (at === null) return this.link.store.pollMs;
    const wait = Math.min(at - now, this.link.store.pollMs);
    return wait > 0 ? wait : this.#busy ? 0 : NO_PROGRESS_MS;
  }

  /** Claims, plans and commits until nothing is due; true when it stopped before that. */
  async #recordDue(): Promise<boolean> {
    const { tasks, clock } = this.#parts;
    const endsAt = clock.monotonic() + RECORDING_MS;
    const batches = this.#isBacklogged ? 1 : BATCHES_PER_TICK;
    for (let batch = 0; batch < batches && (batch === 0 || clock.monotonic() < endsAt); batch++) {
      const { now, jobs } = await this.link.store.claimDue({
        owner: this.#owner,
        tasks: tasks.names,
        limit: CLAIM_LIMIT,
        ttlMs: CLAIM_TTL_MS,
      });
      if (jobs.length === 0) return false;
      this.#busy = true;
      this.lagMs = jobs.reduce((lag, job) => Math.max(lag, now - (dueAt(job) ?? now)), 0);
      const commits = jobs.map((job) => planFires(job, triggerOfJob, now)).filter((commit) => commit !== null);
      const results = await this.link.store.commitFires(commits);
      this.#tellCommits(commits, results);
      // Catching up goes on in the next tick, so that the runs recorded so far can start.
      const caughtUp = commits.every((commit) => commit.nextFireAt === null || commit.nextFireAt > now);
      if (jobs.length < CLAIM_LIMIT && caughtUp) return false;
    }
    return true;
  }

  /** Claims and starts what there is room for; true when any run was to start. */
  async #startRuns(): Promise<boolean> {
    const { tasks, executors, leaseMs, events, clock } = this.#parts;
    const slots: Record<string, number> = {};
    const outliving = new Set<string>();
    let isAnyFree = false;
    for (const [alias, executor] of executors) {
      const { free } = executor;
      if (executor.outlives === true) outliving.add(alias);
      if (free <= 0) continue;
      slots[alias] = free;
      isAnyFree = true;
    }
    if (!isAnyFree) return false;
    if (this.runner.mustRenew) await this.runner.keepLeases();
    const request = { owner: this.#owner, tasks: tasks.names, slots, leaseMs, outliving };
    const asked = { monotonic: clock.monotonic(), wall: clock.now() };
    const { now, runs, ended } = await this.link.store.claimRuns(request);
    if (runs.length > 0 || ended.length > 0) this.#busy = true;
    for (const run of ended) {
      // One that still executes here tells of its end itself.
      if (!this.runner.abort(run.id, 'lost', 'its lease was lost')) tellEnded(events, run, this.link.alias);
    }
    if (ended.length > 0) await this.failures.noteAll(ended);
    this.#isBacklogged = isAnyFilled(slots, runs);
    this.runner.start(runs, now, asked);
    return runs.length > 0;
  }

  get #owner(): string {
    return this.#parts.identity.schedulerId;
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
      if (state === 'finished' || result.hasFinished === true) events.emit('job:finished', { jobId, jobStore });
      if (state === 'broken') events.emit('job:error', { jobId, jobStore, error: note ?? 'unknown' });
    });
  }

  /** What is done now and then; a failure is noted and waits for the next time. */
  async #upkeep(): Promise<void> {
    const now = this.#parts.clock.monotonic();
    this.#upkeepAt = now + UPKEEP_EVERY_MS;
    const { store } = this.link;
    const pruned = await this.link.guard(() => store.prune({ limit: PRUNE_LIMIT, maxAgeMs: MAX_RUN_AGE_MS }), 0);
    // A full batch says that there is more.
    if (pruned === PRUNE_LIMIT) this.#upkeepAt = now;
    await this.#lookForUnknownTasks();
    await this.#lookForUnknownExecutors();
    await this.#parts.sweep();
  }

  /** Looks for jobs and runs that nobody here can work off, and tells of each task once. */
  async #lookForUnknownTasks(): Promise<void> {
    const { tasks, events } = this.#parts;
    const found = await this.link.guard(() => this.link.store.unknownTasks(tasks.names), this.unknownTasks);
    for (const [task, waiting] of found) {
      if (!this.unknownTasks.has(task)) events.emit('task:unknown', { task, waiting, jobStore: this.link.alias });
    }
    this.unknownTasks = found;
  }

  /** Looks for runs that wait for an executor this process lacks, and tells of each executor once. */
  async #lookForUnknownExecutors(): Promise<void> {
    const { tasks, executors, events } = this.#parts;
    const known = { tasks: tasks.names, executors: new Set(executors.keys()) };
    const found = await this.link.guard(() => this.link.store.unknownExecutors(known), this.unknownExecutors);
    for (const [executor, waiting] of found) {
      if (!this.unknownExecutors.has(executor))
        events.emit('executor:unknown', { executor, waiting, jobStore: this.link.alias });
    }
    this.unknownExecutors = found;
  }
}

/** Whether the runs take all the places of an executor. */
function isAnyFilled(slots: Readonly<Record<string, number>>, runs: readonly RunRecord[]): boolean {
  const left = { ...slots };
  for (const { executor } of runs) left[executor] = (left[executor] ?? 0) - 1;
  return Object.values(left).includes(0);
}
