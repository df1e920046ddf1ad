// The driver of MongoDB: loaded when a store opens, asked for what the store needs and nothing weaker.
import type { Db, DbOptions, MongoClient, ReadConcern } from 'mongodb';
import { InvalidOptionError, SchedError, toError } from '../../errors.ts';
import type { MongodbSettings } from './options.ts';

/** A client of the `mongodb` package, of any version that the store works with. */
export interface MongodbClient {
  db(name?: string, options?: object): unknown;
  connect(): Promise<unknown>;
  startSession(): unknown;
}

/** A connection to a database, and how to end it. */
export interface OpenDatabase {
  readonly db: Db;
  close(): Promise<void>;
}

/** How long the driver looks for a primary, and waits for a connection and for an answer, in milliseconds: where the URL says nothing else. */
const TIME_LIMITS = { serverSelectionTimeoutMS: 5_000, connectTimeoutMS: 5_000, socketTimeoutMS: 20_000 } as const;

/** Safe against failover: what was acknowledged stays. And numbers as plain numbers, whatever a client's own settings are. */
const DATABASE_OPTIONS = {
  readPreference: 'primary',
  readConcern: { level: 'majority' } as ReadConcern,
  writeConcern: { w: 'majority', journal: true, wtimeoutMS: 10_000 },
  promoteValues: true,
  promoteLongs: true,
  useBigInt64: false,
  ignoreUndefined: false,
} satisfies DbOptions;

/**
 * The database, through the client that was handed in or one of our own.
 *
 * @throws SchedError `driver-missing` if the package is not installed.
 */
export async function connectTo({ url, client, database }: MongodbSettings): Promise<OpenDatabase> {
  if (client !== null) return { db: client.db(database, DATABASE_OPTIONS) as Db, close: async () => {} };
  const own = await ownClient(url ?? '');
  // Without a listener an error that nobody waits for would end the process.
  own.on('error', () => {});
  return { db: own.db(database, DATABASE_OPTIONS), close: () => own.close() };
}

async function ownClient(url: string): Promise<MongoClient> {
  const { MongoClient } = await loadDriver();
  const said = new URLSearchParams(url.split('?')[1]?.toLowerCase());
  const limits = Object.entries(TIME_LIMITS).filter(([name]) => !said.has(name.toLowerCase()));
  try {
    return new MongoClient(url, { appName: 'sched', ...Object.fromEntries(limits) });
  } catch (thrown) {
    // Not even as the cause: the driver quotes the URL, and there may be a password in it.
    const reason = toError(thrown).message.replaceAll(url, '(not shown)');
    throw new InvalidOptionError('url', '(not shown)', `a URL that the driver understands (${reason})`);
  }
}

async function loadDriver(): Promise<typeof import('mongodb')> {
  // Not a literal: bundlers and type checkers would look for a module that may not be there.
  const name: string = 'mongodb';
  try {
    return await import(name);
  } catch (cause) {
    throw new SchedError('driver-missing', 'the MongoDB store needs its driver: npm install mongodb', { cause });
  }
}
