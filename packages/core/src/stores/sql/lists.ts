// Lists of jobs and runs, in parts.
import type { JobRecord, RunRecord } from '../../jobs/records.ts';
import { isOpen } from '../../jobs/run.ts';
import { jobMatches, type SearchHint, searchHint } from '../filters.ts';
import { jobPosition } from '../paging.ts';
import { jobFromRow, runFromRow } from '../rows/columns.ts';
import type { JobFilter, RunFilter } from '../store.ts';
import type { RowsRequest } from '../tables.ts';
import type { SqlDatabase, SqlDialect } from './database.ts';
import { JOB_ROW, LISTED_RUN_ROW } from './record-columns.ts';
import { ENDED_RUN, newestFirst, OPEN_RUN, partsByState } from './run-conditions.ts';
import { allOf, joined, raw, type Sql, sql } from './sql.ts';

/** How many rows are read at once where not every row may be wanted. */
const BATCH = 500;

/** By next fire time, then by id. */
export async function listJobRows(database: SqlDatabase, request: RowsRequest<JobFilter>): Promise<JobRecord[]> {
  const { filter, limit, start } = request;
  const found: JobRecord[] = [];
  // What text contains, in any case, every store has to see in the same way: that is not left to the database alone.
  for (let [from, batch] = [start, limit]; found.length < limit; batch = Math.max(limit, BATCH)) {
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
  for (const tag of filter.tags ?? []) conditions.push(sql`position(${JSON.stringify(tag)} IN tags) > 0`);
  const hint = filter.search === undefined ? null : searchHint(filter.search);
  if (hint !== null) conditions.push(searched(dialect, hint));
  // Spelt out in two steps: not every database finds the place in its index for a comparison of pairs.
  if (from !== null) conditions.push(sql`list_at >= ${from.key} AND (list_at > ${from.key} OR id > ${from.id})`);
  return conditions;
}

function searched(dialect: SqlDialect, hint: SearchHint): Sql {
  const texts = [dialect.text('id'), dialect.text('name')];
  const notAscii = texts.map((text) => sql`octet_length(${text}) <> char_length(${text})`);
  const found = hint.kind === 'ascii' ? texts.map((text) => sql`position(${hint.needle} IN lower(${text})) > 0`) : [];
  return sql`(${joined([...found, ...notAscii], ' OR ')})`;
}

/** Newest fire time first. */
export async function listRunRows(database: SqlDatabase, request: RowsRequest<RunFilter>): Promise<RunRecord[]> {
  const { filter, limit } = request;
  const parts = listConditions(database.dialect, filter).map(
    (condition) => sql`
      (SELECT ${LISTED_RUN_ROW} FROM [run] WHERE ${allOf([condition, ...runConditions(database, request)])}
      ORDER BY fire_at DESC, id DESC LIMIT ${limit})`,
  );
  if (parts.length === 0) return [];
  const rows = await database.query(joined(parts, ' UNION ALL '));
  return rows
    .map((row) => runFromRow(row).record)
    .sort(newestFirst)
    .slice(0, limit);
}

/** Apart, so that a database may have an index for each: the open ones change all the time, the ended ones no more. */
function listConditions({ indexesRareRuns }: SqlDialect, { states, jobId }: RunFilter): Sql[] {
  if (states === undefined) return [OPEN_RUN, ENDED_RUN];
  if (indexesRareRuns && jobId === undefined) return partsByState(states).map(({ where }) => raw(where));
  return [...(states.some(isOpen) ? [OPEN_RUN] : []), ...(states.every(isOpen) ? [] : [ENDED_RUN])];
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
