// The options of the SQLite store, checked at the door.
import { InvalidOptionError } from '../../errors.ts';
import { type DurationInput, toDurationMs } from '../../time/duration.ts';
import type { SqliteDatabase, SqliteDriver } from './driver.ts';

/** Options of `SqliteStore`: either `url` or `database` says where the tables are. */
export interface SqliteStoreOptions {
  /** The file: a path, `sqlite:///relative.sqlite`, `sqlite:////absolute.sqlite`, or `:memory:`. Its directory is made if need be. */
  readonly url?: string;
  /** An open database of better-sqlite3 or node:sqlite, with the settings you gave it. It stays yours to close. */
  readonly database?: SqliteDatabase;
  /** Which driver opens the file. @default better-sqlite3 if it is installed, else node:sqlite */
  readonly driver?: SqliteDriver;
  /** What the names of the tables begin with: a letter or `_`, then at most 39 letters, digits or `_`. @default 'sched_' */
  readonly tablePrefix?: string;
  /** `normal` survives the death of the process, `full` that of the machine's power too, at the price of a disk flush for each write. @default 'normal' */
  readonly synchronous?: 'normal' | 'full';
  /** How long a scheduler may sleep before it looks again, in seconds: what bounds the delay of what other processes add. @default 1 */
  readonly pollInterval?: DurationInput;
}

/** The options with every default filled in. */
export interface SqliteSettings {
  /** Path of the file or `:memory:`; null where a database was handed in. */
  readonly file: string | null;
  readonly database: SqliteDatabase | null;
  readonly driver: SqliteDriver | null;
  readonly tablePrefix: string;
  readonly synchronous: 'normal' | 'full';
  readonly pollMs: number;
}

const OPTION_NAMES: readonly string[] = ['url', 'database', 'driver', 'tablePrefix', 'synchronous', 'pollInterval'];
const DRIVERS: readonly unknown[] = ['better-sqlite3', 'node:sqlite'];
const SYNCHRONOUS: readonly unknown[] = ['normal', 'full'];
const PREFIX = /^[A-Za-z_][A-Za-z0-9_]{0,39}$/;
const MIN_POLL_MS = 10;
const URL_EXPECTED = "a file such as 'jobs.sqlite', 'sqlite:///jobs.sqlite' or ':memory:'";

/** @throws InvalidOptionError naming the option that is unknown, missing or wrong. */
export function sqliteSettings(options: SqliteStoreOptions): SqliteSettings {
  for (const [name, value] of Object.entries(options)) {
    if (!OPTION_NAMES.includes(name))
      throw new InvalidOptionError(name, value, `one of the options ${OPTION_NAMES.join(', ')}`);
  }
  const { url, database, driver, tablePrefix = 'sched_', synchronous = 'normal', pollInterval = 1 } = options;
  if (database !== undefined && url !== undefined) throw new InvalidOptionError('url', url, 'no url beside a database');
  if (database !== undefined && !isDatabase(database)) {
    throw new InvalidOptionError('database', database, 'an open database of better-sqlite3 or node:sqlite');
  }
  if (driver !== undefined && !DRIVERS.includes(driver))
    throw new InvalidOptionError('driver', driver, DRIVERS.join(' or '));
  if (!SYNCHRONOUS.includes(synchronous))
    throw new InvalidOptionError('synchronous', synchronous, SYNCHRONOUS.join(' or '));
  if (typeof tablePrefix !== 'string' || !PREFIX.test(tablePrefix)) {
    throw new InvalidOptionError('tablePrefix', tablePrefix, 'a letter or _, then at most 39 letters, digits or _');
  }
  return {
    file: database === undefined ? toFile(url) : null,
    database: database ?? null,
    driver: driver ?? null,
    tablePrefix,
    synchronous,
    pollMs: toDurationMs(pollInterval, 'pollInterval', MIN_POLL_MS),
  };
}

function toFile(url: unknown): string {
  if (typeof url !== 'string' || url === '' || url.includes('\0'))
    throw new InvalidOptionError('url', url, URL_EXPECTED);
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(url);
  if (scheme === null) return url;
  const path = url.slice(scheme[0].length);
  if (scheme[1]?.toLowerCase() !== 'sqlite' || (path !== '' && !path.startsWith('/'))) {
    throw new InvalidOptionError('url', url, URL_EXPECTED);
  }
  return path.slice(1) === '' ? ':memory:' : path.slice(1);
}

function isDatabase(value: unknown): value is SqliteDatabase {
  return (
    typeof value === 'object' &&
    value !== null &&
    'prepare' in value &&
    'exec' in value &&
    typeof value.prepare === 'function'
  );
}
