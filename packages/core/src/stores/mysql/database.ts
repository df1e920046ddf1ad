// The database behind a pool: single statements, and transactions.
import type { Clock } from '../../clock.ts';
import type { Row } from '../rows/row.ts';
import type { Counter, SqlDatabase, SqlSession, SqlTransaction } from '../sql/database.ts';
import { type Patience, patiently } from '../sql/patience.ts';
import { raw, type Sql, sql } from '../sql/sql.ts';
import { Connection } from './connection.ts';
import { mysqlDialect, NOW, SERVER_NOW } from './dialect.ts';
import type { MysqlPool } from './driver.ts';
import { isConflict } from './failures.ts';
import type { MysqlSettings } from './options.ts';

/** How long a migration waits for another process's, in seconds. */
const LOCK_SECONDS = 8;

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
    await session.query(sql`UPDATE [meta] SET value = LAST_INSERT_ID(value + ${count}) WHERE name = ${counter}`);
    const [row] = await session.query(raw('SELECT LAST_INSERT_ID() AS last'));
    return Number(row?.['last']) - count + 1;
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
