// The options of the MongoDB store, checked at the door.
import { InvalidOptionError } from '../../errors.ts';
import { type DurationInput, toDurationMs } from '../../time/duration.ts';
import type { MongodbClient } from './driver.ts';

/** Options of `MongodbStore`: `url` or `client` says where the server is. */
export interface MongodbStoreOptions {
  /**
   * `mongodb://user:password@host:27017/database?replicaSet=…` or `mongodb+srv://…`, as the driver takes it. Reads and writes go
   * to the primary and wait for a majority whatever it says.
   *
   * @default 'mongodb://127.0.0.1:27017'
   */
  readonly url?: string;
  /** A `MongoClient` of the `mongodb` package with the settings you gave it. It stays yours to close. */
  readonly client?: MongodbClient;
  /** The database: at most 63 letters, digits, `_` or `-`. Made if need be. @default the one in the URL, or 'sched' */
  readonly database?: string;
  /** What the names of the collections begin with: a letter or `_`, then at most 39 letters, digits or `_`. @default 'sched_' */
  readonly collectionPrefix?: string;
  /** How long a scheduler may sleep before it looks again, in seconds: what bounds the delay when a notification is lost. @default 5 */
  readonly pollInterval?: DurationInput;
  /** Whose time decides what is due: the server's, which all processes share, or this host's, for tests. @default 'server' */
  readonly clock?: 'server' | 'host';
  /** Whether opening makes the collections and indexes and brings them up to date; `never` refuses those that are not. @default 'auto' */
  readonly migrate?: 'auto' | 'never';
}

/** The options with every default filled in. */
export interface MongodbSettings {
  /** Null where a client was handed in. */
  readonly url: string | null;
  readonly client: MongodbClient | null;
  readonly database: string;
  readonly collectionPrefix: string;
  readonly pollMs: number;
  readonly clock: 'server' | 'host';
  readonly migrate: 'auto' | 'never';
}

const OPTION_NAMES: readonly string[] = [
  'url',
  'client',
  'database',
  'collectionPrefix',
  'pollInterval',
  'clock',
  'migrate',
] satisfies readonly (keyof MongodbStoreOptions)[];

/** What other libraries call it, and where it belongs here. Some of these are secrets: their values are never shown. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  host: 'url',
  port: 'url',
  username: 'url',
  password: 'url',
  replicaSet: 'url',
  collection: 'collectionPrefix',
};

const NOT_SHOWN = '(not shown)';
const DEFAULT_URL = 'mongodb://127.0.0.1:27017';
const URL_EXPECTED = 'a URL such as mongodb://user:password@host:27017/database';
const URL_PARTS = /^mongodb(?:\+srv)?:\/\/[^/?#\s]+(?:\/(?<database>[^?#]*))?(?:\?(?<parameters>[^#]*))?$/;
const DATABASE = /^[A-Za-z0-9_-]{1,63}$/;
/** The server's own. */
const RESERVED: readonly string[] = ['admin', 'config', 'local'];
const PREFIX = /^[A-Za-z_][A-Za-z0-9_]{0,39}$/;
const MIN_POLL_MS = 10;

/** What a URL may say of how safe reads and writes are: nothing else than what the store needs. */
const SAFETY: Readonly<Record<string, string>> = {
  w: 'majority',
  journal: 'true',
  readconcernlevel: 'majority',
  readpreference: 'primary',
  retrywrites: 'true',
};

/** @throws InvalidOptionError naming the option that is unknown or wrong. */
export function mongodbSettings(options: MongodbStoreOptions): MongodbSettings {
  checkNames(options);
  const { url, client, collectionPrefix = 'sched_', clock = 'server', migrate = 'auto' } = options;
  if (client !== undefined && url !== undefined)
    throw new InvalidOptionError('url', NOT_SHOWN, 'no url beside a client');
  if (client !== undefined && !isClient(client))
    throw new InvalidOptionError('client', typeof client, 'a MongoClient of mongodb');
  if (typeof collectionPrefix !== 'string' || !PREFIX.test(collectionPrefix)) {
    throw new InvalidOptionError(
      'collectionPrefix',
      collectionPrefix,
      'a letter or _, then at most 39 letters, digits or _',
    );
  }
  const place = client === undefined ? readUrl(url ?? DEFAULT_URL) : null;
  return {
    url: place?.url ?? null,
    client: client ?? null,
    database: checkedDatabase(options.database ?? (place?.database || 'sched')),
    collectionPrefix,
    pollMs: toDurationMs(options.pollInterval ?? 5, 'pollInterval', MIN_POLL_MS),
    clock: oneOf('clock', clock, ['server', 'host']),
    migrate: oneOf('migrate', migrate, ['auto', 'never']),
  };
}

function checkNames(options: MongodbStoreOptions): void {
  for (const [name, value] of Object.entries(options)) {
    if (OPTION_NAMES.includes(name)) continue;
    const ours = Object.hasOwn(ELSEWHERE, name) ? ELSEWHERE[name] : undefined;
    if (ours !== undefined) throw new InvalidOptionError(name, NOT_SHOWN, `the option ${ours} in its place`);
    throw new InvalidOptionError(name, value, `one of the options ${OPTION_NAMES.join(', ')}`);
  }
}

/** The URL and the database it names; what is wrong with one is told without what may be a password in it. */
function readUrl(url: unknown): { readonly url: string; readonly database: string } {
  const parts = typeof url === 'string' ? URL_PARTS.exec(url)?.groups : undefined;
  if (typeof url !== 'string' || parts === undefined)
    throw new InvalidOptionError('url', typeof url === 'string' ? NOT_SHOWN : url, URL_EXPECTED);
  for (const [name, value] of new URLSearchParams(parts['parameters'])) {
    const needed = SAFETY[name.toLowerCase()];
    if (needed !== undefined && value !== needed)
      throw new InvalidOptionError('url', `${name}=${value}`, `${name}=${needed}, which is what the store works with`);
  }
  return { url, database: parts['database'] ?? '' };
}

function checkedDatabase(name: unknown): string {
  if (typeof name !== 'string' || !DATABASE.test(name))
    throw new InvalidOptionError('database', name, 'at most 63 letters, digits, _ or -');
  if (RESERVED.includes(name)) throw new InvalidOptionError('database', name, "one that is not the server's own");
  return name;
}

function oneOf<Word extends string>(field: string, value: Word, words: readonly Word[]): Word {
  if (!words.includes(value)) throw new InvalidOptionError(field, value, words.join(' or '));
  return value;
}

function isClient(value: unknown): value is MongodbClient {
  return (
    typeof value === 'object' &&
    value !== null &&
    ['db', 'connect', 'startSession'].every((name) => typeof Reflect.get(value, name) === 'function')
  );
}
