// A connection of `pg` while it is in use: statements in, rows out, and given back in the end whatever happened to it.
import type { ColumnValue, Row } from '../rows/row.ts';
import type { SqlSession } from '../sql/database.ts';
import type { TimeLimit } from '../sql/patience.ts';
import type { Sql } from '../sql/sql.ts';
import type { PgClient, PgPool, PgResult } from './driver.ts';
import { endsConnection, Interrupted } from './failures.ts';
import type { PostgresTables } from './options.ts';
import { withNames } from './schema.ts';

export class Connection implements SqlSession {
  /** Set before a statement is sent that writes for good: after that a lost connection leaves open what became of it. */
  mayHaveWritten = false;
  readonly #client: PgClient;
  readonly #tables: PostgresTables;
  readonly #onLost = () => {
    this.#isLost = true;
  };
  #isLost = false;
  #isReleased = false;

  private constructor(client: PgClient, tables: PostgresTables) {
    this.#client = client;
    this.#tables = tables;
    // Out of the pool nobody else listens, and an error that nobody listens to would end the process.
    client.on('error', this.#onLost);
    client.on('end', this.#onLost);
  }

  /** Does something with a connection of the pool, which is closed if the time is over before it is done. */
  static async use<Result>(
    { pool, tables, limit }: { readonly pool: PgPool; readonly tables: PostgresTables; readonly limit: TimeLimit },
    work: (connection: Connection) => Promise<Result>,
  ): Promise<Result> {
    const connection = new Connection(await pool.connect(), tables);
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
    const text = withNames(numbered(statement.texts), this.#tables);
    const result = await this.#client.query({ text, values: statement.values.map(bound), types: TYPES });
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

const INTEGER_TYPES: readonly number[] = [20, 21, 23];

/** Numbers as numbers, everything else as the text it comes as, whatever a user has told `pg` to make of it. */
const TYPES = {
  getTypeParser: (oid: number) => (INTEGER_TYPES.includes(oid) ? Number : asText),
};

function asText(text: string): unknown {
  return text;
}

/** PostgreSQL has no place for the character NUL. */
function bound(value: ColumnValue): ColumnValue {
  return typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\ufffd') : value;
}

/** `$1`, `$2` … between the texts. */
function numbered(texts: readonly string[]): string {
  return texts.map((text, index) => (index === 0 ? text : `$${index}${text}`)).join('');
}
