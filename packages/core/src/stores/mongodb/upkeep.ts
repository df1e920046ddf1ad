// What is done now and then: history beyond what is kept goes, what dead processes have left half done is done or undone,
// and work that nobody here can do is counted.
import type { Filter } from 'mongodb';
import type { UnknownExecutors } from '../store.ts';
import type { Database } from './database.ts';
import type { StoredDocument } from './documents.ts';
import { ANY_PRIORITY, findAll, groupsBy, lookUp } from './in-bulk.ts';
import { tidyBatches } from './job-batch.ts';
import { countOpen } from './mongodb-unit.ts';

/** Jobs whose history is looked at in one pass: what bounds its cost, however many jobs there are. */
const JOBS_PER_PASS = 1000;

/** Finished jobs that nobody can ask for, looked at in one pass. */
const USED_UP_PER_PASS = 500;

const USED_UP = { state: 'finished', ephemeral: 1, outbox: { $exists: false } };

/** Deletes runs that ended. Each pass looks at the history of some jobs, and the next one goes on from there. */
export class History {
  /** The job behind which the next pass begins. */
  #lastJob = '';

  /** Deletes at most `limit` runs: those that ended too long ago, then the oldest of jobs that have more than they keep. */
  async prune(database: Database, limit: number, maxAgeMs: number): Promise<number> {
    const now = await database.now();
    await tidyBatches(database, now);
    await removeUsedUp(database);
    const old = await findAll(
      database.runs,
      { finished_at: { $gt: 0, $lt: now - maxAgeMs } },
      { projection: { _id: 1 }, sort: { finished_at: 1 }, limit, hint: 'finished' },
    );
    const pruned = await deleteEnded(database, old.map(idOf));
    return pruned >= limit ? pruned : pruned + (await this.#pruneBeyondKept(database, limit - pruned));
  }

  async #pruneBeyondKept(database: Database, limit: number): Promise<number> {
    const jobs = await findAll(
      database.jobs,
      { _id: { $gt: this.#lastJob } },
      { projection: { keep_runs: 1 }, sort: { _id: 1 }, limit: JOBS_PER_PASS },
    );
    const kept = new Map(jobs.map(({ _id, keep_runs }) => [_id, Number(keep_runs)]));
    const beyond = await runsBeyond(database, kept, limit);
    const deleted = await deleteEnded(database, beyond);
    // A full batch says that there is more: the next pass looks at the same jobs.
    if (beyond.length < limit) this.#lastJob = jobs.length < JOBS_PER_PASS ? '' : (jobs.at(-1)?._id ?? '');
    return deleted;
  }
}

/** The oldest ended runs of jobs that have more of them than they keep. */
async function runsBeyond(database: Database, kept: ReadonlyMap<string, number>, limit: number): Promise<string[]> {
  const jobIds = [...kept.keys()];
  const [all, open] = await Promise.all([countAll(database, jobIds), countOpen(database, jobIds)]);
  const surplus = jobIds
    .map((id) => ({ id, count: (all.get(id) ?? 0) - (open.get(id) ?? 0) - (kept.get(id) ?? 0) }))
    .filter(({ count }) => count > 0)
    .slice(0, limit);
  const found: string[] = [];
  for (const [most, jobs] of groupsBy(surplus, ({ count }) => Math.min(limit, 2 ** Math.ceil(Math.log2(count)))))
    found.push(...(await oldestRuns(database, jobs, most)));
  return found.slice(0, limit);
}

async function countAll({ runs }: Database, jobIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const count = [{ $match: { job_id: { $in: jobIds } } }, { $group: { _id: '$job_id', runs: { $sum: 1 } } }];
  const counts = await runs.aggregate(count, { hint: 'job' }).toArray();
  return new Map(counts.map(({ _id, runs: runCount }) => [String(_id), Number(runCount)]));
}

/** Of each of these jobs as many of the oldest runs as it has too many, which are at most `most`. */
async function oldestRuns(
  { jobs, runs }: Database,
  surplus: readonly { readonly id: string; readonly count: number }[],
  most: number,
): Promise<string[]> {
  const ids = surplus.map(({ id }) => id);
  const counts = surplus.map(({ count }) => count);
  const found = await jobs
    .aggregate([
      { $match: { _id: { $in: ids } } },
      {
        $lookup: {
          from: runs.collectionName,
          let: { job: '$_id' },
          pipeline: [
            { $match: { $expr: { $eq: ['$job_id', '$$job'] }, finished_at: { $gt: 0 } } },
            { $sort: { fire_at: 1, _id: 1 } },
            { $limit: most },
            { $project: { _id: 1 } },
          ],
          as: 'oldest',
        },
      },
      { $project: { oldest: { $slice: ['$oldest._id', lookUp(ids, counts)] } } },
    ])
    .toArray();
  return found.flatMap(({ oldest }): string[] => oldest);
}

async function deleteEnded({ runs, again }: Database, ids: readonly string[]): Promise<number> {
  if (ids.length === 0) return 0;
  const { deletedCount } = await again(() => runs.deleteMany({ _id: { $in: ids }, finished_at: { $gt: 0 } }));
  return deletedCount;
}

/** Removes finished jobs that nobody can ask for and of which no run is open: whoever ended the last one did not come to it. */
async function removeUsedUp(database: Database): Promise<void> {
  const { jobs, again } = database;
  const finished = await findAll(jobs, USED_UP, { projection: { etag: 1 }, limit: USED_UP_PER_PASS });
  if (finished.length === 0) return;
  const open = await countOpen(database, finished.map(idOf));
  const usedUp = finished.filter(({ _id }) => !open.has(_id));
  // As they were read: one to which a run was added meanwhile stays.
  const asRead = { ...USED_UP, etag: { $in: [...new Set(usedUp.map(({ etag }) => etag))] } };
  if (usedUp.length > 0) await again(() => jobs.deleteMany({ _id: { $in: usedUp.map(idOf) }, ...asRead }));
}

/** How many due jobs and available runs wait for each task that is not among these. */
export async function countUnknownTasks(
  database: Database,
  tasks: ReadonlySet<string>,
): Promise<ReadonlyMap<string, number>> {
  const now = await database.now();
  const others = { task: { $nin: [...tasks] } };
  const byTask = (query: Filter<StoredDocument>) => [
    { $match: { ...query, ...others } },
    { $group: { _id: '$task', waiting: { $sum: 1 } } },
  ];
  const due = byTask({ state: 'active', due_at: { $lte: now }, claimed_until: { $lt: now } });
  const available = byTask({ state: 'queued', priority: ANY_PRIORITY, available_at: { $lte: now } });
  const found = await Promise.all([
    database.jobs.aggregate(due, { hint: 'due' }).toArray(),
    database.runs.aggregate(available, { hint: 'queue' }).toArray(),
  ]);
  const counts = new Map<string, number>();
  for (const { _id, waiting } of found.flat()) {
    const task = String(_id);
    counts.set(task, (counts.get(task) ?? 0) + Number(waiting));
  }
  return counts;
}

/** How many available runs of these tasks wait for each executor that is not among these. */
export async function countUnknownExecutors(
  database: Database,
  { tasks, executors }: UnknownExecutors,
): Promise<ReadonlyMap<string, number>> {
  const available = { state: 'queued', priority: ANY_PRIORITY, available_at: { $lte: await database.now() } };
  const stranded = { ...available, task: { $in: [...tasks] }, executor: { $nin: [...executors] } };
  const byExecutor = [{ $match: stranded }, { $group: { _id: '$executor', waiting: { $sum: 1 } } }];
  const found = await database.runs.aggregate(byExecutor, { hint: 'queue' }).toArray();
  return new Map(found.map(({ _id, waiting }) => [String(_id), Number(waiting)]));
}

function idOf({ _id }: StoredDocument): string {
  return _id;
}
