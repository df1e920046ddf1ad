// Claims runs: candidates are read page by page and decided on in memory; those that are still as they were read when they
// are written are claimed. The others somebody else was faster with, and what comes after them is looked at.
import type { RunRecord } from '../../jobs/records.ts';
import { isJobThere, removeIfUsedUp } from '../operations.ts';
import type { ReadRow } from '../rows/columns.ts';
import { RunsInClaim } from '../run-claim.ts';
import { endedRun, outcomeAtClaim } from '../run-decisions.ts';
import type { Change, RunsRequest } from '../server/unit.ts';
import { WorkingSet } from '../server/working-set.ts';
import type { Database } from './database.ts';
import type { StoredDocument } from './documents.ts';
import { ANY_PRIORITY, findAll } from './in-bulk.ts';
import { MongodbUnit } from './mongodb-unit.ts';
import { spreadTokens } from './tokens.ts';

/** Runs that lost their holder and are looked at in one turn. */
const LOST_LIMIT = 1000;

/** Runs that are read at once, at most. */
const MAX_PAGE = 1000;

/** Turns in which nothing but conflicts came about, before the rest is left to others. */
const MAX_TURNS = 20;

/** In the order of their turn. */
const TURN = { priority: -1, available_at: 1, seq: 1 } as const;

const PLACE_IN_TURN = { etag: 1, priority: 1, available_at: 1, seq: 1 } as const;

/** A claim that has something and meets others is over after this part of a lease: what it holds must not grow old meanwhile. */
const SHARE_OF_LEASE = 1 / 8;

/** What a claim answers. */
export interface ClaimedRuns {
  readonly now: number;
  readonly runs: RunRecord[];
  readonly ended: RunRecord[];
}

/** Claims runs until every place is taken, nothing is left, or others are in the way for too long: then `onPassedOver` is told. */
export async function claimRuns(
  database: Database,
  request: RunsRequest,
  onPassedOver: () => void,
): Promise<ClaimedRuns> {
  const { clock } = database;
  const until = clock.monotonic() + request.leaseMs * SHARE_OF_LEASE;
  const [runs, ended]: [RunRecord[], RunRecord[]] = [[], []];
  const slots = { ...request.slots };
  for (let turn = 1; ; turn++) {
    // Read anew: by the clock of the first turn the leases of a later one would be over before they began.
    const now = await database.now();
    const claim = new RunClaim(database, { ...request, slots }, now);
    await claim.take();
    runs.push(...claim.runs);
    ended.push(...claim.ended);
    if (!claim.hasMetOthers) return { now, runs, ended };
    for (const run of claim.runs) slots[run.executor] = (slots[run.executor] ?? 0) - 1;
    if (turn < MAX_TURNS && (runs.length === 0 || clock.monotonic() < until)) continue;
    onPassedOver();
    return { now, runs, ended };
  }
}

/** Runs that were read at once. */
interface Page {
  /** The documents, as far as they were read. */
  readonly found: readonly StoredDocument[];
  readonly candidates: readonly ReadRow<RunRecord>[];
}

/** One turn of a claim. */
class RunClaim {
  runs: RunRecord[] = [];
  ended: RunRecord[] = [];
  /** Whether somebody else was faster with some of the candidates. */
  hasMetOthers = false;
  readonly #database: Database;
  readonly #request: RunsRequest;
  readonly #unit: MongodbUnit;
  readonly #set: WorkingSet;
  readonly #claim: RunsInClaim;
  /** Places that are taken among those which a job's `maxInstances` allows, by job id. */
  readonly #places = new Map<string, Set<number>>();
  /** Places of the running runs that were read, by run id. */
  readonly #placeOf = new Map<string, number>();
  /** The candidates so far, by id. */
  readonly #seen = new Set<string>();
  /** What was decided, the tokens numbered from 0. */
  readonly #decided: Change<RunRecord>[] = [];

