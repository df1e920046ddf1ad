// The database behind a pool: single statements, and transactions.
import type { Clock } from '../../clock.ts';
import type { Row } from '../rows/row.ts';
import type { Counter, SqlDatabase, SqlSession, SqlTransaction } from '../sql/database.ts';
import { type Patience, patiently } from '../sql/patience.ts';
import { joined, raw, type Sql, sql } from '../sql/sql.ts';
import { Connection } from './connection.ts';
import { mysqlDialect, NOW, SERVER_NOW } from './dialect.ts';
import type { MysqlPool } from './driver.ts';
import { isConflict } from './failures.ts';
import type { MysqlSettings } from './options.ts';

/** How long a migration waits for another process's, in seconds. */
const LOCK_SECONDS = 8;

/** How many numbers are taken from a counter at once: those from one of its values up to the next. */
const COUNTER_STEP = 1000;

/** How often numbers in a row are asked for that others take numbers from between. */
const MAX_RESERVATIONS = 100;

/** What a database is made of. */
export interface MysqlDatabaseParts {
  readonly pool: MysqlPool;
  readonly settings: MysqlSettings;
  readonly clock: Clock;
}

export class MysqlDatabase implements SqlDatabase {
  readonly dialect = mysqlDialect;
  readonly #parts: MysqlDatabaseParts;
  readonly #patience: Patience;

  constructor(parts: MysqlDatabaseParts) {
    this.#parts = parts;
    this.#patience = { clock: parts.clock, name: 'MySQL', mayRepeat: isConflict };
  }

  query(statement: Sql): Promise<readonly Row[]> {
    return this.#connected(async (connection) => {
      if (statement.texts.some((text) => text.includes(NOW))) await this.#readClock(connection);
      return await connection.query(statement);
    });
  }

  transaction<Result>(body: (session: SqlTransaction) => Promise<Result>): Promise<Result> {
    return this.#connected(async (connection) => {
      try {
        // For this transaction alone, so that a pool of the user's stays as it is.
        await connection.query(raw('SET TRANSACTION ISOLATION LEVEL READ COMMITTED'));
        await connection.query(raw('START TRANSACTION'));
        await this.#readClock(connection);
        const result = await body(connection);
        connection.mayHaveWritten = true;
        await connection.query(raw('COMMIT'));
        return result;
      } catch (thrown) {
        await connection.query(raw('ROLLBACK')).catch(() => connection.spoil());
        throw thrown;
      }
    });
  }

  /** Does something while no other process does the same under this name. */
  alone(name: string, body: (session: SqlSession) => Promise<void>): Promise<void> {
    return this.#connected(async (connection) => {
      const [row] = await connection.query(sql`SELECT GET_LOCK(${name}, ${LOCK_SECONDS}) AS is_ours`);
      if (Number(row?.['is_ours']) !== 1) throw new Error(`another process has been working on ${name} for too long`);
      try {
        connection.mayHaveWritten = true;
        await body(connection);
      } finally {
        await connection.query(sql`SELECT RELEASE_LOCK(${name})`).catch(() => connection.spoil());
      }
    });
  }

  async reserve(session: SqlSession, counter: Counter, count: number): Promise<number> {
    // Each value of the counter stands for the numbers up to the next one. Nobody waits for the row it is taken with, which is
    // gone before anybody has seen it: a process that stands still in the middle of a transaction stops no other.
    const values = Math.ceil(count / COUNTER_STEP);
    const table = raw(`[${counter}]`);
    const rows = joined(Array<Sql>(values).fill(raw('(NULL)')), ', ');
    for (let tries = 0; tries < MAX_RESERVATIONS; tries++) {
      await session.query(sql`INSERT INTO ${table} (value) VALUES ${rows}`);
      const [taken] = await session.query(sql`SELECT min(value) AS first, max(value) AS last FROM ${table}
        WHERE value >= LAST_INSERT_ID()`);
      const [first, last] = [Number(taken?.['first']), Number(taken?.['last'])];
      await session.query(sql`DELETE FROM ${table} WHERE value BETWEEN ${first} AND ${last}`);
      if (last === first + values - 1) return first * COUNTER_STEP;
    }
    throw new Error(`no ${count} numbers in a row are to be had`);
  }

  async #readClock(connection: Connection): Promise<void> {
    const { settings, clock } = this.#parts;
    connection.now =
      settings.clock === 'host' ? clock.now() : Number((await connection.query(raw(SERVER_NOW)))[0]?.['at']);
  }

  #connected<Result>(work: (connection: Connection) => Promise<Result>): Promise<Result> {
    const { pool, settings } = this.#parts;
    return patiently(this.#patience, (limit) => Connection.use({ pool, tables: settings, limit }, work));
  }
}
