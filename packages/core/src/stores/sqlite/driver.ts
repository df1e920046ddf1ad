// The two SQLite bindings of Node.js, behind the little that the store needs of either.
import { SchedError, show } from '../../errors.ts';
import type { ColumnValue } from '../rows/row.ts';

/** A prepared statement of either driver. */
export interface SqliteStatement {
  run(...values: ColumnValue[]): unknown;
  get(...values: ColumnValue[]): unknown;
  all(...values: ColumnValue[]): unknown[];
}

/** An open database of either driver; what it prepares is a {@link SqliteStatement}, which the types of the drivers cannot say. */
export interface SqliteDatabase {
  exec(sql: string): unknown;
  prepare(sql: string): unknown;
  close(): unknown;
}

/** Name of a driver: the npm package, or the module that comes with Node.js from 22.13 on. */
export type SqliteDriver = 'better-sqlite3' | 'node:sqlite';

/**
 * Opens a file, or `:memory:`, with the driver that is asked for or the first that is there.
 *
 * @throws SchedError `driver-missing` if there is none, `store-failure` if it cannot open the file.
 */
export async function openDatabase(file: string, driver: SqliteDriver | null): Promise<SqliteDatabase> {
  const wanted: readonly SqliteDriver[] = driver === null ? ['better-sqlite3', 'node:sqlite'] : [driver];
  const causes: unknown[] = [];
  for (const name of wanted) {
    const open = await loadDriver(name).catch((cause: unknown) => void causes.push(cause));
    if (open !== undefined) return opened(open, file);
  }
  const fix = driver === 'node:sqlite' ? 'use Node.js ≥ 22.13' : 'npm install better-sqlite3, or use Node.js ≥ 22.13';
  throw new SchedError('driver-missing', `the SQLite store needs ${wanted.join(' or ')}: ${fix}`, { cause: causes[0] });
}

/** Whether another connection holds the lock this one needs. */
export function isBusy(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  if ('errcode' in thrown && typeof thrown.errcode === 'number') return isBusyCode(thrown.errcode & 0xff);
  return 'code' in thrown && /^SQLITE_(BUSY|LOCKED)/.test(String(thrown.code));
}

const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;

function isBusyCode(code: number): boolean {
  return code === SQLITE_BUSY || code === SQLITE_LOCKED;
}

type OpenFile = (file: string) => SqliteDatabase;

/** A wait inside the driver would stop the whole process, so neither is given a busy timeout. */
async function loadDriver(driver: SqliteDriver): Promise<OpenFile> {
  // Not a literal: bundlers and type checkers would look for a module that may not be there.
  const name: string = driver;
  const loaded = await import(name);
  if (driver === 'node:sqlite') return (file) => new loaded.DatabaseSync(file, { timeout: 0 });
  const Database = loaded.default;
  return (file) => new Database(file, { timeout: 0 });
}

function opened(open: OpenFile, file: string): SqliteDatabase {
  try {
    return open(file);
  } catch (cause) {
    throw new SchedError(
      'store-failure',
      `the SQLite database ${show(file)} cannot be opened: ${show(messageOf(cause))}`,
      { cause },
    );
  }
}

function messageOf(thrown: unknown): unknown {
  return thrown instanceof Error ? thrown.message : thrown;
}
