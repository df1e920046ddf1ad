// What a database has to provide to keep jobs and runs: statements, transactions, and the few things that every database
// writes differently.
//
// How the parts fit together
// - `SqlServerStore` is the store: the operations come from `ServerStore`, the questions from `SqlUnit`, `claimable`,
//   `lists`, `upkeep` and `wake`, written once in SQL that all databases understand (`sql.ts`).
// - A store of a database extends it with an `SqlDatabase`, which runs statements, and says what else is its own:
//   `claimDue` (one statement, or a transaction), opening, closing, notification.
// - Isolation is READ COMMITTED throughout: each statement sees what was committed before it began. A unit locks the rows it
//   rests on (`FOR UPDATE`, in the order of ids, jobs before runs) and asks what it has to count afterwards.
// - Claims lock with `SKIP LOCKED` and so never wait for each other.
import type { Columns } from '../rows/columns.ts';
import type { Row } from '../rows/row.ts';
import type { ChangedColumns, ColumnArrays } from './column-arrays.ts';
import type { Sql } from './sql.ts';

/** Runs statements one at a time. */
export interface SqlSession {
  /** The rows of the answer; none for a statement that answers no rows. Whole numbers come as numbers, text as strings. */
  query(statement: Sql): Promise<readonly Row[]>;
}

/** A session inside a transaction. */
export interface SqlTransaction extends SqlSession {
  /** The one reading of the store's clock that this transaction works with, in epoch ms. */
  readonly now: number;
}

/** The counters of a store, which are never reset. */
export type Counter = 'generation' | 'token';

/** The database that a store works on. All names in brackets are tables of the store: `[job]`, `[run]`. */
export interface SqlDatabase extends SqlSession {
  /** What is written differently. */
  readonly dialect: SqlDialect;
  /**
   * Runs the body as one transaction under READ COMMITTED: all of it or nothing. Again from the start, a bounded number of
   * times, if it met another transaction (deadlock, serialization, unique id) or lost its connection before the commit was
   * sent; the body must do nothing else but ask and write through the session.
   *
   * @throws SchedError `store-failure` if the database fails, or takes longer than 10 s in all.
   */
  transaction<Result>(body: (session: SqlTransaction) => Promise<Result>): Promise<Result>;
  /** The first of `count` numbers in a row that nobody else is given; inside the transaction or not, they are never given again. */
  reserve(session: SqlSession, counter: Counter, count: number): Promise<number>;
}

/** What every database writes differently. */
export interface SqlDialect {
  /**
   * The time of the statement in epoch ms: an expression that an index can be searched with, the same however often it occurs in
   * one statement; or the host's time, where the store was told to go by that.
   */
  now(): Sql;
  /** `IN` a list: sql`id ${dialect.in(ids)}`; true of no value if the list is empty. */
  in(values: Iterable<string>): Sql;
  /** `NOT IN` a list; true of every value if the list is empty. */
  notIn(values: Iterable<string>): Sql;
  /**
   * The rows `executor, priority` of which runs wait for one of these executors, at least one: by a look-up in the index of
   * waiting runs for each, however many runs there are.
   */
  lanes(session: SqlSession, executors: readonly string[]): Promise<readonly Row[]>;
  /** Adds rows, in this order, as one statement; there is at least one. */
  insert(table: Table, columns: ColumnArrays): Sql;
  /** Changes columns of rows that are there, as one statement: one row for each id; there is at least one. */
  update(table: Table, changed: ChangedColumns): Sql;
  /** A column that holds text, as text whose ASCII letters `lower()` knows. */
  text(column: 'id' | 'name'): Sql;
  /** Whether there is an index of the runs that ended in a rare state, by state and fire time. */
  readonly indexesRareRuns: boolean;
  /** Adds a row, or puts it in the place of the one with its id, as one statement. */
  replace(table: '[process]', row: Columns): Sql;
}

/** Tables whose rows are records. */
export type Table = '[job]' | '[run]';
