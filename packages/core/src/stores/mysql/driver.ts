// What the store needs of `mysql2`, which is loaded when a store opens.
import { SchedError } from '../../errors.ts';

/** A query as `mysql2` takes it. */
export interface MysqlQuery {
  readonly sql: string;
  readonly values?: readonly unknown[];
  /** Told with each query, because a pool may have been told otherwise. */
  readonly rowsAsArray: false;
  readonly typeCast: true;
}

/** A connection of `mysql2/promise` that was taken out of a pool. */
export interface MysqlConnection {
  /** The rows, or what became of a statement that has none; and what the columns are. */
  query(query: MysqlQuery): Promise<readonly [unknown, ...unknown[]]>;
  /** Gives it back. */
  release(): void;
  /** Closes it instead. */
  destroy(): void;
}

/** A pool of connections of `mysql2/promise`; what it gives is a {@link MysqlConnection}, which the driver's types cannot say. */
export interface MysqlPool {
  getConnection(): Promise<unknown>;
  end(): Promise<void>;
}

/** Connections of one store: an operation at a time, renewals of leases beside it, and what users ask. */
const MAX_CONNECTIONS = 5;

/** How long making a connection may take, in milliseconds. */
const CONNECT_MS = 10_000;

/**
 * A pool of its own for a store.
 *
 * @throws SchedError `driver-missing` if `mysql2` is not installed.
 */
export async function makePool(url: string): Promise<MysqlPool> {
  const { createPool } = await loadDriver();
  const pool = createPool({
    uri: url,
    connectionLimit: MAX_CONNECTIONS,
    connectTimeout: CONNECT_MS,
    enableKeepAlive: true,
    charset: 'utf8mb4',
  });
  pool.pool.on('connection', prepare);
  return pool;
}

/** What each connection of our own is told when it is made: a strict mode, and no long waits for those that are stopped. */
const SETTINGS: readonly string[] = [
  "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', innodb_lock_wait_timeout = 2, wait_timeout = 60",
  // MariaDB's: a process that is stopped in a transaction must not hold its locks. MySQL has no such limit.
  '/*M! SET SESSION idle_transaction_timeout = 2 */',
];

/** A connection of the driver's callback interface: it does what it is told in order, so the settings come first. */
interface RawConnection {
  query(sql: string, done: (error: unknown) => void): unknown;
  readonly stream?: { unref?(): void };
}

function prepare(connection: RawConnection): void {
  for (const sql of SETTINGS) connection.query(sql, ignore);
}

function ignore(): void {}

interface OwnPool extends MysqlPool {
  readonly pool: { on(event: 'connection', listener: (connection: RawConnection) => void): unknown };
}

interface MysqlModule {
  readonly createPool: (config: Readonly<Record<string, unknown>>) => OwnPool;
}

async function loadDriver(): Promise<MysqlModule> {
  // Not a literal: bundlers and type checkers would look for a module that may not be there.
  const name: string = 'mysql2/promise';
  try {
    const loaded = await import(name);
    return loaded.default;
  } catch (cause) {
    throw new SchedError('driver-missing', 'the MySQL store needs mysql2: npm install mysql2', { cause });
  }
}
