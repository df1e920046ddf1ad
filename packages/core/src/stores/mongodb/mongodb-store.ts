// The job store in a MongoDB database: shared by any number of processes on any number of machines.
import type { Clock } from '../../clock.ts';
import { InvalidOptionError, SchedError } from '../../errors.ts';
import type { JobRecord, NewJob, RunRecord } from '../../jobs/records.ts';
import { newWorkAt } from '../server/new-work.ts';
import { SecondLook } from '../server/second-look.ts';
import { type ItemOperation, ServerStore } from '../server/server-store.ts';
import type { Changes, RunsRequest, UnitOfWork } from '../server/unit.ts';
import { WorkingSet } from '../server/working-set.ts';
import { patiently } from '../sql/patience.ts';
import type {
  ClaimRequest,
  JobFilter,
  JobPatch,
  OnConflict,
  ProcessCheckIn,
  ProcessRecord,
  PutResult,
  RunFilter,
  StoreContext,
  UnknownExecutors,
} from '../store.ts';
import type { RowsRequest } from '../tables.ts';
import { type ClaimedRuns, claimRuns } from './claim-runs.ts';
import { Database } from './database.ts';
import { readJob, readRun } from './documents.ts';
import { connectTo } from './driver.ts';
import { claimDueJobs, type DueRequest } from './due-jobs.ts';
import { InTurn } from './in-turn.ts';
import { visibleJobs } from './job-batch.ts';
import { listJobs, listRuns, someJobIds } from './lists.ts';
import { MongodbUnit } from './mongodb-unit.ts';
import { News } from './news.ts';
import { type MongodbSettings, type MongodbStoreOptions, mongodbSettings } from './options.ts';
import { checkIn, checkOut, getProcesses } from './processes.ts';
import { migrate } from './schema.ts';
import { checkServer } from './server-check.ts';
import { countUnknownExecutors, countUnknownTasks, History } from './upkeep.ts';
import { nextWakeAt } from './wake.ts';

/** Items that an operation is done for at once. */
const BATCH = 1000;

/** How often an operation is begun again because others changed what it is about. Each time one of them has got on. */
const MAX_TURNS = 100;

/** What there is while the store is open. */
interface Opened {
  readonly database: Database;
  readonly news: News;
  /** For runs that were left to others because they were in the way. */
  readonly secondLook: SecondLook;
  close(): Promise<void>;
}

/** Keeps jobs and runs in a MongoDB database, on a replica set or a single server, through the `mongodb` package. */
export class MongodbStore extends ServerStore {
  readonly kind = 'mongodb';
  readonly pollMs: number;
  readonly #settings: MongodbSettings;
  readonly #history = new History();
  readonly #adding = new InTurn();
  #opening: Promise<Opened> | null = null;
  #opened: Opened | null = null;

  /** @throws InvalidOptionError for an option it does not know, or a wrong value. */
  constructor(options: MongodbStoreOptions = {}) {
    super();
    this.#settings = mongodbSettings(options);
    this.pollMs = this.#settings.pollMs;
  }

  /**
   * Connects, and makes the collections or brings them up to date. Twice is once. The driver keeps the process alive for as long
   * as the store is open.
   *
   * @throws SchedError `driver-missing` if the driver is not installed; `store-failure` if there is no server, it is too old or
   * takes no writes, or the collections are of a newer version of this package.
   */
  async open(context: StoreContext): Promise<void> {
    this.#opening ??= openStore(this.#settings, context.clock);
    const opening = this.#opening;
    try {
      const opened = await opening;
      if (this.#opening === opening) this.#opened = opened;
    } catch (thrown) {
      if (this.#opening === opening) this.#opening = null;
      throw thrown;
    }
  }

  async close(): Promise<void> {
    const opening = this.#opening;
    this.#opening = this.#opened = null;
    const opened = await opening?.catch(() => null);
    opened?.secondLook.close();
    await opened?.news.stop();
    await opened?.close();
  }

  subscribe(onChange: () => void): () => void {
    const { news, secondLook } = this.#open();
    const stops = [news.listen(onChange), secondLook.subscribe(onChange)];
    return () => {
      for (const stop of stops) stop();
    };
  }

  override async putJobs(jobs: readonly NewJob[], onConflict: OnConflict): Promise<PutResult[]> {
    for (const job of jobs) checkSize(job.id, job);
    return await super.putJobs(jobs, onConflict);
  }

  override async updateJob(id: string, version: number, patch: JobPatch): Promise<JobRecord | null> {
    checkSize(id, patch);
    return await super.updateJob(id, version, patch);
  }

  override addRun(...[jobId, run]: Parameters<ServerStore['addRun']>): Promise<RunRecord | null> {
    return this.#adding.about(jobId, () => super.addRun(jobId, run));
  }

  getJob(id: string): Promise<JobRecord | null> {
    return this.#work(async (database) => {
      const found = await database.jobs.find({ _id: id }).toArray();
      const [job] = await visibleJobs(database, found);
      return job === undefined ? null : readJob(job).record;
    });
  }

