// What the tests of the SQLite store share: a directory that goes away, stores that are closed, and another connection.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach } from 'vitest';
import { SqliteStore, type SqliteStoreOptions } from '../../../src/stores/sqlite/index.ts';
import type { CommitResult } from '../../../src/stores/store.ts';
import { VirtualClock } from '../../../src/testing/index.ts';
import { commitOf, NODE, newJob } from '../../../src/testing/store-contract/bench.ts';

export const DUE = { ...NODE, limit: 100, ttlMs: 10_000 };
export const SLOTS = { slots: { default: 100 }, leaseMs: 60_000 };

/** Made anew for each test of the file that uses it. */
export class SqliteBench {
  directory = '';
  clock = new VirtualClock();
  #stores: SqliteStore[] = [];
  #connections: Database.Database[] = [];

  constructor() {
    beforeEach(() => {
      this.directory = mkdtempSync(join(tmpdir(), 'sched-sqlite-'));
      this.clock = new VirtualClock();
    });
    afterEach(async () => {
      for (const store of this.#stores.splice(0)) await store.close();
      for (const connection of this.#connections.splice(0)) connection.close();
      rmSync(this.directory, { recursive: true, force: true });
    });
  }

  get file(): string {
    return join(this.directory, 'jobs.sqlite');
  }

  /** An open store, on the file unless told otherwise. */
  async open(options: Partial<SqliteStoreOptions> = {}): Promise<SqliteStore> {
    const store = new SqliteStore(options.database === undefined ? { url: this.file, ...options } : options);
    this.#stores.push(store);
    await store.open({ clock: this.clock });
    return store;
  }

  /** Another connection to the same file, as another program has it. */
  connect(): Database.Database {
    const connection = new Database(this.file, { timeout: 0 });
    this.#connections.push(connection);
    return connection;
  }

  /** Adds jobs that are due. */
  async addDue(store: SqliteStore, ...ids: string[]): Promise<void> {
    await store.putJobs(
      ids.map((id) => newJob(id, { nextFireAt: this.clock.now() })),
      'fail',
    );
  }

  /** Records the fires of what is due. */
  async fire(store: SqliteStore): Promise<CommitResult[]> {
    const { jobs } = await store.claimDue(DUE);
    return store.commitFires(jobs.map((job) => commitOf(job)));
  }
}
