// One turn of an operation: what is read is noted together with the write that made it so, and what is written takes effect
// only where that still holds. Jobs for which it does not are refused: the operation is done for them again.
import type { Filter } from 'mongodb';
import type { JobRecord, RunRecord } from '../../jobs/records.ts';
import { type ReadRow, standingFromRow } from '../rows/columns.ts';
import type { Change, Changes, Claimable, UnitOfWork } from '../server/unit.ts';
import type { JobStanding } from '../tables.ts';
import { compareAndSet, type DocumentChange } from './compare-and-set.ts';
import type { Database } from './database.ts';
import { etagOf, HIDDEN_STATES, readJob, readRun, runChange, type StoredDocument } from './documents.ts';
import { findAll, slices } from './in-bulk.ts';
import { addEach, addTogether, visibleJobs } from './job-batch.ts';
import { deliver, lettersIn } from './outbox.ts';
import { type JobWrite, planWrites } from './write-plan.ts';

/** Says that a run is open: it has a place only then. */
const OPEN = { slot: { $exists: true } };

/** How many runs of these jobs are open; a job that is not in it has none. */
export async function countOpen({ runs }: Database, jobIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const query = { job_id: { $in: jobIds }, ...OPEN };
  const counts = new Map<string, number>();
  for (const run of await findAll(runs, query, { projection: { _id: 0, job_id: 1 }, hint: 'open' })) {
    const jobId = String(run['job_id']);
    counts.set(jobId, (counts.get(jobId) ?? 0) + 1);
  }
  return counts;
}

/** How jobs are added: each by itself, or all or none of them. */
export type Adding = 'each' | 'together';

export class MongodbUnit implements UnitOfWork {
  readonly now: number;
  /** Jobs whose changes, or those of their runs, met somebody else's. */
  readonly refusedJobs = new Set<string>();
  /** Of these, the runs that did. */
  readonly refusedRuns = new Set<string>();
  /** Places of the runs that this unit starts, by their id. */
  readonly slots = new Map<string, number>();
  readonly #database: Database;
  readonly #adding: Adding;
  /** The writes that made what was read, by id of the document. */
  readonly #jobEtags = new Map<string, unknown>();
  readonly #runEtags = new Map<string, unknown>();

  constructor(database: Database, now: number, adding: Adding = 'each') {
    this.#database = database;
    this.now = now;
    this.#adding = adding;
  }