  getRun(id: string): Promise<RunRecord | null> {
    return this.#work(async ({ runs }) => {
      const run = await runs.findOne({ _id: id });
      return run === null ? null : readRun(run).record;
    });
  }

  claimDue(request: DueRequest): Promise<{ now: number; jobs: JobRecord[] }> {
    return this.#work((database) => claimDueJobs(database, request));
  }

  override claimRuns(request: RunsRequest): Promise<ClaimedRuns> {
    const { secondLook } = this.#open();
    return this.#work((database) => claimRuns(database, request, () => secondLook.lookAgain()));
  }

  nextWake({ tasks }: ClaimRequest): Promise<{ now: number; at: number | null }> {
    return this.#work((database) => nextWakeAt(database, tasks));
  }

  unknownTasks(tasks: ReadonlySet<string>): Promise<ReadonlyMap<string, number>> {
    return this.#work((database) => countUnknownTasks(database, tasks));
  }

  unknownExecutors(request: UnknownExecutors): Promise<ReadonlyMap<string, number>> {
    return this.#work((database) => countUnknownExecutors(database, request));
  }

  prune({ limit, maxAgeMs }: { readonly limit: number; readonly maxAgeMs: number }): Promise<number> {
    return this.#work((database) => this.#history.prune(database, limit, maxAgeMs));
  }

  checkIn(process: ProcessCheckIn, forgetAfterMs: number): Promise<void> {
    return this.#work((database) => checkIn(database, process, forgetAfterMs));
  }

  checkOut(schedulerId: string): Promise<void> {
    return this.#work((database) => checkOut(database, schedulerId));
  }

  getProcesses(): Promise<{ now: number; processes: ProcessRecord[] }> {
    return this.#work(getProcesses);
  }

  protected announce(): void {
    this.#opened?.news.announce();
  }

  protected listJobs(request: RowsRequest<JobFilter>): Promise<JobRecord[]> {
    return this.#work((database) => listJobs(database, request));
  }

  protected listRuns(request: RowsRequest<RunFilter>): Promise<RunRecord[]> {
    return this.#work((database) => listRuns(database, request));
  }

  protected someJobIds(limit: number): Promise<string[]> {
    return this.#work((database) => someJobIds(database, limit));
  }

  /** One unit, which may do no more than add jobs: all of them or none. */
  protected unit<Result>(body: (unit: UnitOfWork) => Promise<Result>): Promise<Result> {
    return this.#work(async (database) => {
      const now = await database.now();
      return inTurns(async () => {
        const unit = new MongodbUnit(database, now, 'together');
        const result = await body(unit);
        return unit.refusedJobs.size === 0 ? { result } : null;
      });
    });
  }

  /** Items do not depend on each other: of those that meet somebody else's change, and of no others, it is done again. */
  protected override async each<Item, Result>(
    items: readonly Item[],
    operation: ItemOperation<Item, Result>,
  ): Promise<Result[]> {
    const results: Result[] = [];
    for (let first = 0; first < items.length || first === 0; first += BATCH) {
      const batch = items.slice(first, first + BATCH);
      results.push(...(await this.#work((database) => this.#eachOf(database, batch, operation))));
    }
    return results;
  }

  async #eachOf<Item, Result>(
    database: Database,
    items: readonly Item[],
    { jobIdOf, load, decide }: ItemOperation<Item, Result>,
  ): Promise<Result[]> {
    const results: Result[] = [];
    const now = items.length === 0 ? 0 : await database.now();
    let open = [...items.keys()];
    await inTurns(async () => {
      if (open.length === 0) return { result: null };
      const unit = new MongodbUnit(database, now);
      const set = new WorkingSet(unit);
      const asked = open.map((index) => [index, items[index] as Item] as const);
      await load(
        set,
        asked.map(([, item]) => item),
      );
      for (const [index, item] of asked) results[index] = decide(set, item);
      this.#tell(await set.save(), now);
      open = asked.filter(([, item]) => unit.refusedJobs.has(jobIdOf(item))).map(([index]) => index);
      return open.length === 0 ? { result: null } : null;
    });
    return results;
  }

  /** What lies further ahead everybody finds by looking. */
  #tell(changes: Changes, now: number): void {
    if (newWorkAt(changes) - now < this.pollMs) this.announce();
  }

  /** @throws SchedError `store-failure` if the server fails, or does not answer for 10 s. */
  async #work<Result>(work: (database: Database) => Promise<Result>): Promise<Result> {
    const { database } = this.#open();
    return await patiently({ clock: database.clock, name: 'MongoDB', mayRepeat: () => false }, () => work(database));
  }

  #open(): Opened {
    if (this.#opened === null) throw new SchedError('store-failure', 'the MongoDB store is not open');
    return this.#opened;
  }
}

/** The longest text that a job may come to, in characters: with what else its document holds that is less than the 16 MiB it may have. */
const MAX_TEXT = 4_000_000;

/** @throws InvalidOptionError for a job that the server would not take. */
function checkSize(id: string, job: JobPatch): void {
  const length = JSON.stringify(job.trigger ?? null).length + JSON.stringify([job.args, job.tags, job.note]).length;
  if (length > MAX_TEXT) throw new InvalidOptionError('job', id, `a job of at most ${MAX_TEXT} characters`);
}

/** Does something until it has an answer. */
async function inTurns<Result>(turn: () => Promise<{ readonly result: Result } | null>): Promise<Result> {
  for (let turns = 0; turns < MAX_TURNS; turns++) {
    const answer = await turn();
    if (answer !== null) return answer.result;
  }
  throw new Error(`others changed the same jobs ${MAX_TURNS} times in a row`);
}

async function openStore(settings: MongodbSettings, clock: Clock): Promise<Opened> {
  return await patiently({ clock, name: 'MongoDB', mayRepeat: () => false }, async () => {
    const { db, close } = await connectTo(settings);
    try {
      const { hasChangeStreams } = await checkServer(db);
      await migrate(db, settings.collectionPrefix, settings.migrate);
      const database = new Database(db, settings.collectionPrefix, clock, settings.clock === 'host');
      return { database, news: new News(database, hasChangeStreams), secondLook: new SecondLook(clock), close };
    } catch (thrown) {
      await close();
      throw thrown;
    }
  });
}
