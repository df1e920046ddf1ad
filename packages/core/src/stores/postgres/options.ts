// The options of the PostgreSQL store, checked at the door.
import { InvalidOptionError } from '../../errors.ts';
import { type DurationInput, toDurationMs } from '../../time/duration.ts';
import type { PgPool } from './driver.ts';

/** Options of `PostgresStore`: either `url` or `pool` says where the database is. */
export interface PostgresStoreOptions {
  /**
   * `postgresql://user:password@host:5432/database`, with `?sslmode=…` and whatever else `pg` understands; the scheme may
   * name a driver of SQLAlchemy's.
   */
  readonly url?: string;
  /**
   * A pool of `pg` with the settings you gave it. It stays yours to close, after the store; `listen` takes one of its
   * connections for as long as the store is open.
   */
  readonly pool?: PgPool;
  /** The schema of the tables: a letter or `_`, then at most 39 letters, digits or `_`. Made if need be. @default the first one of the connection's search path */
  readonly schema?: string;
  /** What the names of the tables begin with: a letter or `_`, then at most 39 letters, digits or `_`. @default 'sched_' */
  readonly tablePrefix?: string;
  /** How long a scheduler may sleep before it looks again, in seconds. @default 5; 1 with `listen: false` */
  readonly pollInterval?: DurationInput;
  /**
   * Whether to keep a connection on which other processes tell of changes. `false` behind a pooler that hands out
   * connections by transaction, such as PgBouncer: everything else works there. @default true
   */
  readonly listen?: boolean;
  /** Whose time decides what is due: the server's, which all processes share, or this host's, for tests. @default 'server' */
  readonly clock?: 'server' | 'host';
  /** Whether opening makes the tables and brings them up to date; `never` refuses tables that are not. @default 'auto' */
  readonly migrate?: 'auto' | 'never';
}

/** Where the tables are. */
export interface PostgresTables {
  /** Null: in the first schema of the connection's search path. */
  readonly schema: string | null;
  readonly tablePrefix: string;
}

/** The options with every default filled in. */
export interface PostgresSettings extends PostgresTables {
  /** Null where a pool was handed in. */
  readonly url: string | null;
  readonly pool: PgPool | null;
  readonly pollMs: number;
  readonly listen: boolean;
  readonly clock: 'server' | 'host';
  readonly migrate: 'auto' | 'never';
}

const OPTION_NAMES: readonly string[] = [
  'url',
  'pool',
  'schema',
  'tablePrefix',
  'pollInterval',
  'listen',
  'clock',
  'migrate',
];
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,39}$/;
const NAME_EXPECTED = 'a letter or _, then at most 39 letters, digits or _';
const URL_EXPECTED = 'a URL such as postgresql://user:password@host:5432/database';
const MIN_POLL_MS = 10;

/** @throws InvalidOptionError naming the option that is unknown, missing or wrong. */
export function postgresSettings(options: PostgresStoreOptions): PostgresSettings {
  for (const [name, value] of Object.entries(options)) {
    if (!OPTION_NAMES.includes(name))
      throw new InvalidOptionError(name, value, `one of the options ${OPTION_NAMES.join(', ')}`);
  }
  const { url, pool, listen = true, clock = 'server', migrate = 'auto' } = options;
  if (pool !== undefined && url !== undefined)
    throw new InvalidOptionError('url', redacted(url), 'no url beside a pool');
  if (pool !== undefined && !isPool(pool)) throw new InvalidOptionError('pool', pool, 'a Pool of pg');
  if (listen && pool?.options?.max === 1)
    throw new InvalidOptionError('listen', listen, 'false with a pool of one connection, which would do nothing else');
  if (typeof listen !== 'boolean') throw new InvalidOptionError('listen', listen, 'true or false');
  return {
    ...postgresTables(options),
    url: pool === undefined ? toUrl(url) : null,
    pool: pool ?? null,
    pollMs: toDurationMs(options.pollInterval ?? (listen ? 5 : 1), 'pollInterval', MIN_POLL_MS),
    listen,
    clock: oneOf('clock', clock, ['server', 'host']),
    migrate: oneOf('migrate', migrate, ['auto', 'never']),
  };
}

/** @throws InvalidOptionError for a name that could be anything but a name. */
export function postgresTables(options: Pick<PostgresStoreOptions, 'schema' | 'tablePrefix'>): PostgresTables {
  const { schema = null, tablePrefix = 'sched_' } = options;
  if (schema !== null) checkName('schema', schema);
  checkName('tablePrefix', tablePrefix);
  return { schema, tablePrefix };
}

function checkName(field: string, name: unknown): void {
  if (typeof name !== 'string' || !NAME.test(name)) throw new InvalidOptionError(field, name, NAME_EXPECTED);
}

function oneOf<Word extends string>(field: string, value: Word, words: readonly Word[]): Word {
  if (!words.includes(value)) throw new InvalidOptionError(field, value, words.join(' or '));
  return value;
}

/** The URL as `pg` knows it: without the name of another language's driver. */
function toUrl(url: unknown): string {
  const scheme = typeof url === 'string' ? /^postgres(ql)?(\+[a-z0-9_]+)?:\/\//i.exec(url) : null;
  if (typeof url !== 'string' || scheme === null) throw new InvalidOptionError('url', redacted(url), URL_EXPECTED);
  const plain = `postgresql://${url.slice(scheme[0].length)}`;
  if (!URL.canParse(plain.replace(/^postgresql:\/\/(?=\/|$)/, 'postgresql://localhost')))
    throw new InvalidOptionError('url', redacted(url), URL_EXPECTED);
  return plain;
}

/** The URL without what must not be seen: messages are logged. */
function redacted(url: unknown): unknown {
  return typeof url === 'string' ? url.replace(/\/\/.*@/s, '//…@').replace(/password=[^&]*/gi, 'password=…') : url;
}

function isPool(value: unknown): value is PgPool {
  return (
    typeof value === 'object' &&
    value !== null &&
    'connect' in value &&
    typeof value.connect === 'function' &&
    'totalCount' in value
  );
}
