// What the store needs of `pg`, which is loaded when a store opens.
import { SchedError } from '../../errors.ts';
import type { Row } from '../rows/row.ts';

/** A query as `pg` takes it. */
export interface PgQuery {
  readonly text: string;
  readonly values?: readonly unknown[];
  /** Under which the statement is prepared, at its first use on a connection. */
  readonly name?: string;
  readonly types?: { getTypeParser(oid: number): (text: string) => unknown };
}

/** What another connection has told. */
export interface PgNotification {
  readonly channel: string;
  readonly payload?: string | undefined;
}

/** A connection of `pg` that was taken out of a pool; what it answers is a {@link PgResult}, which depends on the query. */
export interface PgClient {
  query(query: PgQuery): Promise<unknown>;
  /** Lets the process end although it is open. */
  unref?(): void;
  /** Gives it back; with `true` it is closed instead. */
  release(destroy?: boolean): void;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'end', listener: () => void): unknown;
  on(event: 'notification', listener: (notification: PgNotification) => void): unknown;
  removeListener(event: 'error', listener: (error: Error) => void): unknown;
  removeListener(event: 'end', listener: () => void): unknown;
  removeListener(event: 'notification', listener: (notification: PgNotification) => void): unknown;
}

/** A pool of connections of `pg`. */
export interface PgPool {
  connect(): Promise<PgClient>;
  end(): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  removeListener(event: 'error', listener: (error: Error) => void): unknown;
  readonly totalCount: number;
  readonly options?: { readonly max?: number | undefined };
}

/** What a query answers; several in one text answer a list of these. */
export interface PgResult {
  readonly rows: readonly Row[];
}

/** Connections of one store: an operation at a time, renewals of leases beside it, and what users ask. */
const MAX_CONNECTIONS = 5;

/** How long making a connection may take, in milliseconds. */
const CONNECT_MS = 10_000;

/**
 * A pool of its own for a store.
 *
 * @throws SchedError `driver-missing` if `pg` is not installed.
 */
export async function makePool(url: string): Promise<PgPool> {
  const { Pool } = await loadDriver();
  return new Pool({
    connectionString: url,
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
    // Whether the process goes on is the scheduler's to say: a connection that nobody uses does not hold it.
    allowExitOnIdle: true,
    application_name: 'sched',
  });
}

interface PgModule {
  readonly Pool: new (config: Readonly<Record<string, unknown>>) => PgPool;
}

async function loadDriver(): Promise<PgModule> {
  // Not a literal: bundlers and type checkers would look for a module that may not be there.
  const name: string = 'pg';
  try {
    const loaded = await import(name);
    return loaded.default;
  } catch (cause) {
    throw new SchedError('driver-missing', 'the PostgreSQL store needs pg: npm install pg', { cause });
  }
}
