// The stores that processes can share: each by its type and where it is.
import type { JobStore } from '@sched/core';

/** A store's type and its options, as in the configuration of a scheduler. */
export interface StoreAddress {
  readonly type: StoreType;
  readonly url: string;
  /** What the names of its keys begin with, where a server has no databases. */
  readonly prefix?: string;
}

/** Types of the stores that processes can share. */
export type StoreType = 'sqlite' | 'postgres' | 'mysql' | 'redis' | 'mongodb';

type MakeStore = (options: Omit<StoreAddress, 'type'>) => Promise<JobStore>;

const STORES: Readonly<Record<StoreType, MakeStore>> = {
  sqlite: async (options) => new (await import('@sched/core/stores/sqlite')).SqliteStore(options),
  postgres: async (options) => new (await import('@sched/core/stores/postgres')).PostgresStore(options),
  mysql: async (options) => new (await import('@sched/core/stores/mysql')).MysqlStore(options),
  redis: async (options) => new (await import('@sched/core/stores/redis')).RedisStore(options),
  mongodb: async (options) => new (await import('@sched/core/stores/mongodb')).MongodbStore(options),
};

/** Makes the store; it has yet to be opened. */
export function makeStore({ type, ...options }: StoreAddress): Promise<JobStore> {
  return STORES[type](options);
}