  constructor(database: Database, request: RunsRequest, now: number) {
    this.#database = database;
    this.#request = request;
    this.#unit = new MongodbUnit(database, now);
    this.#set = new WorkingSet(this.#unit);
    let tokens = 0;
    this.#claim = new RunsInClaim({
      owner: request.owner,
      slots: request.slots,
      leaseMs: request.leaseMs,
      outliving: request.outliving,
      now,
      isJobThere: (run) => isJobThere(this.#set, run),
      countRunning: (jobId) => this.#places.get(jobId)?.size ?? 0,
      nextToken: () => tokens++,
      put: (record, stored) => this.#decided.push({ record, stored }),
    });
  }

  async take(): Promise<void> {
    const size = Math.min(MAX_PAGE, this.#freePlaces());
    if (size === 0) return;
    const [lost, ready] = await Promise.all([this.#findLost(), this.#findReady(size)]);
    for (const { _id, slot } of lost) if (typeof slot === 'number') this.#placeOf.set(_id, slot);
    await this.#takeAll(this.#unit.read(lost));
    await this.#takeReady(ready, size);
    if (this.#decided.length > 0) await this.#write();
    if (!this.hasMetOthers && this.#freePlaces() > 0) this.hasMetOthers = await this.#haveOthersTaken();
  }

  /**
   * Whether others have taken some of the candidates that seemed to be at their job's limit: between the look at the candidates
   * and the one at the jobs, the run that takes up the place may have been the candidate itself.
   */
  async #haveOthersTaken(): Promise<boolean> {
    const decided = new Set(this.#decided.map(({ stored }) => stored.id));
    const left = [...this.#seen].filter((id) => !decided.has(id));
    if (left.length === 0) return false;
    const waiting = await findAll(
      this.#database.runs,
      { _id: { $in: left }, state: 'queued' },
      { projection: { _id: 1 } },
    );
    return waiting.length < left.length;
  }

  #findLost(): Promise<StoredDocument[]> {
    const lost = { state: 'running', lease_until: { $lt: this.#unit.now }, ...this.#ours() };
    return findAll(this.#database.runs, lost, { sort: TURN, limit: LOST_LIMIT, hint: 'lease' });
  }

  async #takeReady(first: Page, firstSize: number): Promise<void> {
    let size = firstSize;
    for (let { found, candidates } = first; ; ) {
      await this.#takeAll(candidates);
      if (found.length < size || this.#freePlaces() === 0) return;
      // Some of them could not start: there are jobs at their limit, and more is read at once.
      size = Math.min(MAX_PAGE, 2 * size);
      ({ found, candidates } = await this.#findReady(size, found.at(-1)));
    }
  }

  /** Runs that wait, in the order of their turn. */
  async #findReady(limit: number, last?: StoredDocument): Promise<Page> {
    const { runs, recent } = this.#database;
    const ready = { ...behind(last), state: 'queued', available_at: { $lte: this.#unit.now }, ...this.#ours() };
    const inTurn = { sort: TURN, limit, hint: 'queue' };
    if (!recent.runs.hasMany || limit === 1) {
      const found = await findAll(runs, ready, inTurn);
      return { found, candidates: this.#unit.read(found) };
    }
    const found = await findAll(runs, ready, { ...inTurn, projection: PLACE_IN_TURN });
    return { found, candidates: await this.#unit.completed(found, ready) };
  }

  async #takeAll(found: readonly ReadRow<RunRecord>[]): Promise<void> {
    // One that was given back in between is found twice, as lost and as waiting; what is written to it is refused.
    const candidates = found.filter(({ record }) => !this.#seen.has(record.id));
    if (candidates.length === 0) return;
    for (const { record } of candidates) this.#seen.add(record.id);
    this.#set.holdRuns(candidates.map(({ record }) => record));
    await this.#loadJobs(candidates);
    for (const candidate of candidates) {
      const { record } = candidate;
      if (record.state === 'queued' && record.token > 0 && !isJobThere(this.#set, record)) this.#cancel(record);
      else this.#claim.take(candidate);
    }
  }

  /** Loads what has to be known of the jobs: which places are taken; of runs that were claimed before or end, whether it is there. */
  async #loadJobs(candidates: readonly ReadRow<RunRecord>[]): Promise<void> {
    // Once for each job: what is decided of it has to rest on one look, or two runs would count on the same place.
    const jobIds = candidates.map(({ record }) => record.jobId).filter((id) => !this.#places.has(id));
    const resting = candidates.filter(
      ({ record, fault }) =>
        record.token > 0 || fault !== null || outcomeAtClaim(record, true, this.#unit.now) !== null,
    );
    const owners = resting.map(({ record }) => record.jobId);
    const [running] = await Promise.all([
      findAll(
        this.#database.runs,
        { job_id: { $in: jobIds }, slot: { $gte: 0 } },
        { projection: { _id: 0, job_id: 1, slot: 1 }, hint: 'open' },
      ),
      this.#set.loadStandings(owners),
    ]);
    const ephemeral = owners.filter((id) => this.#set.standing(id)?.ephemeral);
    await this.#set.loadJobs(ephemeral);
    await this.#set.loadOpenCounts(ephemeral);
    for (const id of jobIds) this.#places.set(id, new Set());
    for (const { job_id, slot } of running) this.#places.get(String(job_id))?.add(Number(slot));
  }

  /** A run that was given back or is to be retried, while its job was being removed. */
  #cancel(run: RunRecord): void {
    this.#decided.push({ stored: run, record: endedRun(run, 'cancelled', this.#unit.now) });
  }

  async #write(): Promise<void> {
    const changes = await this.#withTokens();
    for (const change of changes) this.#place(change);
    for (const { stored, record } of changes) this.#set.runs.put(record, stored, this.#unit.now);
    for (const { record } of changes)
      if (record.state !== 'running') removeIfUsedUp(this.#set, this.#set.standing(record.jobId));
    await this.#set.save();
    this.hasMetOthers = this.#unit.refusedRuns.size > 0;
    const written = changes.map(({ record }) => record).filter(({ id }) => !this.#unit.refusedRuns.has(id));
    this.runs = written.filter(({ state }) => state === 'running');
    this.ended = written.filter(({ state }) => state !== 'running');
  }

  /**
   * What was decided, with the tokens that nobody else has: until here they are numbered. Leases count from here: what led here
   * may have taken long.
   */
  async #withTokens(): Promise<readonly Change<RunRecord>[]> {
    const { count, distances } = spreadTokens(this.#claim.runs);
    if (count === 0) return this.#decided;
    const [first, now] = await Promise.all([this.#unit.tokens(count), this.#database.now()]);
    const leaseUntil = now + this.#request.leaseMs;
    return this.#decided.map(({ stored, record }) => {
      if (record.state !== 'running') return { stored, record };
      return { stored, record: { ...record, leaseUntil, token: first + (distances[record.token] ?? 0) } };
    });
  }

  /** Gives a run that starts the lowest place that is free. One that lost its holder keeps its own; one that ends frees it. */
  #place({ stored, record }: Change<RunRecord>): void {
    const own = this.#placeOf.get(record.id);
    const places = this.#places.get(record.jobId) ?? new Set();
    this.#places.set(record.jobId, places);
    if (record.state !== 'running') {
      if (own !== undefined) places.delete(own);
      return;
    }
    let place = stored.state === 'running' ? own : undefined;
    if (place === undefined) for (place = 0; places.has(place); ) place++;
    places.add(place);
    this.#unit.slots.set(record.id, place);
  }

  /** Runs of the tasks that are known, on executors with free places. */
  #ours() {
    return { task: { $in: [...this.#request.tasks] }, executor: { $in: this.#claim.freeExecutors() } };
  }

  #freePlaces(): number {
    const slots = Object.values(this.#request.slots).reduce((sum, places) => sum + Math.max(0, places), 0);
    return slots - this.#claim.runs.length;
  }
}

/** The runs whose turn comes after this one. */
function behind(last: StoredDocument | undefined) {
  if (last === undefined) return { priority: ANY_PRIORITY };
  const { priority, available_at, seq } = last;
  return {
    priority: { ...ANY_PRIORITY, $lte: priority },
    $or: [
      { priority: { $lt: priority } },
      { available_at: { $gt: available_at } },
      { available_at, seq: { $gt: seq } },
    ],
  };
}
