// Lists of jobs and runs, read from an index part by part.
import type { JobRecord, RunRecord } from '../../jobs/records.ts';
import { jobMatches, runMatches } from '../filters.ts';
import { escapeId } from '../run-decisions.ts';
import type { JobFilter, RunFilter } from '../store.ts';
import type { RowsRequest } from '../tables.ts';
import type { RedisConnection } from './connection.ts';
import { readJob, readRun } from './rows.ts';
import { LIST } from './scripts/list.ts';

/** A list by an index; see the script. */
interface IndexList<Kind> {
  readonly index: string;
  readonly prefix: 'job:' | 'run:';
  readonly direction: 'up' | 'down';
  readonly lowest: string | number;
  readonly highest: string | number;
  /** Texts of which a wanted row has one of each group. */
  readonly groups: readonly (readonly string[])[];
  readonly read: (id: string, text: string) => Kind;
  readonly isWanted: (record: Kind) => boolean;
}

/** By next fire time, then by id. */
export function listJobs(
  connection: RedisConnection,
  { filter, limit, start }: RowsRequest<JobFilter>,
): Promise<JobRecord[]> {
  const { states, tasks } = filter;
  const list: IndexList<JobRecord> = {
    index: 'jobs',
    prefix: 'job:',
    direction: 'up',
    lowest: '-inf',
    highest: '+inf',
    groups: [...columnIs('state', states), ...columnIs('task', tasks)],
    read: (id, text) => readJob(id, text).record,
    isWanted: (job) => jobMatches(job, filter),
  };
  return readList(connection, list, limit, start);
}

/** By fire time, newest first, then by id. */
export function listRuns(
  connection: RedisConnection,
  { filter, limit, start }: RowsRequest<RunFilter>,
): Promise<RunRecord[]> {
  const { jobId, states, from, until } = filter;
  const list: IndexList<RunRecord> = {
    index: jobId === undefined ? 'runs' : `history:${escapeId(jobId)}`,
    prefix: 'run:',
    direction: 'down',
    lowest: from ?? '-inf',
    highest: until ?? '+inf',
    groups: columnIs('state', states),
    read: (id, text) => readRun(id, text).record,
    isWanted: (run) => runMatches(run, filter),
  };
  return readList(connection, list, limit, start);
}

/** The column as it stands in a row with one of these values; no group if it does not matter. */
function columnIs(column: string, values: readonly string[] | undefined): string[][] {
  return values === undefined ? [] : [values.map((value) => `"${column}":${JSON.stringify(value)},`)];
}

async function readList<Kind>(
  connection: RedisConnection,
  list: IndexList<Kind>,
  limit: number,
  start: RowsRequest<unknown>['start'],
): Promise<Kind[]> {
  const found: Kind[] = [];
  const groups = list.groups.flatMap((texts) => [texts.length, ...texts]);
  let after: [score: string | number, member: string] = start === null ? ['', ''] : [start.key, start.id];
  do {
    const { index, prefix, direction, lowest, highest } = list;
    const answer = (await connection.run(LIST, [
      ...[index, prefix, direction, lowest, highest],
      ...after,
      limit - found.length,
      ...groups,
    ])) as string[];
    for (let at = 2; at < answer.length; at += 2) {
      const record = list.read(answer[at] ?? '', answer[at + 1] ?? '');
      if (list.isWanted(record)) found.push(record);
    }
    after = [answer[0] ?? '', answer[1] ?? ''];
  } while (found.length < limit && after[0] !== '');
  return found;
}
