// Executes claimed runs: starts them, keeps their leases alive, reports how they ended, and ends them on demand.
import type { Clock, Timer } from '../../clock.ts';
import type { Executor } from '../../executors/executor.ts';
import type { RunRecord } from '../../jobs/records.ts';
import { toRun } from '../../jobs/run.ts';
import type { TaskRegistry } from '../../jobs/task.ts';
import type { RunClaim } from '../../stores/store.ts';
import type { EventHub } from '../events.ts';
import { type AbortCause, ActiveRun, type Attempt, RunAbortedError, type RunListener } from './active-run.ts';
import type { RunWrapper } from './enclosed.ts';
import type { FailureWatch } from './failure-watch.ts';
import { LeaseTrust } from './lease-trust.ts';
import { NotesPost } from './notes-post.ts';
import { tellRun } from './run-events.ts';
import type { StoreLink } from './store-link.ts';

/** Between two offers of ended runs that a store did not take, in milliseconds, at least. */
const SHORTEST_RETRY_MS = 50;
/** A lease is renewed this often in its length. */
const HEARTBEATS_PER_LEASE = 4;

/** Why a run is aborted that may not be this process's any more. */
const LOST = 'its lease was lost: another process may have taken it over';

/** When a store was asked for something: what leases count from. */
export interface Asked {
  /** By the monotonic clock. */
  readonly monotonic: number;
  /** By the wall clock, in epoch ms. */
  readonly wall: number;
}

