// The options of the MySQL store, checked at the door.
import { InvalidOptionError } from '../../errors.ts';
import { type DurationInput, toDurationMs } from '../../time/duration.ts';
import type { MysqlPool } from './driver.ts';

/** Options of `MysqlStore`: either `url` or `pool` says where the database is. */
export interface MysqlStoreOptions {
  /**
   * `mysql://user:password@host:3306/database`, or `mariadb://…`, with whatever else `mysql2` understands behind a `?`; the
   * scheme may name a driver of SQLAlchemy's.
   */
  readonly url?: string;
  /** A pool of `mysql2` or `mysql2/promise` with the settings you gave it. It stays yours to close, after the store. */
  readonly pool?: MysqlPool | { promise(): MysqlPool };
  /** The database of the tables, which has to be there: a letter or `_`, then at most 39 letters, digits or `_`. @default that of the connection */
  readonly database?: string;
  /** What the names of the tables begin with: a letter or `_`, then at most 39 letters, digits or `_`. @default 'sched_' */
  readonly tablePrefix?: string;
  /** How long a scheduler may sleep before it looks again, in seconds: what bounds the delay of what other processes add. @default 1 */
  readonly pollInterval?: DurationInput;
  /** Whose time decides what is due: the server's, which all processes share, or this host's, for tests. @default 'server' */
  readonly clock?: 'server' | 'host';
  /** Whether opening makes the tables and brings them up to date; `never` refuses tables that are not. @default 'auto' */
  readonly migrate?: 'auto' | 'never';
}

/** Where the tables are. */
export interface MysqlTables {
  /** Null: in the database of the connection. */
  readonly database: string | null;
  readonly tablePrefix: string;
}

/** The options with every default filled in. */
export interface MysqlSettings extends MysqlTables {
  /** Null where a pool was handed in. */
  readonly url: string | null;
  readonly pool: MysqlPool | null;
  readonly pollMs: number;
  readonly clock: 'server' | 'host';
  readonly migrate: 'auto' | 'never';
}

const OPTION_NAMES: readonly string[] = ['url', 'pool', 'database', 'tablePrefix', 'pollInterval', 'clock', 'migrate'];
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,39}$/;
const NAME_EXPECTED = 'a letter or _, then at most 39 letters, digits or _';
const URL_EXPECTED = 'a URL such as mysql://user:password@host:3306/database';
const MIN_POLL_MS = 10;

/** @throws InvalidOptionError naming the option that is unknown, missing or wrong. */
export function mysqlSettings(options: MysqlStoreOptions): MysqlSettings {
  for (const [name, value] of Object.entries(options)) {
    if (!OPTION_NAMES.includes(name))
      throw new InvalidOptionError(name, value, `one of the options ${OPTION_NAMES.join(', ')}`);
  }
  const { url, pool, clock = 'server', migrate = 'auto' } = options;
  if (pool !== undefined && url !== undefined)
    throw new InvalidOptionError('url', redacted(url), 'no url beside a pool');
  return {
    ...mysqlTables(options),
    url: pool === undefined ? toUrl(url) : null,
    pool: pool === undefined ? null : toPool(pool),
    pollMs: toDurationMs(options.pollInterval ?? 1, 'pollInterval', MIN_POLL_MS),
    clock: oneOf('clock', clock, ['server', 'host']),
    migrate: oneOf('migrate', migrate, ['auto', 'never']),
  };
}

/** @throws InvalidOptionError for a name that could be anything but a name. */
export function mysqlTables(options: Pick<MysqlStoreOptions, 'database' | 'tablePrefix'>): MysqlTables {
  const { database = null, tablePrefix = 'sched_' } = options;
  if (database !== null) checkName('database', database);
  checkName('tablePrefix', tablePrefix);
  return { database, tablePrefix };
}

function checkName(field: string, name: unknown): void {
  if (typeof name !== 'string' || !NAME.test(name)) throw new InvalidOptionError(field, name, NAME_EXPECTED);
}

function oneOf<Word extends string>(field: string, value: Word, words: readonly Word[]): Word {
  if (!words.includes(value)) throw new InvalidOptionError(field, value, words.join(' or '));
  return value;
}

/** The URL as `mysql2` knows it: without the name of another language's driver. */
function toUrl(url: unknown): string {
  const scheme = typeof url === 'string' ? /^(mysql|mariadb)(\+[a-z0-9_]+)?:\/\//i.exec(url) : null;
  const plain = `mysql://${String(url).slice(scheme?.[0].length)}`;
  if (scheme === null || !URL.canParse(plain)) throw new InvalidOptionError('url', redacted(url), URL_EXPECTED);
  return plain;
}

/** The URL without what must not be seen: messages are logged. */
function redacted(url: unknown): unknown {
  return typeof url === 'string' ? url.replace(/\/\/.*@/s, '//…@').replace(/password=[^&]*/gi, 'password=…') : url;
}

function toPool(pool: unknown): MysqlPool {
  if (typeof pool === 'object' && pool !== null && 'getConnection' in pool) {
    // The pool of the callback interface has one of promises in it.
    const promised: unknown = 'promise' in pool && typeof pool.promise === 'function' ? pool.promise() : pool;
    return promised as MysqlPool;
  }
  throw new InvalidOptionError('pool', pool, 'a pool of mysql2');
}
