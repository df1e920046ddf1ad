// What MySQL and MariaDB write differently.
import type { ColumnValue, Row } from '../rows/row.ts';
import type { ColumnArrays } from '../sql/column-arrays.ts';
import type { SqlDialect } from '../sql/database.ts';
import { joined, raw, rowInto, type Sql, sql } from '../sql/sql.ts';
import { columnType } from './schema.ts';

/** Stands for the time where a statement needs it. The database puts the number in its place: an index is searched with a number only. */
export const NOW = '{now}';

/** The time of the server, by no zone: the local time of a session has hours that come twice. */
export const SERVER_NOW = "SELECT TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(3)) DIV 1000 AS at";

export const mysqlDialect: SqlDialect = {
  now: () => raw(NOW),
  in: (values) => list('IN', [...values], 'IN (NULL)'),
  notIn: (values) => list('NOT IN', [...values], 'IS NOT NULL'),
  lanes: async (session, executors) => {
    const lanes: Row[] = [];
    for (const executor of executors) {
      // From each priority to the next: a bound that does not stand in the statement would not be looked up in the index.
      for (let below = Number.MAX_SAFE_INTEGER; ; ) {
        const [lane] = await session.query(sql`
          SELECT executor, priority FROM [run] WHERE state = 'queued' AND executor = ${executor} AND priority < ${below}
          ORDER BY priority DESC LIMIT 1`);
        if (lane === undefined) break;
        lanes.push(lane);
        below = Number(lane['priority']);
      }
    }
    return lanes;
  },
  insert: (table, columns) => {
    const names = raw([...columns.keys()].join(', '));
    return sql`INSERT INTO ${raw(table)} (${names}) VALUES ${joined(rowsOf(columns).map(tuple), ', ')}`;
  },
  update: (table, { ids, columns }) => {
    const assignments = [...columns.keys()].map((name) => `stored.${name} = changed.${name}`).join(', ');
    return sql`UPDATE ${raw(table)} AS stored JOIN ${asTable(new Map([['id', ids], ...columns]))} AS changed
      ON stored.id = changed.id SET ${raw(assignments)}`;
  },
  text: (column) => raw(`CONVERT(${column} USING utf8mb4)`),
  // It has no partial indexes, and one of all states would be written twice for each run.
  indexesRareRuns: false,
  replace: (table, row) => rowInto('REPLACE INTO', table, row),
};

function list(word: string, values: readonly string[], whenEmpty: string): Sql {
  return values.length === 0 ? raw(whenEmpty) : sql`${raw(word)} ${tuple(values)}`;
}

/** Values in brackets. */
function tuple(values: readonly ColumnValue[]): Sql {
  return { ...raw(''), texts: ['(', ...Array<string>(values.length - 1).fill(', '), ')'], values };
}

function rowsOf(columns: ColumnArrays): ColumnValue[][] {
  const arrays = [...columns.values()];
  return Array.from(arrays[0] ?? [], (_, row) => arrays.map((array) => array[row] ?? null));
}

/** Rows as a table, from one text of JSON. */
function asTable(columns: ColumnArrays): Sql {
  const types = [...columns.keys()].map((name, index) => `${name} ${columnType(name)} PATH '$[${index}]'`).join(', ');
  return sql`JSON_TABLE(${JSON.stringify(rowsOf(columns))}, '$[*]' COLUMNS (${raw(types)}))`;
}