  async jobs(ids: readonly string[]): Promise<readonly JobRecord[]> {
    const known = await this.#knownJobs(ids);
    const rest = ids.filter((id) => !known.has(id));
    if (rest.length === 0) return [...known.values()];
    const documents = await visibleJobs(this.#database, await this.#settledJobs(rest));
    const read = documents.map((document) => {
      noteEtag(this.#jobEtags, document._id, etagOf(document));
      return readJob(document).record;
    });
    return known.size === 0 ? read : [...known.values(), ...read];
  }

  async standings(ids: readonly string[]): Promise<readonly JobStanding[]> {
    const documents = await findAll(
      this.#database.jobs,
      { _id: { $in: ids }, state: { $nin: HIDDEN_STATES } },
      { projection: { generation: 1, state: 1, ephemeral: 1 } },
    );
    return documents.map((document) => standingFromRow({ ...document, id: document._id }));
  }

  async runs(ids: readonly string[]): Promise<readonly RunRecord[]> {
    const { runs, recent } = this.#database;
    const query = { _id: { $in: ids } };
    const isWorthAsking = recent.runs.areWorthAsking(ids);
    const documents = await findAll(runs, query, isWorthAsking ? { projection: { etag: 1 } } : {});
    const read = isWorthAsking ? await this.completed(documents) : this.read(documents);
    return read.map(({ record }) => record);
  }

  async openRuns(jobIds: readonly string[]): Promise<readonly RunRecord[]> {
    const open = await findAll(this.#database.runs, { job_id: { $in: jobIds }, ...OPEN }, { hint: 'open' });
    return this.read(open.sort((a, b) => a['seq'] - b['seq'])).map(({ record }) => record);
  }

  countOpen(jobIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return countOpen(this.#database, jobIds);
  }

  /** Nobody asks: `claim-runs.ts` looks at candidates page by page, and takes those that it gets. */
  claimable(): Promise<Claimable> {
    throw new Error('runs are claimed one page after the other');
  }

  generations(count: number): Promise<number> {
    return this.#database.reserve('generation', count);
  }

  tokens(count: number): Promise<number> {
    return this.#database.reserve('token', count);
  }

  /** The runs of these documents, noted as they were read. */
  read(documents: readonly StoredDocument[]): ReadRow<RunRecord>[] {
    return documents.map((document) => {
      noteEtag(this.#runEtags, document._id, etagOf(document));
      return readRun(document);
    });
  }

  /**
   * The runs of documents of which little more than the etag was read: those that are remembered, and the others in full, if
   * the query is still true of them.
   */
  async completed(
    documents: readonly StoredDocument[],
    query: Filter<StoredDocument> = {},
  ): Promise<ReadRow<RunRecord>[]> {
    const { runs, recent } = this.#database;
    const known = new Map<string, ReadRow<RunRecord>>();
    for (const { _id, etag } of documents) {
      const record = recent.runs.get(_id, etag);
      if (record === undefined) continue;
      known.set(_id, { record: { ...record }, fault: null });
      noteEtag(this.#runEtags, _id, etag);
    }
    const rest = documents.filter(({ _id }) => !known.has(_id)).map(({ _id }) => _id);
    const read = rest.length === 0 ? [] : this.read(await findAll(runs, { ...query, _id: { $in: rest } }));
    for (const row of read) known.set(row.record.id, row);
    return documents.flatMap(({ _id }) => known.get(_id) ?? []);
  }

  /** Writes what still can be written, and notes what cannot. */
  async write(changes: Changes): Promise<void> {
    const seq = this.#database.nextSeq(this.now, changes.addedRuns.length);
    const plan = planWrites(changes, this.now, seq);
    await this.#writeRuns(plan.runs);
    await this.#add(plan.added);
    const etag = this.#database.newEtag();
    const writable = plan.jobs.filter(({ id }) => !this.refusedJobs.has(id) && this.#jobEtags.has(id));
    await this.#writeJobs(writable, etag);
    for (const run of changes.addedRuns) if (!this.refusedJobs.has(run.jobId)) this.#database.recent.run(run, etag);
  }

  /** What ends is written before what starts: it may have the place that the other one gets. */
  async #writeRuns(changes: readonly Change<RunRecord>[]): Promise<void> {
    const { runs, newEtag, recent } = this.#database;
    const jobIds = new Map(changes.map(({ record }) => [record.id, record.jobId]));
    for (const starting of [false, true]) {
      const batch = changes.filter(({ record }) => this.slots.has(record.id) === starting);
      const etag = newEtag();
      const refused = await compareAndSet(
        runs,
        batch.map((change) => this.#runWrite(change)),
        etag,
      );
      for (const id of refused) {
        this.refusedRuns.add(id);
        this.refusedJobs.add(jobIds.get(id) ?? '');
      }
      for (const { record } of batch) if (!refused.has(record.id)) recent.run(record, etag);
    }
  }

  #runWrite({ record, stored }: Change<RunRecord>): DocumentChange {
    const columns = runChange(record, stored, this.slots.get(record.id));
    return { id: record.id, etag: this.#runEtags.get(record.id) ?? null, columns };
  }

  async #add(jobs: readonly JobRecord[]): Promise<void> {
    const taken =
      this.#adding === 'together'
        ? await addTogether(this.#database, jobs, this.now)
        : await addEach(this.#database, jobs);
    for (const id of taken) this.refusedJobs.add(id);
  }

  async #writeJobs(writes: readonly JobWrite[], etag: string): Promise<void> {
    if (writes.length === 0) return;
    const changes = writes.map(({ id, columns, increments, letter }): DocumentChange => {
      const posted = letter === null ? columns : { ...columns, outbox: letter };
      return { id, etag: this.#jobEtags.get(id), columns: posted, ...(increments && { increments }) };
    });
    for (const id of await compareAndSet(this.#database.jobs, changes, etag)) this.refusedJobs.add(id);
    const posted = writes.flatMap(({ id, letter }) =>
      letter === null || this.refusedJobs.has(id) ? [] : [{ jobId: id, etag, letter }],
    );
    await Promise.all(slices(posted).map((slice) => deliver(this.#database, slice)));
  }

  /** The jobs that are remembered as they are. */
  async #knownJobs(ids: readonly string[]): Promise<ReadonlyMap<string, JobRecord>> {
    const { jobs, recent } = this.#database;
    const known = new Map<string, JobRecord>();
    if (!recent.jobs.areWorthAsking(ids)) return known;
    for (const { _id, etag } of await findAll(jobs, { _id: { $in: ids } }, { projection: { etag: 1 } })) {
      const job = recent.jobs.get(_id, etag);
      // Each is needed once: the commit that follows makes it another.
      recent.jobs.delete(_id);
      if (job === undefined) continue;
      known.set(_id, job);
      noteEtag(this.#jobEtags, _id, etag);
    }
    return known;
  }

  /** The documents of jobs, after what was on its way from them has arrived. */
  async #settledJobs(ids: readonly string[]): Promise<readonly StoredDocument[]> {
    const { jobs } = this.#database;
    const documents = await findAll(jobs, { _id: { $in: ids } });
    const posted = lettersIn(documents);
    if (posted.length === 0) return documents;
    await deliver(this.#database, posted);
    const unsettled = new Set(posted.map(({ jobId }) => jobId));
    const settled = await this.#settledJobs([...unsettled]);
    return [...documents.filter(({ _id }) => !unsettled.has(_id)), ...settled];
  }
}

/** Stands for a document that was another when it was read again: no document has it, so every write to it is refused. */
const CHANGED_MEANWHILE = 'changed meanwhile';

/** Which of several readings was decided on is known to nobody here, so they have to be the same. */
function noteEtag(etags: Map<string, unknown>, id: string, etag: unknown): void {
  const isAnother = etags.has(id) && etags.get(id) !== etag;
  etags.set(id, isAnother ? CHANGED_MEANWHILE : etag);
}