/** Runs of one job store in this process. */
export class Runner {
  readonly #link: StoreLink;
  readonly #failures: FailureWatch;
  readonly #clock: Clock;
  readonly #tasks: TaskRegistry;
  readonly #executors: ReadonlyMap<string, Executor>;
  readonly #events: EventHub;
  readonly #leaseMs: number;
  readonly #wrappers: ReadonlySet<RunWrapper>;
  readonly #onFinished: () => void;
  /** The newest claim of each run that executes here. */
  readonly #active = new Map<string, ActiveRun>();
  /** What still executes under a lease that is no more: runs that this process has claimed anew, or lets go of. */
  readonly #detached = new Set<ActiveRun>();
  /** Attempts that ended and are not yet accepted by the store; kept over an outage. */
  #ended: Attempt[] = [];
  #flushing: Promise<void> | null = null;
  #heartbeat: Timer | null = null;
  #retry: Timer | null = null;
  /** When the leases were taken or renewed, by the wall clock: what other processes go by. */
  #renewedAt = 0;
  readonly #trust: LeaseTrust<ActiveRun>;
  #idle: (() => void)[] = [];
  readonly #notes: NotesPost;
  readonly #listener: RunListener = {
    onNote: (run) => this.#notes.add(run),
    onLog: ({ record }, message) => this.#tellLog(record, message),
    onEnd: (run, attempt, executor) => {
      if (executor.outlives === true && isShutdown(attempt.error)) this.#leave(run);
      else this.#attemptEnded(run, attempt);
    },
  };

  constructor(parts: RunnerParts) {
    this.#link = parts.link;
    this.#failures = parts.failures;
    this.#clock = parts.clock;
    this.#tasks = parts.tasks;
    this.#executors = parts.executors;
    this.#events = parts.events;
    this.#leaseMs = parts.leaseMs;
    this.#wrappers = parts.wrappers;
    this.#onFinished = parts.onFinished;
    this.#notes = new NotesPost(parts.clock, (runs) => this.#sendNotes(runs));
    const trustMs = this.#leaseMs - this.#leaseMs / HEARTBEATS_PER_LEASE;
    this.#trust = new LeaseTrust(
      this.#clock,
      trustMs,
      () => this.#active.values(),
      (run) => run.abort('lost', LOST),
    );
  }

  /** Runs in execution. */
  get size(): number {
    return this.#active.size + this.#detached.size;
  }

  /** Starts runs that were claimed at `now`, by the store's clock, when it was `asked` for them. */
  start(runs: readonly RunRecord[], now: number, asked: Asked): void {
    if (runs.length === 0) return;
    if (this.#active.size + this.#ended.length === 0) this.#renewedAt = asked.wall;
    for (const record of runs) this.#startOne(record, now, asked.monotonic);
    this.#heartbeat ??= this.#clock.setTimer(this.#leaseMs / HEARTBEATS_PER_LEASE, () => void this.#beat());
  }

  /** Asks a run to end; false when it is not executed here. */
  abort(runId: string, why: AbortCause, detail: string): boolean {
    const run = this.#active.get(runId);
    run?.abort(why, detail);
    return run !== undefined;
  }

  /** Asks every run to end. */
  abortAll(why: AbortCause, detail: string): void {
    for (const run of [...this.#active.values(), ...this.#detached]) run.abort(why, detail);
  }

  /** Resolves when nothing is in execution and the store has taken every end, or time is over. */
  async drained(isOver: () => boolean): Promise<void> {
    if (this.size > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
    await this.flush();
    while (this.#ended.length > 0 && !isOver()) {
      await new Promise<void>((resolve) => this.#clock.setTimer(this.#retryInMs, resolve, true));
      await this.flush();
    }
    for (const timer of [this.#heartbeat, this.#retry]) timer?.cancel();
    this.#notes.stop();
    this.#trust.stop();
    this.#heartbeat = null;
    this.#retry = null;
  }

  /**
   * Renews the leases out of turn when the wall clock has run ahead of the heartbeat: after a jump or a suspend this
   * process would else take its own runs for those of a dead one.
   */
  async keepLeases(): Promise<void> {
    await this.#renew();
  }

  /** Whether it is time to, see {@link Runner.keepLeases}. */
  get mustRenew(): boolean {
    return this.#clock.now() - this.#renewedAt >= this.#leaseMs / 2;
  }

  /** Reports ended attempts to the store; what it does not take is kept and offered again. */
  async flush(): Promise<void> {
    if (this.#ended.length > 0) this.#flushSoon();
    await this.#flushing;
  }

  #flushSoon(): void {
    this.#flushing ??= this.#flushAll();
  }

  #startOne(record: RunRecord, now: number, askedAt: number): void {
    // The answer took so long that somebody else may have it already.
    if (!this.#trust.isGood(askedAt)) return void this.#giveBack(record).then(this.#onFinished);
    const executor = this.#executors.get(record.executor);
    const task = this.#tasks.get(record.task);
    // Claims name this process's tasks and executors; one that was removed since is given back.
    if (executor === undefined || task === undefined) return void this.#giveBack(record);
    // Another store was faster with the slot; it may be free again before this run is back in the queue.
    if (executor.free === 0) return void this.#giveBack(record).then(this.#onFinished);
    const run = new ActiveRun(record, task, this.#clock, this.#listener);
    const earlier = this.#active.get(record.id);
    if (earlier !== undefined) {
      this.#detached.add(earlier);
      earlier.abort('lost', 'this process has claimed the run anew');
    }
    this.#active.set(record.id, run);
    this.#trust.granted(run, askedAt);
    this.#tell('run:started', record);
    const elapsedMs = now - (record.startedAt ?? now);
    run.execute(executor, { jobStore: this.#link.alias, elapsedMs, wrappers: this.#wrappers });
  }

  #giveBack({ id, token }: RunRecord): Promise<void> {
    return this.#link.guard(() => this.#link.store.releaseRuns([{ runId: id, token }]), undefined);
  }

  /** Lets go of a run that goes on elsewhere: its lease ends at once, and the next to claim it takes it over. */
  #leave(run: ActiveRun): void {
    const { id: runId, token } = run.record;
    // Not to be renewed by a heartbeat in between.
    if (this.#active.get(runId) === run) this.#active.delete(runId);
    this.#detached.add(run);
    const notes = run.hasNotes ? run.journal.takeNotes() : {};
    const letGo = () => this.#link.store.heartbeat([{ runId, token, ...notes }], 0);
    void this.#link.guard(letGo, [], false).then(() => this.#forget(run));
  }

  #attemptEnded(run: ActiveRun, attempt: Attempt): void {
    if (!attempt.isLeaseLost) this.#ended.push(attempt);
    this.#forget(run);
    this.#tellProgress(run);
    if (attempt.isLeaseLost) this.#tell('run:lost', run.record);
    else this.#flushSoon();
  }

  #forget(run: ActiveRun): void {
    if (!this.#detached.delete(run)) this.#active.delete(run.record.id);
    if (this.size === 0) for (const idle of this.#idle.splice(0)) idle();
  }

  async #flushAll(): Promise<void> {
    // One turn later, so that runs ending together are reported together.
    await Promise.resolve();
    while (this.#ended.length > 0) {
      const batch = this.#ended;
      this.#ended = [];
      const finishes = batch.map((attempt) => attempt.finish);
      const records = await this.#link.guard(() => this.#link.store.finishRuns(finishes), null);
      if (records === null) {
        this.#ended = [...batch, ...this.#ended];
        this.#retryLater();
        break;
      }
      records.forEach((record, index) => {
        const attempt = batch[index];
        if (record === null || attempt === undefined) return;
        this.#executors.get(record.executor)?.forget?.(attempt.finish.runId, record.attempt, this.#link.alias);
        tellRun(this.#events, record, this.#link.alias, attempt);
      });
      await this.#failures.noteAll(records);
    }
    // In one step with the last look at what has ended: an end in between would wait for a flush that is over.
    this.#flushing = null;
    this.#onFinished();
  }

  /** Offers the ends again by itself: while the scheduler is paused no tick does. */
  #retryLater(): void {
    this.#retry ??= this.#clock.setTimer(this.#retryInMs, () => {
      this.#retry = null;
      if (this.#ended.length > 0) this.#flushSoon();
    });
  }

  get #retryInMs(): number {
    return Math.max(this.#link.waitMs, SHORTEST_RETRY_MS);
  }

  /** What this process holds a lease on: runs that execute, and those whose end the store has yet to take. */
  #held(): RunClaim[] {
    const executing = [...this.#active.values()].map(claimOf);
    return [...executing, ...this.#ended.map(({ finish }) => ({ runId: finish.runId, token: finish.token }))];
  }

  /** Brings what tasks have said to the store. What it does not take goes with the next. */
  async #sendNotes(runs: readonly ActiveRun[]): Promise<void> {
    for (const run of runs) this.#tellProgress(run);
    const current = runs.filter((run) => this.#active.get(run.record.id) === run);
    const heartbeats = current.map((run) => ({ ...claimOf(run), ...run.journal.takeNotes() }));
    if (heartbeats.length === 0) return;
    const sentAt = this.#clock.monotonic();
    const send = () => this.#link.store.heartbeat(heartbeats, this.#leaseMs);
    const answers = this.#link.waitMs > 0 ? null : await this.#link.guard(send, null, false);
    if (answers !== null) return this.#heed(heartbeats, answers, sentAt);
    for (const run of current) {
      run.journal.notKept();
      if (this.#active.get(run.record.id) === run) this.#notes.add(run);
    }
  }

  async #beat(): Promise<void> {
    await this.#renew();
    this.#heartbeat = null;
    if (this.#held().length === 0) return;
    this.#heartbeat = this.#clock.setTimer(this.#leaseMs / HEARTBEATS_PER_LEASE, () => void this.#beat());
  }

  async #renew(): Promise<void> {
    const claims = this.#held();
    if (claims.length === 0) return;
    const sentAt = this.#clock.monotonic();
    const renewedAt = this.#clock.now();
    const renewal = () => this.#link.store.heartbeat(claims, this.#leaseMs);
    const answers = await this.#link.guard(renewal, null, this.#ended.length === 0);
    if (answers === null) return;
    this.#renewedAt = renewedAt;
    this.#heed(claims, answers, sentAt);
  }

  /** Ends what was lost, or is to end, by the answers to heartbeats that were sent at this instant of the monotonic clock. */
  #heed(claims: readonly RunClaim[], answers: readonly ('ok' | 'lost' | 'cancel')[], sentAt: number): void {
    claims.forEach(({ runId, token }, index) => {
      const answer = answers[index];
      const run = this.#active.get(runId);
      // A run that ended while the heartbeat was under way is no longer this one's to end.
      if (run?.record.token !== token) return;
      if (answer === 'lost') run.abort('lost', LOST);
      else this.#trust.granted(run, sentAt);
      if (answer === 'cancel') run.abort('cancelled', 'it was cancelled');
    });
  }

  #tellLog(record: RunRecord, message: string): void {
    if (!this.#events.hears('run:log')) return;
    const jobStore = this.#link.alias;
    const run = toRun(record, jobStore);
    this.#events.emit('run:log', { runId: record.id, jobId: record.jobId, jobStore, run, message });
  }

  #tellProgress(active: ActiveRun): void {
    if (!active.hasNotes) return;
    const { record, journal } = active;
    const progress = journal.takeProgress();
    if (progress === null || !this.#events.hears('run:progress')) return;
    const jobStore = this.#link.alias;
    this.#events.emit('run:progress', {
      jobId: record.jobId,
      jobStore,
      run: toRun(journal.run, jobStore),
      ...progress,
    });
  }

  #tell(name: 'run:started' | 'run:lost', record: RunRecord): void {
    if (!this.#events.hears(name)) return;
    this.#events.emit(name, { jobId: record.jobId, jobStore: this.#link.alias, run: toRun(record, this.#link.alias) });
  }
}

function claimOf({ record }: ActiveRun): RunClaim {
  return { runId: record.id, token: record.token };
}

/** What a runner works with. */
export interface RunnerParts {
  readonly link: StoreLink;
  readonly failures: FailureWatch;
  readonly clock: Clock;
  readonly tasks: TaskRegistry;
  readonly executors: ReadonlyMap<string, Executor>;
  readonly events: EventHub;
  /** Length of a lease in milliseconds. */
  readonly leaseMs: number;
  /** What the execution of each run is enclosed in. */
  readonly wrappers: ReadonlySet<RunWrapper>;
  /** Called when there may be something to start again: runs ended, or were given back. */
  readonly onFinished: () => void;
}

function isShutdown(error: Error | null): boolean {
  return error instanceof RunAbortedError && error.why === 'shutdown';
}
