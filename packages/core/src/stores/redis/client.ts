// What the store needs of a client of ioredis, and how it makes its own.
import { SchedError } from '../../errors.ts';

/** A client of ioredis 5 or 6, `Redis` or `Cluster`: the little that the store calls of it. */
export interface RedisClient {
  readonly status: string;
  readonly isCluster?: boolean;
  readonly options?: { readonly keyPrefix?: unknown };
  call(command: string, args: (string | number | Buffer)[]): Promise<unknown>;
  connect(): Promise<unknown>;
  disconnect(reconnect?: boolean): void;
  // biome-ignore lint/suspicious/noExplicitAny: Redis and Cluster take different arguments, and none is given.
  duplicate(...options: any[]): unknown;
  // biome-ignore lint/suspicious/noExplicitAny: the signature of every event emitter.
  on(event: string, listener: (...values: any[]) => void): unknown;
  // biome-ignore lint/suspicious/noExplicitAny: the signature of every event emitter.
  off(event: string, listener: (...values: any[]) => void): unknown;
}

/** How long an answer may take: a connection whose other end is gone must not hold the engine for ever. */
export const TIME_LIMIT_MS = 10_000;

/** After how much silence the system asks the other end whether it is there, in milliseconds. */
const KEEP_ALIVE_MS = 30_000;

/** How long to wait before the n-th try to connect again, in milliseconds, before chance shortens it. */
const RECONNECT_MS = { first: 50, longest: 2000 } as const;

/**
 * A client for a URL, not yet connected. What waits for an answer when the connection breaks fails at once: whether to try
 * again is decided by whoever knows what was asked.
 *
 * @throws SchedError `driver-missing` if ioredis is not installed.
 */
export async function ownClient(url: string, random: () => number): Promise<RedisClient> {
  const Redis = await loadDriver();
  const client = new Redis(url, {
    lazyConnect: true,
    maxRetriesPerRequest: 0,
    // By the driver's timers, which also hold the process for as long as an answer is awaited.
    commandTimeout: TIME_LIMIT_MS,
    connectionName: 'sched',
    keepAlive: KEEP_ALIVE_MS,
    retryStrategy: (times: number) =>
      Math.min(RECONNECT_MS.first * 2 ** Math.min(times - 1, 10), RECONNECT_MS.longest) * (0.5 + random() / 2),
    // A primary that has become a replica: its name may lead to the new primary by the next connection.
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
  });
  letProcessEnd(client);
  return client;
}

/** Whether the client gave up waiting for an answer. */
export function isTimeout(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.message === 'Command timed out';
}

/** Without a listener, ioredis writes errors to the console. */
export function ignoreErrors(client: RedisClient): void {
  client.on('error', () => undefined);
}

/** Neither its connection nor its wait for the next one keeps the process alive. */
export function letProcessEnd(client: RedisClient): void {
  // Not part of the published types; where they are missing, the process lives until the store is closed.
  const handles: { readonly stream?: Unrefable; readonly reconnectTimeout?: Unrefable } = client as object;
  client.on('connect', () => handles.stream?.unref?.());
  client.on('reconnecting', () => handles.reconnectTimeout?.unref?.());
}

type Unrefable = { unref?(): unknown } | null;
type RedisConstructor = new (url: string, options: object) => RedisClient;

async function loadDriver(): Promise<RedisConstructor> {
  // Not a literal: bundlers and type checkers would look for a module that may not be there.
  const name: string = 'ioredis';
  try {
    const { Redis } = await import(name);
    return Redis;
  } catch (cause) {
    throw new SchedError('driver-missing', 'the Redis store needs ioredis: npm install ioredis', { cause });
  }
}
