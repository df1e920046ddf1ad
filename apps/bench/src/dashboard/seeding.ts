// How the tables of a store are written to beside it.
import type { JobStore } from '@sched/core';
import Database from 'better-sqlite3';
import { Client } from 'pg';
import type { StoreConfig } from '../stores/backends.ts';
import type { Seeding } from './seed.ts';

/** A way to write to the tables of one store, to be closed. */
export async function seedingOf(
  name: string,
  config: StoreConfig,
  store: JobStore,
): Promise<Seeding & { readonly close: () => Promise<void> }> {
  if (name === 'SQLite') {
    const database = new Database(String(config['url']));
    return {
      ...{ store, table: 'sched_run', execute: (sql) => void database.exec(sql) },
      numbers: (count) => `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${count - 1})`,
      close: async () => {
        database.exec('ANALYZE');
        database.close();
      },
    };
  }
  const client = new Client({ connectionString: String(config['url']) });
  await client.connect();
  return {
    ...{ store, table: `${config['tablePrefix']}run` },
    execute: async (sql) => void (await client.query(sql)),
    numbers: (count) => `WITH n(i) AS (SELECT generate_series(0, ${count - 1}))`,
    close: async () => {
      await client.query('VACUUM ANALYZE');
      await client.end();
    },
  };
}
