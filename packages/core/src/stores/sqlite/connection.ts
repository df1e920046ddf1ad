// One open database: statements prepared once, and bodies run as transactions that never block the event loop to wait.
import type { Clock } from '../../clock.ts';
import { SchedError } from '../../errors.ts';
import type { Columns } from '../rows/columns.ts';
import type { ColumnValue, Row } from '../rows/row.ts';
import { isBusy, type SqliteDatabase, type SqliteStatement } from './driver.ts';

/** How long a locked database is tried again. */
const PATIENCE_MS = 5_000;

/** Bounds of the wait between two tries; random, so that waiting processes do not stay in step. */
const WAIT_MS = { min: 1, max: 20 } as const;

export class Connection {
  readonly #database: SqliteDatabase;
  readonly #clock: Clock;
  readonly #prefix: string;
  readonly #statements = new Map<string, SqliteStatement>();

  constructor(database: SqliteDatabase, clock: Clock, prefix: string) {
    this.#database = database;
    this.#clock = clock;
    this.#prefix = prefix;
  }

  /** The first row, if there is one. In all SQL given here, `[job]` stands for the table of that name under the prefix. */
  get(sql: string, ...values: ColumnValue[]): Row | undefined {
    return this.#prepared(sql).get(...values) as Row | undefined;
  }

  all(sql: string, ...values: ColumnValue[]): Row[] {
    return this.#prepared(sql).all(...values) as Row[];
  }

  /** How many rows were changed. */
  run(sql: string, ...values: ColumnValue[]): number {
    const { changes } = this.#prepared(sql).run(...values) as { changes: number | bigint };
    return Number(changes);
  }

  /** Adds a row; answers how many were added. */
  insert(table: string, columns: Columns, onConflict = ''): number {
    const names = Object.keys(columns);
    const sql = `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')}) ${onConflict}`;
    return this.run(sql, ...Object.values(columns));
  }

  /** Changes columns of the row with this id. */
  update(table: string, id: string, columns: Columns): void {
    const names = Object.keys(columns);
    if (names.length === 0) return;
    const sql = `UPDATE ${table} SET ${names.map((name) => `${name} = ?`).join(', ')} WHERE id = ?`;
    this.run(sql, ...Object.values(columns), id);
  }

  /** Runs statements that are not kept, several if need be. */
  exec(sql: string): void {
    this.#database.exec(withPrefix(sql, this.#prefix));
  }

  /**
   * Runs the body as one transaction: all of it, or nothing. While another process holds the lock it is tried again, which
   * is why the body must do nothing but read and write here.
   *
   * @throws SchedError `store-failure` if the database fails, or stays locked for 5 s.
   */
  async transaction<Result>(kind: 'read' | 'write', body: () => Result): Promise<Result> {
    const begin = kind === 'write' ? 'BEGIN IMMEDIATE' : 'BEGIN';
    return this.retrying(() => this.#inTransaction(begin, body));
  }

  /** Does something to the database, again and again while another process holds the lock. */
  async retrying<Result>(step: () => Result): Promise<Result> {
    const giveUpAt = this.#clock.monotonic() + PATIENCE_MS;
    for (;;) {
      try {
        return step();
      } catch (thrown) {
        if (!isBusy(thrown) || this.#clock.monotonic() >= giveUpAt) throw asStoreFailure(thrown);
      }
      await this.#wait();
    }
  }

  #inTransaction<Result>(begin: string, body: () => Result): Result {
    this.#prepared(begin).run();
    try {
      const result = body();
      this.#prepared('COMMIT').run();
      return result;
    } catch (thrown) {
      this.#rollBack();
      throw thrown;
    }
  }

  #rollBack(): void {
    try {
      this.#prepared('ROLLBACK').run();
    } catch {
      // SQLite has rolled back by itself, as it does when the disk is full; the first error is the one to report.
    }
  }

  #prepared(sql: string): SqliteStatement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(withPrefix(sql, this.#prefix)) as SqliteStatement;
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #wait(): Promise<void> {
    const { min, max } = WAIT_MS;
    const delayMs = min + this.#clock.random() * (max - min);
    return new Promise((resolve) => this.#clock.setTimer(delayMs, resolve, true));
  }
}

/** The SQL with the names of our tables in it. */
export function withPrefix(sql: string, prefix: string): string {
  return sql.replaceAll(/\[(\w+)\]/g, (_, name: string) => `"${prefix}${name}"`);
}

function asStoreFailure(thrown: unknown): SchedError {
  if (thrown instanceof SchedError) return thrown;
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return new SchedError('store-failure', `SQLite: ${reason}`, { cause: thrown });
}
