// The job store on a Redis server: rows as texts, found by sorted sets, read without locks and written by scripts that
// refuse what has changed since.
import type { Clock } from '../../clock.ts';
import { SchedError } from '../../errors.ts';
import type { JobRecord, RunRecord } from '../../jobs/records.ts';
import { patchedJob } from '../job-decisions.ts';
import { escapeId } from '../run-decisions.ts';
import { ServerStore } from '../server/server-store.ts';
import type { RunsRequest, UnitOfWork } from '../server/unit.ts';
import type {
  ClaimRequest,
  CommitResult,
  FireCommit,
  JobFilter,
  RunClaim,
  RunFilter,
  RunFinish,
  StoreContext,
} from '../store.ts';
import type { RowsRequest } from '../tables.ts';
import { claimDueJobs, claimReadyRuns, isToBeSettled } from './claims.ts';
import { isConnectionLoss, type RedisConnection } from './connection.ts';
import { listJobs, listRuns } from './lists.ts';
import { type RedisSettings, type RedisStoreOptions, redisSettings } from './options.ts';
import { Conflict, RedisUnit, readTexts } from './redis-unit.ts';
import { readJob, readRun } from './rows.ts';
import { PRUNE } from './scripts/prune.ts';
import { SOME_JOBS } from './scripts/read.ts';
import { NEXT_WAKE, UNKNOWN_TASKS } from './scripts/wake.ts';
import { openSession, type Session } from './session.ts';

/** Items of one operation that go into one unit of work where each stands for itself; the units go on at the same time. */
const BATCH = 100;

/** Runs that one call deletes. */
const PRUNE_BATCH = 200;

/** How often a unit of work is begun that meets somebody else's, and that finds no connection. */
const MAX_TRIES = 20;
const MAX_TRIES_TO_CONNECT = 3;

/** Tries that follow each other without a pause; from then on they wait up to so long. */
const TRIES_AT_ONCE = 5;
const LONGEST_PAUSE_MS = 20;

/** How long a replica may take to confirm a write. */
const REPLICA_MS = 500;

/** Keeps jobs and runs on a Redis server, through ioredis. */
export class RedisStore extends ServerStore {
  readonly kind = 'redis';
  readonly pollMs: number;
  readonly #settings: RedisSettings;
  #opening: Promise<Session> | null = null;
  #session: Session | null = null;

  /** @throws InvalidOptionError for an option it does not know, or a wrong value. */
  constructor(options: RedisStoreOptions = {}) {
    super();
    this.#settings = redisSettings(options);
    this.pollMs = this.#settings.pollMs;
  }

