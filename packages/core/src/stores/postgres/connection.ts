// A connection of `pg` while it is in use: statements in, rows out, and given back in the end whatever happened to it.
import type { Row } from '../rows/row.ts';
import type { SqlSession } from '../sql/database.ts';
import type { TimeLimit } from '../sql/patience.ts';
import type { Sql } from '../sql/sql.ts';
import type { PgClient, PgPool, PgResult } from './driver.ts';
import { endsConnection, Interrupted } from './failures.ts';
import type { Statements } from './statements.ts';

/** Where a connection comes from, and how long it may be used. */
interface Use {
  readonly pool: PgPool;
  readonly statements: Statements;
  readonly limit: TimeLimit;
}

export class Connection implements SqlSession {
  /** Set before a statement is sent that writes for good: after that a lost connection leaves open what became of it. */
  mayHaveWritten = false;
  readonly #client: PgClient;
  readonly #statements: Statements;
  readonly #onLost = () => {
    this.#isLost = true;
  };
  #isLost = false;
  #isReleased = false;

  private constructor(client: PgClient, statements: Statements) {
    this.#client = client;
    this.#statements = statements;
    // Out of the pool nobody else listens, and an error that nobody listens to would end the process.
    client.on('error', this.#onLost);
    client.on('end', this.#onLost);
  }

  /** Does something with a connection of the pool, which is closed if the time is over before it is done. */
  static async use<Result>(
    { pool, statements, limit }: Use,
    work: (connection: Connection) => Promise<Result>,
  ): Promise<Result> {
    const connection = new Connection(await pool.connect(), statements);
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

  async query(statement: Sql, prepared = false): Promise<readonly Row[]> {
    const result = await this.#client.query(this.#statements.query(statement, prepared));
    // Of several statements in one text the last one answers.
    return ((Array.isArray(result) ? result.at(-1) : result) as PgResult).rows;
  }

  #explained(thrown: unknown): unknown {
    if (endsConnection(thrown)) this.#isLost = true;
    return this.#isLost && !this.mayHaveWritten ? new Interrupted(thrown) : thrown;
  }

  #release(destroy: boolean): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#client.release(destroy || this.#isLost);
    this.#client.removeListener('end', this.#onLost);
    this.#client.removeListener('error', this.#onLost);
  }
}
