// Lists of jobs and runs, in parts.
import type { Filter } from 'mongodb';
import type { JobRecord, RunRecord } from '../../jobs/records.ts';
import { jobMatches } from '../filters.ts';
import type { Position } from '../paging.ts';
import type { JobFilter, RunFilter } from '../store.ts';
import type { RowsRequest } from '../tables.ts';
import type { Database } from './database.ts';
import { HIDDEN_STATES, readJob, readRun, type StoredDocument } from './documents.ts';
import { findAll } from './in-bulk.ts';
import { visibleJobs } from './job-batch.ts';

/** How many jobs are read at once where not every one may be wanted. */
const LIST_BATCH = 500;

/** Jobs by next fire time, then by id. */
export async function listJobs(
  database: Database,
  { filter, limit, start }: RowsRequest<JobFilter>,
): Promise<JobRecord[]> {
  const found: JobRecord[] = [];
  const isWhole = filter.tags === undefined && filter.search === undefined;
  const batch = isWhole ? limit : Math.max(limit, LIST_BATCH);
  for (let from = start; found.length < limit; ) {
    const inOrder = { sort: { list_key: 1, _id: 1 }, limit: batch } as const;
    const documents = await findAll(database.jobs, jobQuery(filter, from), inOrder);
    const jobs = (await visibleJobs(database, documents)).map((document) => readJob(document).record);
    // What was put in place unseen had no state yet to be found by.
    found.push(...jobs.filter((job) => jobMatches(job, filter)));
    const last = documents.at(-1);
    if (last === undefined || documents.length < batch) break;
    from = { key: Number(last['list_key']), id: last._id };
  }
  return found.slice(0, limit);
}

function jobQuery({ states, tasks }: JobFilter, start: Position | null): Filter<StoredDocument> {
  return {
    ...(states === undefined ? {} : { state: { $in: [...states, 'adding'] } }),
    ...(tasks === undefined ? {} : { task: { $in: [...tasks] } }),
    ...(start === null ? {} : behind(start, 'list_key', '$gt')),
  };
}

/** Runs by fire time, newest first, then by id from the end. */
export async function listRuns(
  database: Database,
  { filter, limit, start }: RowsRequest<RunFilter>,
): Promise<RunRecord[]> {
  const { jobId, states, from, until } = filter;
  const fireTime = {
    ...(from === undefined ? {} : { $gte: from }),
    ...(until === undefined ? {} : { $lte: until }),
  };
  const conditions: Filter<StoredDocument>[] = [
    ...(jobId === undefined ? [] : [{ job_id: jobId }]),
    ...(states === undefined ? [] : [{ state: { $in: [...states] } }]),
    ...(Object.keys(fireTime).length === 0 ? [] : [{ fire_at: fireTime }]),
    ...(start === null ? [] : [behind(start, 'fire_at', '$lt')]),
  ];
  const query = conditions.length === 0 ? {} : { $and: conditions };
  const documents = await findAll(database.runs, query, {
    sort: { fire_at: -1, _id: -1 },
    limit,
    projection: { log: 0 },
  });
  return documents.map((document) => readRun(document).record);
}

/** The ids of some jobs, whichever. */
export async function someJobIds({ jobs }: Database, limit: number): Promise<string[]> {
  const documents = await findAll(jobs, { state: { $nin: HIDDEN_STATES } }, { projection: { _id: 1 }, limit });
  return documents.map(({ _id }) => _id);
}

/** What comes behind a place in a list: bounds on the column, which an index has in order, then by id. */
function behind({ key, id }: Position, column: string, beyond: '$gt' | '$lt'): Filter<StoredDocument> {
  return {
    [column]: { [`${beyond}e`]: key },
    $or: [{ [column]: { [beyond]: key } }, { _id: { [beyond]: id } }],
  };
}