  /**
   * Connects, and checks that jobs are safe on the server. Twice is once.
   *
   * @throws SchedError `driver-missing` if ioredis is not installed; `store-failure` if the server cannot be reached, is older
   * than 6.2, a replica, or may evict keys, or if the keys are of a newer version of this package.
   */
  async open(context: StoreContext): Promise<void> {
    this.#opening ??= openSession(this.#settings, context);
    const opening = this.#opening;
    try {
      const session = await opening;
      if (this.#opening === opening) this.#session = session;
    } catch (thrown) {
      if (this.#opening === opening) this.#opening = null;
      throw thrown;
    }
  }

  async close(): Promise<void> {
    const opening = this.#opening;
    this.#opening = this.#session = null;
    (await opening?.catch(() => null))?.close();
  }

  /** Calls back when another process has changed something, and after each new connection; answers how to stop. */
  subscribe(onChange: () => void): () => void {
    return this.#open().news.listen(onChange);
  }

  async claimDue(
    request: ClaimRequest & { readonly limit: number; readonly ttlMs: number },
  ): Promise<{ now: number; jobs: JobRecord[] }> {
    const { now, jobs, unreadable } = await claimDueJobs(this.#connection(), request);
    if (unreadable.length > 0) await this.#setAside(unreadable);
    return { now, jobs: [...jobs] };
  }

  override async claimRuns(request: RunsRequest): Promise<{ now: number; runs: RunRecord[]; ended: RunRecord[] }> {
    const { now, started, others } = await claimReadyRuns(this.#connection(), request);
    await this.#replicated();
    const settled = others.length === 0 ? null : await this.#settle(request, started, others);
    return { now, runs: [...(settled?.runs ?? []), ...started], ended: settled?.ended ?? [] };
  }

  override commitFires(commits: readonly FireCommit[]): Promise<CommitResult[]> {
    return inBatches(commits, (batch) => super.commitFires(batch));
  }

  override heartbeat(claims: readonly RunClaim[], leaseMs: number): Promise<('ok' | 'lost' | 'cancel')[]> {
    return inBatches(claims, (batch) => super.heartbeat(batch, leaseMs));
  }

  override finishRuns(finishes: readonly RunFinish[]): Promise<(RunRecord | null)[]> {
    return inBatches(finishes, (batch) => super.finishRuns(batch));
  }

  override async releaseRuns(claims: readonly RunClaim[]): Promise<void> {
    await inBatches(claims, async (batch) => {
      await super.releaseRuns(batch);
      return [];
    });
  }

  async getJob(id: string): Promise<JobRecord | null> {
    const [found] = await readTexts(this.#connection(), 'job', [id]);
    return found === undefined ? null : readJob(...found).record;
  }

  async getRun(id: string): Promise<RunRecord | null> {
    const [found] = await readTexts(this.#connection(), 'run', [id]);
    return found === undefined ? null : readRun(...found).record;
  }

  async nextWake({ tasks }: ClaimRequest): Promise<{ now: number; at: number | null }> {
    const connection = this.#connection();
    const names = Array.from(tasks, (task) => [task, escapeId(task)]).flat();
    const [now, at] = (await connection.run(NEXT_WAKE, [connection.time, ...names])) as string[];
    return { now: Number(now), at: at === '' ? null : Number(at) };
  }

  async unknownTasks(tasks: ReadonlySet<string>): Promise<ReadonlyMap<string, number>> {
    const connection = this.#connection();
    const names = Array.from(tasks, (task) => [task, escapeId(task)]).flat();
    const answer = (await connection.run(UNKNOWN_TASKS, [connection.time, ...names])) as (string | number)[];
    const counts = new Map<string, number>();
    for (let at = 0; at < answer.length; at += 2) {
      const task = String(answer[at]);
      counts.set(task, (counts.get(task) ?? 0) + Number(answer[at + 1]));
    }
    return counts;
  }

  async prune({ limit, maxAgeMs }: { readonly limit: number; readonly maxAgeMs: number }): Promise<number> {
    const connection = this.#connection();
    for (let pruned = 0; ; ) {
      const count = Math.min(limit - pruned, PRUNE_BATCH);
      const answer = (await connection.run(PRUNE, [connection.time, maxAgeMs, count])) as unknown[];
      pruned += Number(answer[0]);
      if (pruned >= limit || Number(answer[1]) === 0) return pruned;
    }
  }

  protected announce(): void {
    this.#session?.news.announce();
  }

  protected async unit<Result>(body: (unit: UnitOfWork) => Promise<Result>): Promise<Result> {
    return this.#unit(body);
  }

  protected listJobs(request: RowsRequest<JobFilter>): Promise<JobRecord[]> {
    return listJobs(this.#connection(), request);
  }

  protected listRuns(request: RowsRequest<RunFilter>): Promise<RunRecord[]> {
    return listRuns(this.#connection(), request);
  }

  protected async someJobIds(limit: number): Promise<string[]> {
    return (await this.#connection().run(SOME_JOBS, [limit])) as string[];
  }

  async #unit<Result>(body: (unit: RedisUnit) => Promise<Result>): Promise<Result> {
    const connection = this.#connection();
    for (let tries = 1; ; tries++) {
      let unit: RedisUnit | null = null;
      try {
        unit = new RedisUnit(connection, await connection.now());
        const result = await body(unit);
        if (unit.hasWritten) await this.#replicated();
        return result;
      } catch (thrown) {
        // A write whose answer was lost may have been done, so it is not for us to do it again.
        const isLoss = isConnectionLoss(thrown) && unit?.hasWritten !== true;
        if (!isLoss && !(thrown instanceof Conflict)) throw thrown;
        if (isLoss && tries >= MAX_TRIES_TO_CONNECT) throw thrown;
        if (tries >= MAX_TRIES) throw new SchedError('store-failure', 'Redis: others kept changing the same rows');
      }
      await pause(connection.clock, tries);
    }
  }

  /** Starts again or ends the runs that do not simply start, in the places that are left. */
  #settle(request: RunsRequest, started: readonly RunRecord[], others: readonly string[]) {
    const slots = { ...request.slots };
    for (const { executor } of started) slots[executor] = (slots[executor] ?? 0) - 1;
    return this.#unit(async (unit) => {
      const rows = await unit.readRuns(others);
      const candidates = rows.filter((row) => isToBeSettled(row, unit.now));
      return this.takeRuns(unit, { ...request, slots }, { candidates, running: new Map() });
    });
  }

  /** Writes down that these jobs cannot be read; what can be repaired of them stays as it is. */
  #setAside(ids: readonly string[]): Promise<void> {
    return this.#unit(async (unit) => {
      const jobs = await unit.jobs(ids);
      const changedJobs = jobs
        .filter((job) => job.state === 'broken')
        .map((stored) => ({ stored, record: patchedJob(stored, {}, unit.now) }));
      await unit.write({ addedJobs: [], changedJobs, deletedJobs: [], keptJobs: [], addedRuns: [], changedRuns: [] });
    });
  }

  /** Waits until a replica has what was written, if that was asked for. */
  async #replicated(): Promise<void> {
    if (this.#settings.durability === 'primary') return;
    const replicas = Number(await this.#connection().command('WAIT', [1, REPLICA_MS]));
    if (replicas < 1) {
      throw new SchedError('store-failure', `Redis: no replica confirmed the write within ${REPLICA_MS} ms`);
    }
  }

  #connection(): RedisConnection {
    return this.#open().connection;
  }

  #open(): Session {
    if (this.#session === null) throw new SchedError('store-failure', 'the Redis store is not open');
    return this.#session;
  }
}

/** Works on all items, in batches at the same time; the results are in the order of the items. */
async function inBatches<Item, Result>(
  items: readonly Item[],
  work: (batch: readonly Item[]) => Promise<readonly Result[]>,
): Promise<Result[]> {
  const batches: Promise<readonly Result[]>[] = [];
  for (let first = 0; first < items.length; first += BATCH) batches.push(work(items.slice(first, first + BATCH)));
  return (await Promise.all(batches)).flat();
}

/** Nobody else is in the way for long; who meets the same one again waits by chance, so as not to stay in step. */
async function pause(clock: Clock, tries: number): Promise<void> {
  if (tries < TRIES_AT_ONCE) return clock.turn();
  const delayMs = clock.random() * LONGEST_PAUSE_MS;
  await new Promise<void>((resolve) => clock.setTimer(delayMs, resolve, true));
}
