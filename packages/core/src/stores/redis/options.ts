// The options of the Redis store, checked at the door.
import { InvalidOptionError } from '../../errors.ts';
import { type DurationInput, toDurationMs } from '../../time/duration.ts';
import type { RedisClient } from './client.ts';

/** Options of `RedisStore`: `url` or `client` says where the keys are. */
export interface RedisStoreOptions {
  /**
   * The server: `redis://[user:password@]host[:port][/database]`, `rediss://…` for TLS.
   *
   * @default 'redis://localhost:6379'
   */
  readonly url?: string;
  /**
   * A client of ioredis, `Redis` or `Cluster`, with the settings you gave it but no `keyPrefix`. It stays yours to close;
   * the store adds to it one connection of its own, a duplicate, to be told of changes.
   */
  readonly client?: RedisClient;
  /**
   * What the names of the keys begin with, in braces, so that a cluster keeps all of them on one node: a letter, digit or
   * `_`, then at most 39 of these, `:`, `.` or `-`.
   *
   * @default 'sched'
   */
  readonly prefix?: string;
  /** How long a scheduler may sleep before it looks again, in seconds: what bounds the delay when a notification is lost. @default 5 */
  readonly pollInterval?: DurationInput;
  /**
   * When a write counts as done: when the primary has it, or when at least one replica has it as well. Under `replica` a
   * write that no replica confirms within 500 ms is an error, though the primary keeps it.
   *
   * @default 'primary'
   */
  readonly durability?: 'primary' | 'replica';
  /** Work on a server that may evict keys when its memory is full: it will lose jobs without a word. @default false */
  readonly allowEviction?: boolean;
  /** Whose clock says what is due: the server's, or the host's (that of the scheduler, so that tests can have a virtual one). @default 'server' */
  readonly clock?: 'server' | 'host';
}

/** The options with every default filled in. */
export interface RedisSettings {
  /** Null where a client was handed in. */
  readonly url: string | null;
  readonly client: RedisClient | null;
  readonly prefix: string;
  readonly pollMs: number;
  readonly durability: 'primary' | 'replica';
  readonly allowEviction: boolean;
  readonly clock: 'server' | 'host';
}

const OPTION_NAMES: readonly string[] = [
  'url',
  'client',
  'prefix',
  'pollInterval',
  'durability',
  'allowEviction',
  'clock',
] satisfies readonly (keyof RedisStoreOptions)[];

/** What other libraries call it, and where it belongs here. Some of these are secrets: their values are never shown. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  host: 'url',
  port: 'url',
  db: 'url',
  username: 'url',
  password: 'url',
  jobs_key: 'prefix',
  run_times_key: 'prefix',
  jobsKey: 'prefix',
  runTimesKey: 'prefix',
  keyPrefix: 'prefix',
  connection: 'client',
};

const DURABILITY: readonly unknown[] = ['primary', 'replica'];
const CLOCKS: readonly unknown[] = ['server', 'host'];
const PREFIX = /^[A-Za-z0-9_][A-Za-z0-9_:.-]{0,39}$/;
const MIN_POLL_MS = 10;
const DEFAULT_URL = 'redis://localhost:6379';
const NOT_SHOWN = '(not shown)';

/** @throws InvalidOptionError naming the option that is unknown or wrong. */
export function redisSettings(options: RedisStoreOptions): RedisSettings {
  checkNames(options);
  const { url, client, prefix = 'sched', pollInterval = 5 } = options;
  const { durability = 'primary', allowEviction = false, clock = 'server' } = options;
  if (client !== undefined && url !== undefined)
    throw new InvalidOptionError('url', NOT_SHOWN, 'no url beside a client');
  if (typeof prefix !== 'string' || !PREFIX.test(prefix)) {
    throw new InvalidOptionError(
      'prefix',
      prefix,
      'a letter, digit or _, then at most 39 letters, digits, _, :, . or -',
    );
  }
  if (!DURABILITY.includes(durability)) throw new InvalidOptionError('durability', durability, DURABILITY.join(' or '));
  if (!CLOCKS.includes(clock)) throw new InvalidOptionError('clock', clock, CLOCKS.join(' or '));
  if (typeof allowEviction !== 'boolean') throw new InvalidOptionError('allowEviction', allowEviction, 'true or false');
  return {
    url: client === undefined ? checkedUrl(url ?? DEFAULT_URL) : null,
    client: client === undefined ? null : checkedClient(client, durability),
    prefix,
    pollMs: toDurationMs(pollInterval, 'pollInterval', MIN_POLL_MS),
    durability,
    allowEviction,
    clock,
  };
}

function checkNames(options: RedisStoreOptions): void {
  for (const [name, value] of Object.entries(options)) {
    if (OPTION_NAMES.includes(name)) continue;
    const ours = Object.hasOwn(ELSEWHERE, name) ? ELSEWHERE[name] : undefined;
    if (ours !== undefined) throw new InvalidOptionError(name, NOT_SHOWN, `it as part of the option ${ours}`);
    throw new InvalidOptionError(name, value, `one of the options ${OPTION_NAMES.join(', ')}`);
  }
}

/** The URL; what is wrong with one is told without what may be a password in it. */
function checkedUrl(url: unknown): string {
  const expected = 'a URL such as redis://localhost:6379/0 or rediss://user:password@host:6380';
  if (typeof url !== 'string') throw new InvalidOptionError('url', url, expected);
  const parsed = URL.canParse(url) ? new URL(url) : null;
  const isOurs = parsed?.protocol === 'redis:' || parsed?.protocol === 'rediss:';
  if (!isOurs || parsed.hostname === '' || !/^\/?\d*$/.test(parsed.pathname)) {
    throw new InvalidOptionError('url', url.includes('@') ? NOT_SHOWN : url, expected);
  }
  return url;
}

function checkedClient(client: unknown, durability: unknown): RedisClient {
  if (!isClient(client)) throw new InvalidOptionError('client', NOT_SHOWN, 'a client of ioredis, Redis or Cluster');
  const keyPrefix = client.options?.keyPrefix;
  if (keyPrefix)
    throw new InvalidOptionError('client', keyPrefix, 'a client without keyPrefix; the option prefix does that');
  // WAIT asks about what was written through the same connection: a cluster client has several.
  if (client.isCluster === true && durability === 'replica')
    throw new InvalidOptionError('durability', durability, 'primary with a client of a cluster');
  return client;
}

function isClient(value: unknown): value is RedisClient {
  return (
    typeof value === 'object' &&
    value !== null &&
    ['call', 'duplicate', 'on', 'off'].every((name) => typeof Reflect.get(value, name) === 'function')
  );
}
