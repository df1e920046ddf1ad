// Executes claimed runs: starts them, keeps their leases alive, reports how they ended, and ends them on demand.
import type { Clock, Timer } from '../../clock.ts';
import type { Executor } from '../../executors/executor.ts';
import type { RunRecord } from '../../jobs/records.ts';
import { toRun } from '../../jobs/run.ts';
import type { TaskRegistry } from '../../jobs/task.ts';
import type { EventHub } from '../events.ts';
import { type AbortCause, ActiveRun, type Attempt } from './active-run.ts';
import { tellRun } from './run-events.ts';
import type { StoreLink } from './store-link.ts';

/** A lease is renewed this often in its length. */
const HEARTBEATS_PER_LEASE = 4;

/** Runs of one job store in this process. */
export class Runner {
  readonly #link: StoreLink;
  readonly #clock: Clock;
  readonly #tasks: TaskRegistry;
  readonly #executors: ReadonlyMap<string, Executor>;
  readonly #events: EventHub;
  readonly #leaseMs: number;
  readonly #onFinished: () => void;
  readonly #active = new Map<string, ActiveRun>();
  /** Attempts that ended and are not yet accepted by the store; kept over an outage. */
  #ended: Attempt[] = [];
  #flushing: Promise<void> | null = null;
  #heartbeat: Timer | null = null;
  /** Until when, by the monotonic clock, the leases may be believed to hold. */
  #trustedUntil = 0;
  #idle: (() => void)[] = [];

  constructor(parts: RunnerParts) {
    this.#link = parts.link;
    this.#clock = parts.clock;
    this.#tasks = parts.tasks;
    this.#executors = parts.executors;
    this.#events = parts.events;
    this.#leaseMs = parts.leaseMs;
    this.#onFinished = parts.onFinished;
  }

  /** Runs in execution. */
  get size(): number {
    return this.#active.size;
  }

  /** Starts runs that were just claimed. */
  start(runs: readonly RunRecord[]): void {
    if (runs.length === 0) return;
    if (this.#active.size === 0) this.#trustedUntil = this.#clock.monotonic() + this.#trustMs;
    for (const record of runs) this.#startOne(record);
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
    for (const run of this.#active.values()) run.abort(why, detail);
  }

  /** Resolves when nothing is in execution and every end has been offered to the store. */
  async drained(): Promise<void> {
    if (this.#active.size > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
    await this.flush();
    this.#heartbeat?.cancel();
    this.#heartbeat = null;
  }

  /** Reports ended attempts to the store; what it does not take is kept and offered again with the next tick. */
  flush(): Promise<void> {
    this.#flushing ??= this.#flushAll().finally(() => {
      this.#flushing = null;
    });
    return this.#flushing;
  }

  #startOne(record: RunRecord): void {
    const executor = this.#executors.get(record.executor);
    const task = this.#tasks.get(record.task);
    // Claims name this process's tasks and executors; one that was removed since is given back.
    if (executor === undefined || task === undefined) return void this.#giveBack(record);
    // Another store was faster with the slot; it may be free again before this run is back in the queue.
    if (executor.free === 0) return void this.#giveBack(record).then(this.#onFinished);
    const run = new ActiveRun(record, this.#clock);
    this.#active.set(record.id, run);
    this.#tell('run:started', record);
    const log = (message: string) =>
      this.#events.emit('run:log', { runId: record.id, jobId: record.jobId, jobStore: this.#link.alias, message });
    void run.execute(executor, task, log).then((attempt) => this.#attemptEnded(record, run, attempt));
  }

  #giveBack({ id, token }: RunRecord): Promise<void> {
    return this.#link.guard(() => this.#link.store.releaseRuns([{ runId: id, token }]), undefined);
  }

  #attemptEnded(record: RunRecord, run: ActiveRun, attempt: Attempt): void {
    // A lost run may have been claimed again by this very process.
    if (this.#active.get(record.id) === run) this.#active.delete(record.id);
    if (attempt.finish.outcome === 'lost') this.#tell('run:lost', record);
    else this.#ended.push(attempt);
    void this.flush();
    if (this.#active.size === 0) for (const idle of this.#idle.splice(0)) idle();
  }

  async #flushAll(): Promise<void> {
    if (this.#ended.length === 0) return;
    // One turn later, so that runs ending together are reported together.
    await Promise.resolve();
    while (this.#ended.length > 0) {
      const batch = this.#ended;
      this.#ended = [];
      const records = await this.#link.guard(
        () => this.#link.store.finishRuns(batch.map((attempt) => attempt.finish)),
        null,
      );
      if (records === null) {
        this.#ended = [...batch, ...this.#ended];
        break;
      }
      records.forEach((record, index) => {
        const attempt = batch[index];
        if (record !== null && attempt !== undefined) tellRun(this.#events, record, this.#link.alias, attempt);
      });
    }
    // After a failure too: the engine's next look is when the store may be asked again.
    this.#onFinished();
  }

  get #trustMs(): number {
    return this.#leaseMs - this.#leaseMs / HEARTBEATS_PER_LEASE;
  }

  async #beat(): Promise<void> {
    const runs = [...this.#active.values()];
    if (runs.length > 0) await this.#renew(runs);
    this.#heartbeat = null;
    if (this.#active.size > 0) {
      this.#heartbeat = this.#clock.setTimer(this.#leaseMs / HEARTBEATS_PER_LEASE, () => void this.#beat());
    }
  }

  async #renew(runs: readonly ActiveRun[]): Promise<void> {
    const sentAt = this.#clock.monotonic();
    const claims = runs.map(({ record }) => ({ runId: record.id, token: record.token }));
    const answers = await this.#link.guard(() => this.#link.store.heartbeat(claims, this.#leaseMs), null);
    if (answers !== null) this.#trustedUntil = sentAt + this.#trustMs;
    const distrusted = answers === null && this.#clock.monotonic() > this.#trustedUntil;
    runs.forEach((run, index) => {
      const answer = distrusted ? 'lost' : answers?.[index];
      // A run that ended while the heartbeat was under way is no longer this one's to end.
      if (this.#active.get(run.record.id) !== run) return;
      if (answer === 'lost') run.abort('lost', 'its lease was lost: another process may have taken it over');
      if (answer === 'cancel') run.abort('cancelled', 'it was cancelled');
    });
  }

  #tell(name: 'run:started' | 'run:lost', record: RunRecord): void {
    if (!this.#events.hears(name)) return;
    this.#events.emit(name, { jobId: record.jobId, jobStore: this.#link.alias, run: toRun(record, this.#link.alias) });
  }
}

/** What a runner works with. */
export interface RunnerParts {
  readonly link: StoreLink;
  readonly clock: Clock;
  readonly tasks: TaskRegistry;
  readonly executors: ReadonlyMap<string, Executor>;
  readonly events: EventHub;
  /** Length of a lease in milliseconds. */
  readonly leaseMs: number;
  /** Called when there may be something to start again: runs ended, or were given back. */
  readonly onFinished: () => void;
}
