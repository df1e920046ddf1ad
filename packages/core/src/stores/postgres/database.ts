// The database behind a pool: single statements, and transactions that never hold their locks for long.
import type { Clock } from '../../clock.ts';
import type { Row } from '../rows/row.ts';
import type { Counter, SqlDatabase, SqlDialect, SqlSession, SqlTransaction } from '../sql/database.ts';
import { type Patience, patiently } from '../sql/patience.ts';
import { raw, type Sql, sql } from '../sql/sql.ts';
import { Connection } from './connection.ts';
import { postgresDialect, SERVER_NOW } from './dialect.ts';
import type { PgPool } from './driver.ts';
import { isConflict } from './failures.ts';
import type { PostgresSettings } from './options.ts';
import { COUNTER_STEP } from './schema.ts';
import { Statements } from './statements.ts';

/**
 * For one transaction, so that it is the same through a pooler. Others wait no longer for a process that was stopped than
 * they would for a lock. Every statement of ours finds its rows by an index: no statistics, which lag behind tables that
 * change as fast as these, shall talk the planner into reading all of one, or into compiling what takes a millisecond.
 */
const SETTINGS = {
  lock_timeout: '2s',
  idle_in_transaction_session_timeout: '2s',
  statement_timeout: '10s',
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  enable_bitmapscan: 'off',
  enable_sort: 'off',
  jit: 'off',
};

/** Begins a transaction, sets it up and tells the time, in one message. */
const BEGIN = raw(
  `BEGIN ISOLATION LEVEL READ COMMITTED; SELECT ${SERVER_NOW} AS now, ${Object.entries(SETTINGS)
    .map(([name, value]) => `set_config('${name}', '${value}', true)`)
    .join(', ')}`,
);

/** How often numbers in a row are asked for that others take numbers from between. */
const MAX_RESERVATIONS = 100;

/** What a database is made of. */
export interface PgDatabaseParts {
  readonly pool: PgPool;
  readonly settings: PostgresSettings;
  readonly clock: Clock;
}

export class PgDatabase implements SqlDatabase {
  readonly dialect: SqlDialect;
  readonly #parts: PgDatabaseParts;
  readonly #patience: Patience;
  readonly #statements: Statements;
  /** Null where the server's time counts. */
  readonly #hostNow: (() => number) | null;

  constructor(parts: PgDatabaseParts) {
    const { clock, settings } = parts;
    this.#parts = parts;
    this.#patience = { clock, name: 'PostgreSQL', mayRepeat: isConflict };
    this.#statements = new Statements(settings, settings.listen);
    this.#hostNow = settings.clock === 'host' ? () => clock.now() : null;
    this.dialect = postgresDialect(this.#hostNow);
  }

  query(statement: Sql): Promise<readonly Row[]> {
    return this.transaction((session) => session.query(statement));
  }

  /** Runs a statement under the settings that the connection has. */
  queryAsIs(statement: Sql): Promise<readonly Row[]> {
    return this.#connected((connection) => connection.query(statement));
  }

  transaction<Result>(body: (session: SqlTransaction) => Promise<Result>): Promise<Result> {
    return this.#connected(async (connection) => {
      try {
        const [begun] = await connection.query(BEGIN);
        const now = this.#hostNow?.() ?? Number(begun?.['now']);
        const session = { now, query: (statement: Sql) => connection.query(statement, true) };
        const result = await body(session);
        connection.mayHaveWritten = true;
        await connection.query(raw('COMMIT'));
        return result;
      } catch (thrown) {
        await connection.query(raw('ROLLBACK')).catch(() => connection.spoil());
        throw thrown;
      }
    });
  }

  async reserve(session: SqlSession, counter: Counter, count: number): Promise<number> {
    // Each value of the sequence stands for the numbers up to the next one.
    const values = Math.ceil(count / COUNTER_STEP);
    const next = sql`SELECT min(value) AS first, max(value) AS last
      FROM (SELECT nextval(${raw(`'[${counter}]'`)}) AS value FROM generate_series(1, ${values})) AS taken`;
    for (let tries = 0; tries < MAX_RESERVATIONS; tries++) {
      const [row] = await session.query(next);
      const first = Number(row?.['first']);
      if (Number(row?.['last']) === first + (values - 1) * COUNTER_STEP) return first;
    }
    throw new Error(`no ${count} numbers in a row are to be had`);
  }

  #connected<Result>(work: (connection: Connection) => Promise<Result>): Promise<Result> {
    const { pool } = this.#parts;
    return patiently(this.#patience, (limit) => Connection.use({ pool, statements: this.#statements, limit }, work));
  }
}
