// A connection of `mysql2` while it is in use: statements in, rows out, and given back in the end whatever happened to it.
import type { Row } from '../rows/row.ts';
import type { SqlSession } from '../sql/database.ts';
import type { TimeLimit } from '../sql/patience.ts';
import type { Sql } from '../sql/sql.ts';
import { NOW } from './dialect.ts';
import type { MysqlConnection, MysqlPool } from './driver.ts';
import { endsConnection, Interrupted } from './failures.ts';
import type { MysqlTables } from './options.ts';
import { withNames } from './schema.ts';

/** Where a connection comes from, and how long it may be used. */
interface Use {
  readonly pool: MysqlPool;
  readonly tables: MysqlTables;
  readonly limit: TimeLimit;
}

export class Connection implements SqlSession {
  /** Set before a statement is sent that writes for good: after that a lost connection leaves open what became of it. */
  mayHaveWritten = false;
  /** The time that statements go by, in epoch ms. */
  now = 0;
  readonly #connection: MysqlConnection;
  readonly #tables: MysqlTables;
  #isLost = false;
  #isReleased = false;

  private constructor(connection: MysqlConnection, tables: MysqlTables) {
    this.#connection = connection;
    this.#tables = tables;
  }

  /** Does something with a connection of the pool, which is closed if the time is over before it is done. */
  static async use<Result>(
    { pool, tables, limit }: Use,
    work: (connection: Connection) => Promise<Result>,
  ): Promise<Result> {
    const connection = new Connection((await pool.getConnection()) as MysqlConnection, tables);
    try {
      if (limit.isOver) throw new Error('the connection came too late');
      return await limit.guard(
        () => connection.#release(true),
        () => work(connection),
      );
    } catch (thrown) {
      throw connection.#explained(thrown);
    } finally {
      connection.#release(false);
    }
  }

  /** Closes the connection instead of giving it back: it is in a state that nobody should meet. */
  spoil(): void {
    this.#isLost = true;
  }

  async query(statement: Sql): Promise<readonly Row[]> {
    const sql = withNames(statement.texts.join('?'), this.#tables).replaceAll(NOW, String(this.now));
    const [rows] = await this.#connection.query({
      ...{ sql, values: statement.values },
      ...{ rowsAsArray: false, typeCast: true },
    });
    return Array.isArray(rows) ? rows.map(asText) : [];
  }

  #explained(thrown: unknown): unknown {
    if (endsConnection(thrown)) this.#isLost = true;
    return this.#isLost && !this.mayHaveWritten ? new Interrupted(thrown) : thrown;
  }

  #release(destroy: boolean): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    if (destroy || this.#isLost) this.#connection.destroy();
    else this.#connection.release();
  }
}

/** The row with text where the driver answers bytes: in the columns that are compared byte by byte. */
function asText(row: Row): Row {
  const read: Record<string, unknown> = {};
  for (const name in row) {
    const value = row[name];
    read[name] = Buffer.isBuffer(value) ? value.toString() : value;
  }
  return read;
}
