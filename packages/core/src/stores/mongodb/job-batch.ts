// Jobs that are added together, all or none, though no write to many documents is atomic: they are put in place unseen, and
// one write to the document of their batch decides for all of them.
//
//   no document of the batch      what is in place goes: the batch was given up
//   its state is `open`           the jobs are being put in place; nobody sees them
//   its state is `done`           the jobs are there; whoever sees one as it was put in place shows the others too
import type { JobRecord } from '../../jobs/records.ts';
import { type Database, isDuplicate } from './database.ts';
import { HIDDEN_STATES, jobDocument, type StoredDocument } from './documents.ts';
import { findAll } from './in-bulk.ts';
import { deliver, lettersIn } from './outbox.ts';

/** How long a batch may stay open before it is taken to be left behind, in milliseconds. */
const PATIENCE_MS = 60_000;

/** What a job has while it is put in place. */
interface Adding {
  readonly batch: string;
  /** The state it will have. */
  readonly state: string;
  readonly at: number;
}

/** Adds jobs, each by itself; answers the ids that were taken. */
export async function addEach(database: Database, jobs: readonly JobRecord[]): Promise<string[]> {
  const etag = database.newEtag();
  return await insert(
    database,
    jobs.map((job) => jobDocument(job, etag)),
    etag,
  );
}

/** Adds all of these jobs, or none; answers the ids that were taken. */
export async function addTogether(database: Database, jobs: readonly JobRecord[], now: number): Promise<string[]> {
  if (jobs.length < 2) return await addEach(database, jobs);
  const { meta, newEtag } = database;
  const batch = `batch:${newEtag()}`;
  await meta.insertOne({ _id: batch, state: 'open', at: now });
  try {
    const unseen = jobs.map((job) => {
      const adding: Adding = { batch, state: job.state, at: now };
      return { ...jobDocument(job, batch), state: 'adding', adding };
    });
    const taken = await insert(database, unseen, batch);
    if (taken.length === 0 && (await decide(database, batch))) return [];
    await giveUp(database, batch);
    // Somebody who wanted one of the ids has given the batch up: nothing is known to be taken, and everything has to be looked at again.
    return taken.length > 0 ? taken : jobs.map((job) => job.id);
  } catch (thrown) {
    await giveUp(database, batch).catch(() => {});
    throw thrown;
  }
}

/** Of these documents the jobs that are there for everybody to see. */
export async function visibleJobs(
  database: Database,
  documents: readonly StoredDocument[],
): Promise<readonly StoredDocument[]> {
  if (!documents.some(isHidden)) return documents;
  const batches = batchesOf(documents);
  const decided = batches.length === 0 ? [] : await decidedAmong(database, batches);
  for (const batch of decided) await show(database, batch);
  const unclear = documents.filter((document) => addingOf(document) !== null).map(({ _id }) => _id);
  // Their batch may have been done and forgotten since they were read.
  const shown = unclear.length === 0 ? [] : await findAll(database.jobs, { _id: { $in: unclear } });
  const byId = new Map(shown.map((document) => [document._id, document]));
  return documents.map((document) => byId.get(document._id) ?? document).filter((document) => !isHidden(document));
}

/** Gives up batches that were left behind, and shows those that were decided. */
export async function tidyBatches(database: Database, now: number): Promise<void> {
  const { jobs, meta } = database;
  const unseen = await jobs
    .find({ 'adding.batch': { $gt: '' } }, { projection: { adding: 1 } })
    .limit(1000)
    .toArray();
  const open = await meta.find({ _id: { $gte: 'batch:', $lt: 'batch;' } }).toArray();
  const left = new Set(
    [...unseen.map(addingOf), ...open.map(({ _id, at }) => ({ batch: _id, at: Number(at) }))]
      .filter((adding) => adding !== null && adding.at < now - PATIENCE_MS)
      .map((adding) => adding?.batch ?? ''),
  );
  for (const batch of left) await giveUp(database, batch);
}

/** Inserts documents; answers the ids that were taken, once what nobody is to see is out of the way. */
async function insert(database: Database, documents: readonly StoredDocument[], etag: string): Promise<string[]> {
  if (documents.length === 0) return [];
  const { jobs, again } = database;
  try {
    await again(() => jobs.insertMany([...documents], { ordered: false }));
    return [];
  } catch (thrown) {
    if (!isDuplicate(thrown)) throw thrown;
  }
  const ids = documents.map(({ _id }) => _id);
  const own = await findAll(jobs, { _id: { $in: ids }, etag }, { projection: { _id: 1 } });
  const isOwn = new Set(own.map(({ _id }) => _id));
  const taken = ids.filter((id) => !isOwn.has(id));
  await clearWay(database, taken);
  return taken;
}

/** Sees to it that what nobody is to see under these ids either is there for everybody, or goes. */
async function clearWay(database: Database, ids: readonly string[]): Promise<void> {
  const inTheWay = await findAll(database.jobs, { _id: { $in: ids }, state: { $in: HIDDEN_STATES } });
  await deliver(database, lettersIn(inTheWay));
  for (const batch of batchesOf(inTheWay)) await giveUp(database, batch);
}

/** Decides that the jobs of the batch are there; false if it was given up. */
async function decide(database: Database, batch: string): Promise<boolean> {
  const { jobs, meta, again } = database;
  const done = () => meta.updateOne({ _id: batch, state: 'open' }, { $set: { state: 'done' } });
  const { modifiedCount } = await again(done);
  // The answer to the first try may have been lost, and somebody else may have shown the jobs since then.
  const isDecided =
    modifiedCount === 1 ||
    (await decidedAmong(database, [batch])).length > 0 ||
    (await jobs.findOne({ etag: batch, adding: { $exists: false } })) !== null;
  if (isDecided) await show(database, batch);
  return isDecided;
}

async function decidedAmong({ meta }: Database, batches: readonly string[]): Promise<string[]> {
  const decided = await meta.find({ _id: { $in: batches }, state: 'done' }, { projection: { _id: 1 } }).toArray();
  return decided.map(({ _id }) => _id);
}

/** Shows the jobs of a batch that was decided. */
async function show({ jobs, meta, again }: Database, batch: string): Promise<void> {
  await again(() =>
    jobs.updateMany({ 'adding.batch': batch }, [{ $set: { state: '$adding.state' } }, { $unset: ['adding'] }]),
  );
  await meta.deleteOne({ _id: batch });
}

/** Removes what a batch has put in place; shows it if it was decided. */
async function giveUp(database: Database, batch: string): Promise<void> {
  const { jobs, meta, again } = database;
  await again(() => meta.deleteOne({ _id: batch, state: 'open' }));
  if ((await decidedAmong(database, [batch])).length > 0) return await show(database, batch);
  await again(() => jobs.deleteMany({ 'adding.batch': batch }));
}

function isHidden({ state }: StoredDocument): boolean {
  return HIDDEN_STATES.some((hidden) => hidden === state);
}

function addingOf({ adding }: StoredDocument): Adding | null {
  return typeof adding === 'object' && adding !== null && 'batch' in adding ? (adding as Adding) : null;
}

function batchesOf(documents: readonly StoredDocument[]): string[] {
  return [...new Set(documents.flatMap((document) => addingOf(document)?.batch ?? []))];
}
