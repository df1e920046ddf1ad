// The stores that are measured: those whose server was named in the environment, and those that need none.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobStore } from '@sched/core';

/** A store as configured: its type and its options. */
export interface StoreConfig {
  readonly type: string;
  readonly [option: string]: unknown;
}

/** A store under measurement. */
export interface Backend {
  readonly name: string;
  /** URL of its server; '' for stores without one. */
  readonly url: string;
  /** The configuration of an empty store; called anew for each measurement. */
  fresh(): StoreConfig;
  /** Makes the store of such a configuration, to be measured by itself. */
  make(config: StoreConfig): Promise<JobStore>;
}

const directory = mkdtempSync(join(tmpdir(), 'sched-bench-'));
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));

let made = 0;
/** A name that no other measurement has. */
function freshName(): string {
  return `bench_${process.pid}_${++made}_`;
}

const url = (kind: string) => process.env[`SCHED_TEST_${kind.toUpperCase()}_URL`] ?? '';

/** Every store that can be measured here. */
export function backends(): Backend[] {
  const all: Backend[] = [
    {
      name: 'SQLite',
      url: '',
      fresh: () => ({ type: 'sqlite', url: join(directory, `${freshName()}.sqlite`) }),
      make: async ({ type: _, ...options }) => new (await import('@sched/core/stores/sqlite')).SqliteStore(options),
    },
    {
      name: 'PostgreSQL',
      url: url('postgres'),
      fresh: () => ({ type: 'postgres', url: url('postgres'), tablePrefix: freshName() }),
      make: async ({ type: _, ...options }) => new (await import('@sched/core/stores/postgres')).PostgresStore(options),
    },
    {
      name: 'MariaDB',
      url: url('mysql'),
      fresh: () => ({ type: 'mysql', url: url('mysql'), tablePrefix: freshName() }),
      make: async ({ type: _, ...options }) => new (await import('@sched/core/stores/mysql')).MysqlStore(options),
    },
    {
      name: 'Redis',
      url: url('redis'),
      fresh: () => ({ type: 'redis', url: url('redis'), prefix: freshName() }),
      make: async ({ type: _, ...options }) => new (await import('@sched/core/stores/redis')).RedisStore(options),
    },
    {
      name: 'MongoDB',
      url: url('mongodb'),
      fresh: () => ({ type: 'mongodb', url: url('mongodb'), collectionPrefix: freshName() }),
      make: async ({ type: _, ...options }) => new (await import('@sched/core/stores/mongodb')).MongodbStore(options),
    },
  ];
  return all.filter(({ name, url }) => name === 'SQLite' || url !== '');
}
