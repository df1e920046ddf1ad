// When there is something to do next: a look into an index for each thing that can come about, all at the same time.
import type { Collection, Filter } from 'mongodb';
import type { Database } from './database.ts';
import type { StoredDocument } from './documents.ts';
import { LEFT_TO_SENDER_MS } from './outbox.ts';

type Query = Filter<StoredDocument>;

/** The answer of a store to `nextWake`. */
export async function nextWakeAt(
  database: Database,
  tasks: ReadonlySet<string>,
): Promise<{ now: number; at: number | null }> {
  const now = await database.now();
  const { jobs, runs } = database;
  const ours = { task: { $in: [...tasks] } };
  const active: Query = { state: 'active', ...ours };
  const instants = await Promise.all([
    least(jobs, { ...active, due_at: { $gte: Number.MIN_SAFE_INTEGER }, claimed_until: { $lt: now } }, 'due_at'),
    claimEnd(jobs, { ...active, due_at: { $lte: now }, claimed_until: { $gte: now } }),
    nextAvailable(runs, { state: 'queued', available_at: { $gt: now }, ...ours }),
    after(1, least(runs, { state: 'running', lease_until: { $gte: now }, ...ours }, 'lease_until')),
    after(LEFT_TO_SENDER_MS + 1, least(jobs, { 'outbox.at': { $gte: 0 } }, 'outbox.at')),
  ]);
  const at = Math.min(...instants);
  return { now, at: at === Number.POSITIVE_INFINITY ? null : at };
}

/** The least value of a column that an index has in order; Infinity if there is none. */
async function least(collection: Collection<StoredDocument>, query: Query, column: string): Promise<number> {
  const [found] = await collection
    .find(query, { projection: { _id: 0, at: `$${column}` } })
    .sort({ [column]: 1 })
    .limit(1)
    .toArray();
  return found === undefined ? Number.POSITIVE_INFINITY : Number(found['at']);
}

/** When the first claim ends. Claimed jobs are due, so they are few and stand at the beginning of the index. */
async function claimEnd(jobs: Collection<StoredDocument>, query: Query): Promise<number> {
  const [found] = await jobs
    .aggregate([{ $match: query }, { $group: { _id: null, at: { $min: '$claimed_until' } } }])
    .toArray();
  return found === undefined ? Number.POSITIVE_INFINITY : Number(found['at']) + 1;
}

/** When the next run becomes available: the index has them in order by priority, so it is asked for each. */
async function nextAvailable(runs: Collection<StoredDocument>, query: Query): Promise<number> {
  let at = Number.POSITIVE_INFINITY;
  for (let priority = await priorityBelow(runs, Number.MAX_SAFE_INTEGER); priority !== null; ) {
    const [lower, first] = await Promise.all([
      priorityBelow(runs, priority),
      least(runs, { ...query, priority }, 'available_at'),
    ]);
    at = Math.min(at, first);
    priority = lower;
  }
  return at;
}

/** The highest priority below another that a queued run has. */
async function priorityBelow(runs: Collection<StoredDocument>, priority: number): Promise<number | null> {
  const [found] = await runs
    .find({ state: 'queued', priority: { $lt: priority } }, { projection: { _id: 0, priority: 1 } })
    .sort({ priority: -1 })
    .limit(1)
    .toArray();
  return found === undefined ? null : Number(found['priority']);
}

async function after(ms: number, instant: Promise<number>): Promise<number> {
  return (await instant) + ms;
}
