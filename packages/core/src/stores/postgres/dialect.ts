// What PostgreSQL writes differently. Lists and whole tables are bound as arrays, so that a statement is the same however
// many rows it is about.
import type { ColumnValue } from '../rows/row.ts';
import type { ColumnArrays } from '../sql/column-arrays.ts';
import type { SqlDialect } from '../sql/database.ts';
import { joined, raw, rowInto, type Sql, sql } from '../sql/sql.ts';

/** The columns that hold whole numbers; all others hold text. */
const NUMBERS: ReadonlySet<string> = new Set([
  ...[
    'keep_runs',
    'ephemeral',
    'next_fire_at',
    'early_ms',
    'generation',
    'version',
    'last_fire_at',
    'run_count',
    'failures',
    'claimed_until',
  ],
  ...['created_at', 'updated_at', 'priority', 'max_instances', 'fire_at', 'available_at', 'deadline_at', 'coalesced'],
  ...['attempt', 'token', 'lease_until', 'cancel_requested', 'started_at', 'finished_at'],
]);

/** The time of the statement, which is one and the same in all of it: an index can be searched with it. */
export const SERVER_NOW = 'floor(extract(epoch FROM statement_timestamp()) * 1000)::bigint';

/** The dialect; `hostNow` answers the time of the host, where that is what counts. */
export function postgresDialect(hostNow: (() => number) | null): SqlDialect {
  return {
    now: hostNow === null ? () => raw(SERVER_NOW) : () => sql`${hostNow()}::bigint`,
    in: (values) => sql`= ANY(${textArray(values)}::text[])`,
    notIn: (values) => sql`<> ALL(${textArray(values)}::text[])`,
    lanes: (session, executors) => {
      const highest = executors.map(
        (executor) => sql`
          (SELECT executor, priority FROM [run] WHERE state = 'queued' AND executor = ${executor}
          ORDER BY priority DESC LIMIT 1)`,
      );
      // From each priority to the next: the server has no such scan of an index of its own.
      return session.query(sql`
        WITH RECURSIVE lane AS (
          ${joined(highest, ' UNION ALL ')}
          UNION ALL
          SELECT executor, (SELECT max(lower.priority) FROM [run] AS lower
            WHERE lower.state = 'queued' AND lower.executor = lane.executor AND lower.priority < lane.priority)
          FROM lane WHERE priority IS NOT NULL
        ) SELECT executor, priority FROM lane WHERE priority IS NOT NULL`);
    },
    insert: (table, columns) => {
      const { names, values, rows } = tableOf(columns);
      return sql`INSERT INTO ${raw(table)} (${names}) SELECT ${values} FROM ${rows}`;
    },
    update: (table, { ids, columns }) => {
      const { names, values, rows } = tableOf(new Map([['id', ids], ...columns]));
      const assignments = [...columns.keys()].map((name) => `${name} = changed.${name}`);
      return sql`UPDATE ${raw(table)} AS stored SET ${raw(assignments.join(', '))}
        FROM (SELECT ${values} FROM ${rows}) AS changed (${names}) WHERE stored.id = changed.id`;
    },
    text: (column) => raw(`(${column} COLLATE "C")`),
    indexesRareRuns: true,
    replace: (table, row) => {
      const taken = Object.keys(row).map((name) => `${name} = excluded.${name}`);
      return sql`${rowInto('INSERT INTO', table, row)} ON CONFLICT (id) DO UPDATE SET ${raw(taken.join(', '))}`;
    },
  };
}

/** Columns as a table of rows; what all rows have in common is bound once. */
function tableOf(columns: ColumnArrays) {
  const values: Sql[] = [];
  const arrays: Sql[] = [];
  for (const [name, array] of columns) {
    const type = raw(NUMBERS.has(name) ? 'bigint' : 'text');
    const first = array[0] ?? null;
    if (name !== 'id' && array.every((value) => value === first)) {
      values.push(sql`${first}::${type}`);
      continue;
    }
    const cell = `v${arrays.length}`;
    values.push(raw(`cell.${cell}`));
    arrays.push(sql`unnest(${NUMBERS.has(name) ? numberArray(array) : textArray(array)}::${type}[]) AS ${raw(cell)}`);
  }
  return {
    names: raw([...columns.keys()].join(', ')),
    values: joined(values, ', '),
    rows: sql`(SELECT ${joined(arrays, ', ')}) AS cell`,
  };
}

/** An array as PostgreSQL reads it from text. */
function textArray(values: Iterable<ColumnValue>): string {
  const quoted: string[] = [];
  for (const value of values) quoted.push(typeof value === 'string' ? quote(value) : String(value ?? 'NULL'));
  return `{${quoted.join()}}`;
}

function numberArray(values: readonly ColumnValue[]): string {
  return `{${values.map((value) => value ?? 'NULL').join()}}`;
}

function quote(text: string): string {
  return SPECIAL.test(text) ? `"${text.replaceAll(/["\\]/g, '\\$&')}"` : `"${text}"`;
}

const SPECIAL = /["\\]/;
