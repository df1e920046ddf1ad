// Lists of jobs and runs, in parts.
import type { JobRecord, RunRecord, RunState } from '../../jobs/records.ts';
import { jobMatches } from '../filters.ts';
import { jobPosition } from '../paging.ts';
import { jobFromRow, runFromRow } from '../rows/columns.ts';
import type { JobFilter, RunFilter } from '../store.ts';
import type { RowsRequest } from '../tables.ts';
import type { SqlDatabase } from './database.ts';
import { JOB_ROW, LISTED_RUN_ROW } from './record-columns.ts';
import { ENDED_RUN, OPEN_RUN } from './run-conditions.ts';
import { allOf, type Sql, sql } from './sql.ts';

/** How many rows are read at once where not every row may be wanted. */
const BATCH = 500;

/** By next fire time, then by id. */
export async function listJobRows(database: SqlDatabase, request: RowsRequest<JobFilter>): Promise<JobRecord[]> {
  const { filter, limit, start } = request;
  const found: JobRecord[] = [];
  // What text contains, in any case, every store has to see in the same way: that is not left to the database.
  const isWhole = filter.tags === undefined && filter.search === undefined;
  const batch = isWhole ? limit : Math.max(limit, BATCH);
  for (let from = start; found.length < limit; ) {
    const rows = await database.query(sql`
      SELECT ${JOB_ROW} FROM [job] WHERE ${allOf(jobConditions(database, filter, from))} ORDER BY list_at, id LIMIT ${batch}`);
    const jobs = rows.map((row) => jobFromRow(row).record);
    found.push(...jobs.filter((job) => jobMatches(job, filter)));
    const last = jobs.at(-1);
    if (last === undefined || rows.length < batch) break;
    from = jobPosition(last);
  }
  return found.slice(0, limit);
}

function jobConditions({ dialect }: SqlDatabase, filter: JobFilter, from: RowsRequest<JobFilter>['start']): Sql[] {
  const conditions: Sql[] = [];
  if (filter.states !== undefined) conditions.push(sql`state ${dialect.in(filter.states)}`);
  if (filter.tasks !== undefined) conditions.push(sql`task ${dialect.in(filter.tasks)}`);
  // Spelt out in two steps: not every database finds the place in its index for a comparison of pairs.
  if (from !== null) conditions.push(sql`list_at >= ${from.key} AND (list_at > ${from.key} OR id > ${from.id})`);
  return conditions;
}

/** Newest fire time first. */
export async function listRunRows(database: SqlDatabase, request: RowsRequest<RunFilter>): Promise<RunRecord[]> {
  const { filter, limit } = request;
  const found: RunRecord[] = [];
  // Apart, so that a database may have an index for each: the open ones change all the time, the ended ones no more.
  for (const [condition, open] of [[OPEN_RUN, true] as const, [ENDED_RUN, false] as const]) {
    if (filter.states !== undefined && !filter.states.some((state) => isOpenState(state) === open)) continue;
    const rows = await database.query(sql`
      SELECT ${LISTED_RUN_ROW} FROM [run] WHERE ${allOf([condition, ...runConditions(database, request)])}
      ORDER BY fire_at DESC, id DESC LIMIT ${limit}`);
    for (const row of rows) found.push(runFromRow(row).record);
  }
  return found.sort(newestFirst).slice(0, limit);
}

function runConditions({ dialect }: SqlDatabase, { filter, start }: RowsRequest<RunFilter>): Sql[] {
  const conditions: Sql[] = [];
  if (filter.jobId !== undefined) conditions.push(sql`job_id = ${filter.jobId}`);
  if (filter.states !== undefined) conditions.push(sql`state ${dialect.in(filter.states)}`);
  if (filter.from !== undefined) conditions.push(sql`fire_at >= ${filter.from}`);
  if (filter.until !== undefined) conditions.push(sql`fire_at <= ${filter.until}`);
  if (start !== null) conditions.push(sql`fire_at <= ${start.key} AND (fire_at < ${start.key} OR id < ${start.id})`);
  return conditions;
}

function isOpenState(state: RunState): boolean {
  return state === 'queued' || state === 'running';
}

/** As the database has them in order: text by its bytes. */
function newestFirst(a: RunRecord, b: RunRecord): number {
  return b.fireAt - a.fireAt || Buffer.compare(Buffer.from(b.id), Buffer.from(a.id));
}
