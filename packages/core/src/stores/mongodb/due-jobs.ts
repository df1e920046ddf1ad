// Claims jobs that are due, in two steps: which they are is read, and of those the ones that nobody has claimed meanwhile are
// marked, all by one statement. What carries the mark is ours.
import type { JobRecord } from '../../jobs/records.ts';
import { dueAt } from '../job-decisions.ts';
import type { ClaimRequest } from '../store.ts';
import type { Database } from './database.ts';
import { readJob, type StoredDocument } from './documents.ts';
import { findAll } from './in-bulk.ts';
import { deliver, deliverLeftBehind, lettersIn } from './outbox.ts';

/** Turns in which others were faster, before the rest is left to them. */
const MAX_TURNS = 20;

/** What is asked of a claim of jobs. */
export type DueRequest = ClaimRequest & { readonly limit: number; readonly ttlMs: number };

/** Claims jobs that are due, earliest first, after delivering what dead processes have left in their outboxes. */
export async function claimDueJobs(
  database: Database,
  request: DueRequest,
): Promise<{ now: number; jobs: JobRecord[] }> {
  const now = await database.now();
  const claimed: JobRecord[] = [];
  let [candidates] = await Promise.all([findDue(database, request, now), deliverLeftBehind(database, now)]);
  let limit = request.limit;
  for (let turn = 0; turn < MAX_TURNS && candidates.length > 0; turn++) {
    const mine = await claim(database, candidates, request, now);
    claimed.push(...(await readable(database, mine, now)));
    // Short of candidates, and none of them lost to others: there are no more.
    const areAll = candidates.length < limit && mine.length === candidates.length;
    limit = request.limit - claimed.length;
    if (areAll || limit <= 0) break;
    candidates = await findDue(database, { ...request, limit }, now);
  }
  const jobs = claimed.sort((a, b) => (dueAt(a) ?? 0) - (dueAt(b) ?? 0) || a.generation - b.generation);
  return { now, jobs };
}

/** What nobody has claimed of what is due. */
function unclaimed(tasks: ReadonlySet<string>, now: number) {
  return { state: 'active', due_at: { $lte: now }, claimed_until: { $lt: now }, task: { $in: [...tasks] } };
}

/** The next due jobs, each as far as a claim has to know it. */
async function findDue(database: Database, { tasks, limit }: DueRequest, now: number): Promise<StoredDocument[]> {
  const found = await findAll(database.jobs, unclaimed(tasks, now), {
    projection: { version: 1, outbox: 1, etag: 1 },
    sort: { due_at: 1, generation: 1 },
    limit,
    hint: 'due',
  });
  await deliver(database, lettersIn(found));
  return found;
}

/** Claims those of these jobs that nobody has claimed yet, and answers them as they are then. */
async function claim(
  { jobs, newEtag, again }: Database,
  candidates: readonly StoredDocument[],
  { tasks, ttlMs }: DueRequest,
  now: number,
): Promise<StoredDocument[]> {
  const ids = candidates.map(({ _id }) => _id);
  const etag = newEtag();
  await again(() =>
    jobs.updateMany(
      { _id: { $in: ids }, ...unclaimed(tasks, now), version: { $type: 'number' }, outbox: { $exists: false } },
      { $set: { claimed_until: now + ttlMs, etag }, $inc: { version: 1 } },
    ),
  );
  const mine = await findAll(jobs, { _id: { $in: ids }, etag });
  // What cannot be claimed because it is spoilt would be found again and again.
  const spoilt = candidates.filter((job) => typeof job['version'] !== 'number' || hasSpoiltOutbox(job));
  if (spoilt.length === 0) return mine;
  return [...mine, ...(await findAll(jobs, { _id: { $in: spoilt.map(({ _id }) => _id) }, state: 'active' }))];
}

function hasSpoiltOutbox(job: StoredDocument): boolean {
  return job['outbox'] !== undefined && lettersIn([job]).length === 0;
}

/** The jobs that can be read; the others are set aside. */
async function readable(
  { jobs, recent }: Database,
  documents: readonly StoredDocument[],
  now: number,
): Promise<JobRecord[]> {
  const records: JobRecord[] = [];
  for (const document of documents) {
    const { record, fault } = readJob(document);
    if (fault === null) {
      records.push(record);
      recent.jobs.set(record, document['etag']);
    } else
      await jobs.updateOne(
        { _id: document._id, etag: document['etag'] ?? null },
        { $set: { state: 'broken', note: fault.message, claimed_until: 0, updated_at: now } },
      );
  }
  return records;
}
