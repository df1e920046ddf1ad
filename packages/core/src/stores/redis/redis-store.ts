// The job store on a Redis server: rows as texts, found by sorted sets, read without locks and written by scripts that
// refuse what has changed since.
import type { Clock } from '../../clock.ts';
import { SchedError } from '../../errors.ts';
import type { JobRecord, RunRecord } from '../../jobs/records.ts';
import { patchedJob } from '../job-decisions.ts';
import { listedRun } from '../operations.ts';
import { escapeId, unescapeId } from '../run-decisions.ts';
import { type ItemOperation, ServerStore } from '../server/server-store.ts';
import type { RunsRequest, UnitOfWork } from '../server/unit.ts';
import type {
  ClaimRequest,
  JobFilter,
  ProcessCheckIn,
  ProcessRecord,
  RunFilter,
  StoreContext,
  UnknownExecutors,
} from '../store.ts';
import type { RowsRequest } from '../tables.ts';
import { claimDueJobs, claimReadyRuns, isToBeSettled } from './claims.ts';
import { isConnectionLoss, type RedisConnection } from './connection.ts';
import { listJobs, listRuns } from './lists.ts';
import { type RedisSettings, type RedisStoreOptions, redisSettings } from './options.ts';
import { checkIn, checkOut, getProcesses } from './processes.ts';
import { RecentRows } from './recent-rows.ts';
import { Conflict, NO_CHANGES, RedisUnit } from './redis-unit.ts';
import { readJob, readRun, readTexts } from './rows.ts';
import { PRUNE } from './scripts/prune.ts';
import { SOME_JOBS } from './scripts/read.ts';
import { NEXT_WAKE, UNKNOWN_EXECUTORS, UNKNOWN_TASKS } from './scripts/wake.ts';
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
  readonly #recent = new RecentRows();
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
    this.#recent.clear();
    await (await opening?.catch(() => null))?.close();
  }

  /** Calls back when another process has changed something, and after each new connection; answers how to stop. */
  subscribe(onChange: () => void): () => void {
    return this.#open().news.listen(onChange);
  }

  async claimDue(
    request: ClaimRequest & { readonly limit: number; readonly ttlMs: number },
  ): Promise<{ now: number; jobs: JobRecord[] }> {
    const { now, jobs, others } = await claimDueJobs(this.#connection(), this.#recent, request);
    if (others.length > 0) await this.#setAside(others);
    return { now, jobs: [...jobs] };
  }

  override async claimRuns(request: RunsRequest): Promise<{ now: number; runs: RunRecord[]; ended: RunRecord[] }> {
    const { now, started, others } = await claimReadyRuns(this.#connection(), this.#recent, request);
    if (started.length > 0) await this.#replicated();
    if (others.length === 0) return { now, runs: [...started], ended: [] };
    const settled = await this.#settle(request, started, others);
    return { now, runs: [...settled.runs, ...started], ended: settled.ended };
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
    const answer = await connection.run(NEXT_WAKE, [connection.time, ...Array.from(tasks, escapeId)]);
    const [now, at] = answer as string[];
    return { now: Number(now), at: at === '' ? null : Number(at) };
  }

  async unknownTasks(tasks: ReadonlySet<string>): Promise<ReadonlyMap<string, number>> {
    const connection = this.#connection();
    const answer = await connection.run(UNKNOWN_TASKS, [connection.time, ...Array.from(tasks, escapeId)]);
    return countsByName(answer as (string | number)[]);
  }

  async unknownExecutors({ tasks, executors }: UnknownExecutors): Promise<ReadonlyMap<string, number>> {
    const connection = this.#connection();
    const known = Array.from(executors, escapeId);
    const values = [connection.time, known.length, ...known, ...Array.from(tasks, escapeId)];
    return countsByName((await connection.run(UNKNOWN_EXECUTORS, values)) as (string | number)[]);
  }

  async prune({ limit, maxAgeMs }: { readonly limit: number; readonly maxAgeMs: number }): Promise<number> {
    const connection = this.#connection();
    for (let pruned = 0, passed = 0; ; ) {
      const count = Math.min(limit - pruned, PRUNE_BATCH);
      const answer = (await connection.run(PRUNE, [connection.time, maxAgeMs, count, passed])) as unknown[];
      pruned += Number(answer[0]);
      passed = Number(answer[1]);
      if (pruned >= limit || Number(answer[2]) === 0) return pruned;
    }
  }

  checkIn(process: ProcessCheckIn, forgetAfterMs: number): Promise<void> {
    return checkIn(this.#connection(), process, forgetAfterMs);
  }

  checkOut(schedulerId: string): Promise<void> {
    return checkOut(this.#connection(), schedulerId);
  }

  getProcesses(): Promise<{ now: number; processes: ProcessRecord[] }> {
    return getProcesses(this.#connection());
  }

  protected announce(): void {
    this.#session?.news.announce();
  }

  /** In batches at the same time: the server is busy with one while this process works on another. */
  protected override async each<Item, Result>(
    items: readonly Item[],
    operation: ItemOperation<Item, Result>,
  ): Promise<Result[]> {
    if (items.length <= BATCH) return super.each(items, operation);
    const batches: Promise<Result[]>[] = [];
    for (let first = 0; first < items.length; first += BATCH)
      batches.push(super.each(items.slice(first, first + BATCH), operation));
    return (await Promise.all(batches)).flat();
  }

  protected unit<Result>(body: (unit: UnitOfWork) => Promise<Result>): Promise<Result> {
    return this.#unit(body);
  }

  protected listJobs(request: RowsRequest<JobFilter>): Promise<JobRecord[]> {
    return listJobs(this.#connection(), request);
  }

  protected async listRuns(request: RowsRequest<RunFilter>): Promise<RunRecord[]> {
    return (await listRuns(this.#connection(), request)).map(listedRun);
  }

  protected async someJobIds(limit: number): Promise<string[]> {
    return (await this.#connection().run(SOME_JOBS, [limit])) as string[];
  }

  async #unit<Result>(body: (unit: RedisUnit) => Promise<Result>): Promise<Result> {
    const connection = this.#connection();
    for (let tries = 1; ; tries++) {
      let unit: RedisUnit | null = null;
      try {
        unit = new RedisUnit(connection, await connection.now(), tries === 1 ? this.#recent : null);
        const result = await body(unit);
        if (unit.written === null) {
          if (unit.restsOnMemory) continue;
          return result;
        }
        this.#recent.jobs.remember(unit.written.jobs);
        this.#recent.runs.remember(unit.written.runs);
        await this.#replicated();
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
    // A run of which nothing can be read has no executor, and needs no place on one to be ended.
    const slots: Record<string, number> = { ...request.slots, '': others.length };
    for (const { executor } of started) slots[executor] = (slots[executor] ?? 0) - 1;
    return this.#unit(async (unit) => {
      const rows = await unit.readRuns(others);
      const candidates = rows.filter((row) => isToBeSettled(row, unit.now));
      // A sound one that somebody wrote in another form gets ours, and starts with the next claim.
      const foreign = rows.filter((row) => !row.isOurs && row.record.state === 'queued' && !candidates.includes(row));
      const changedRuns = foreign.map(({ record }) => ({ stored: record, record: { ...record } }));
      if (changedRuns.length > 0) await unit.write({ ...NO_CHANGES, changedRuns });
      return this.takeRuns(unit, { ...request, slots }, { candidates, running: new Map() });
    });
  }

  /**
   * Writes jobs anew that could not be claimed: those that cannot be read are `broken` then, with all that may be repaired as
   * it is; a sound one that somebody wrote in another form gets ours.
   */
  #setAside(ids: readonly string[]): Promise<void> {
    return this.#unit(async (unit) => {
      const rows = (await unit.readJobs(ids)).filter(({ fault, isOurs }) => fault !== null || !isOurs);
      const changedJobs = rows.map(({ record }) => ({ stored: record, record: patchedJob(record, {}, unit.now) }));
      await unit.write({ ...NO_CHANGES, changedJobs });
    });
  }

  /** Waits until a replica has what was written, if that was asked for. */
  async #replicated(): Promise<void> {
    if (this.#settings.durability === 'primary') return;
    const replicas = Number(await this.#connection().command('wait', [1, REPLICA_MS]));
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

/** Counts by name, of an answer that has names and numbers by turns, a name perhaps more than once. */
function countsByName(answer: readonly (string | number)[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (let at = 0; at < answer.length; at += 2) {
    const name = unescapeId(String(answer[at]));
    counts.set(name, (counts.get(name) ?? 0) + Number(answer[at + 1]));
  }
  return counts;
}

/** Nobody else is in the way for long; who meets the same one again waits by chance, so as not to stay in step. */
async function pause(clock: Clock, tries: number): Promise<void> {
  if (tries < TRIES_AT_ONCE) return clock.turn();
  const delayMs = clock.random() * LONGEST_PAUSE_MS;
  await new Promise<void>((resolve) => clock.setTimer(delayMs, resolve, true));
}
