// Runs on their way from a job to the collection of runs. A write to one document is atomic, a write to two is not: so what
// a job's change entails for runs goes into the job's own document first, by the same write that changes the job, and from
// there to the runs. Whoever meets a letter delivers it before anything else is done to the job, so none gets lost with the
// process that wrote it; and to deliver one twice is to deliver it once.
import type { RunRecord } from '../../jobs/records.ts';
import { runColumns } from '../rows/columns.ts';
import { ignoresLimit } from '../run-decisions.ts';
import { type Database, isDuplicate, isPassing } from './database.ts';
import { etagOf, letterOf, type NewColumns, type StoredDocument } from './documents.ts';
import { groupsBy } from './in-bulk.ts';

/** What a write to a job entails. */
export interface Letter {
  /** When it was written, by the store's clock. */
  readonly at: number;
  /** Runs to be recorded. */
  readonly add: readonly NewRun[];
  /** Runs to be ended if they wait, asked to end if they run. */
  readonly cancel: readonly string[];
  /** Whether the job goes when all that is done. */
  readonly remove: boolean;
}

/** A run to be recorded, without what it has from its job; its own policies, if it has any. */
interface NewRun {
  /** The last part of its id. */
  readonly key: string;
  readonly columns: NewColumns;
}

/** A letter with the job it lies in. */
export interface Posted {
  readonly jobId: string;
  /** That of the write which posted it. */
  readonly etag: unknown;
  readonly letter: Letter;
}

/** How long a letter is left to the process that posted it, in milliseconds. */
export const LEFT_TO_SENDER_MS = 1000;

/** Letters delivered at once where a process has left some behind. */
const COLLECT_LIMIT = 500;

/** A run as it stands in a letter. */
export function newRun(run: RunRecord, seq: number): NewRun {
  const { fire_at, available_at, deadline_at, state, reason, coalesced, finished_at, ...others } = runColumns(run);
  const { policies, max_instances } = others;
  const own = ignoresLimit(run) ? { policies, max_instances } : {};
  const columns = { fire_at, available_at, deadline_at, state, reason, coalesced, finished_at, seq, ...own };
  return { key: run.id.slice(run.id.lastIndexOf('/') + 1), columns };
}

/** The letters that lie in these documents. */
export function lettersIn(documents: readonly StoredDocument[]): Posted[] {
  return documents.flatMap((document) => {
    const letter = letterOf(document);
    return letter === null ? [] : [{ jobId: document._id, etag: etagOf(document), letter }];
  });
}

/** Delivers what other processes have left behind for longer than {@link LEFT_TO_SENDER_MS}. */
export async function deliverLeftBehind(database: Database, now: number): Promise<void> {
  const jobs = await database.jobs
    .find({ 'outbox.at': { $lt: now - LEFT_TO_SENDER_MS } }, { projection: { outbox: 1, etag: 1 } })
    .limit(COLLECT_LIMIT)
    .toArray();
  await deliver(database, lettersIn(jobs));
}

/** Delivers letters and takes them out of their jobs. */
export async function deliver(database: Database, posted: readonly Posted[]): Promise<void> {
  if (posted.length === 0) return;
  const adding = posted.filter(({ letter }) => letter.add.length > 0).map(({ jobId }) => jobId);
  if (adding.length > 0) await recordRuns(database, adding);
  for (const [at, letters] of groupsBy(cancelling(posted), ({ letter }) => letter.at))
    await cancelRuns(
      database,
      letters.flatMap(({ letter }) => letter.cancel),
      at,
    );
  await takeOut(database, posted);
}

function cancelling(posted: readonly Posted[]): Posted[] {
  return posted.filter(({ letter }) => letter.cancel.length > 0);
}

/** The run of each letter, made of what the letter says and what the job does. */
const RUN_OF_LETTER = {
  $mergeObjects: [
    {
      _id: { $concat: ['$run_key', '$outbox.add.key'] },
      job_id: '$_id',
      job_name: '$name',
      generation: '$generation',
      task: '$task',
      args: '$args',
      executor: '$executor',
      policies: '$policies',
      priority: '$priority',
      max_instances: '$max_instances',
      attempt: { $literal: 0 },
      token_kept: null,
      owner: null,
      lease_until: { $literal: 0 },
      cancel_requested: { $literal: 0 },
      started_at: null,
      error: null,
      etag: '$etag',
      slot: {
        $cond: [
          { $eq: ['$outbox.add.columns.state', 'queued'] },
          { $concat: ['$run_key', '$outbox.add.key'] },
          '$$REMOVE',
        ],
      },
    },
    '$outbox.add.columns',
  ],
};

/**
 * Records the runs that lie in these jobs. The server reads them out of the job itself: a process that was stopped here and goes
 * on after others have delivered the letter, finished the run and deleted it from the history finds nothing to record.
 */
async function recordRuns(database: Database, jobIds: readonly string[]): Promise<void> {
  const record = (whenMatched: 'fail' | 'keepExisting') =>
    database.jobs
      .aggregate(
        [
          { $match: { _id: { $in: jobIds }, 'outbox.add.key': { $type: 'string' } } },
          { $unwind: '$outbox.add' },
          { $replaceWith: RUN_OF_LETTER },
          { $merge: { into: database.runs.collectionName, on: '_id', whenMatched, whenNotMatched: 'insert' } },
        ],
        { maxTimeMS: 10_000 },
      )
      .toArray();
  try {
    await record('fail');
  } catch (thrown) {
    // Some are there: somebody else is delivering too. To look at each is slower, so it is not done unless needed.
    if (!isDuplicate(thrown) && !isPassing(thrown)) throw thrown;
    await record('keepExisting');
  }
}

/** What has ended in the meantime stays as it ended; one that is cancelled waits again only if somebody asks for it. */
async function cancelRuns({ runs, newEtag, again }: Database, ids: readonly string[], at: number): Promise<void> {
  const among = { _id: { $in: ids } };
  const ended = { state: 'cancelled', owner: null, lease_until: 0, finished_at: at, etag: newEtag() };
  await again(() => runs.updateMany({ ...among, state: 'queued' }, { $set: ended, $unset: { slot: '' } }));
  const asked = { cancel_requested: 1, etag: newEtag() };
  await again(() => runs.updateMany({ ...among, state: 'running', cancel_requested: 0 }, { $set: asked }));
}

/** Only where the job is still as the letter's write has left it: the next one may have come. */
async function takeOut({ jobs, again }: Database, posted: readonly Posted[]): Promise<void> {
  for (const [etag, letters] of groupsBy(posted, ({ etag }) => etag)) {
    const idsOf = (remove: boolean) =>
      letters.filter(({ letter }) => letter.remove === remove).map(({ jobId }) => jobId);
    const [going, staying] = [idsOf(true), idsOf(false)];
    if (going.length > 0) await again(() => jobs.deleteMany({ _id: { $in: going }, etag }));
    if (staying.length > 0)
      await again(() => jobs.updateMany({ _id: { $in: staying }, etag }, { $unset: { outbox: '' } }));
  }
}
