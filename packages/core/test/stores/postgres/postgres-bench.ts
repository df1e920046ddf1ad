// What the tests of the PostgreSQL store share: a database that goes away, stores that are closed, and a connection beside them.
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { PostgresStore, type PostgresStoreOptions } from '../../../src/stores/postgres/index.ts';
import type { CommitResult, JobStore } from '../../../src/stores/store.ts';
import { VirtualClock } from '../../../src/testing/index.ts';
import { commitOf, NODE, newJob } from '../../../src/testing/store-contract/bench.ts';
import { freshDatabase, freshName, serviceUrl } from '../../services.ts';

export const DUE = { ...NODE, limit: 100, ttlMs: 10_000 };
export const SLOTS = { slots: { default: 100 }, leaseMs: 60_000 };

/** URL of the server; '' where there is none. */
export const server = await serviceUrl('postgres');

/** A database for the file that uses it, tables of their own for each of its tests. */
export class PostgresBench {
  url = '';
  /** What the names of the tables begin with. */
  prefix = '';
  clock = new VirtualClock();
  #stores: JobStore[] = [];
  #connections: pg.Client[] = [];

  constructor() {
    let drop = async () => {};
    beforeAll(async () => {
      if (server === '') return;
      const database = await freshDatabase(server);
      this.url = database.url;
      drop = () => database.drop();
    });
    afterAll(() => drop());
    beforeEach(() => {
      this.prefix = `${freshName()}_`;
      this.clock = new VirtualClock();
    });
    afterEach(async () => {
      for (const store of this.#stores.splice(0)) await store.close();
      for (const connection of this.#connections.splice(0)) await connection.end();
    });
  }

  /** An open store on the tables of this test, going by the virtual clock, unless told otherwise. */
  async open(options: Partial<PostgresStoreOptions> = {}): Promise<PostgresStore> {
    const place = options.pool === undefined ? { url: this.url } : {};
    const store = new PostgresStore({ ...place, tablePrefix: this.prefix, clock: 'host', listen: false, ...options });
    this.#stores.push(store);
    await store.open({ clock: this.clock });
    return store;
  }

  /** Another connection to the database, as another program has it. */
  async connect(): Promise<pg.Client> {
    const connection = new pg.Client(this.url);
    this.#connections.push(connection);
    await connection.connect();
    return connection;
  }

  /** Runs SQL on a connection of its own, `[job]` standing for the table; answers the rows. */
  async run(sql: string, values: readonly unknown[] = []): Promise<Record<string, unknown>[]> {
    const connection = await this.connect();
    return (await connection.query(this.named(sql), [...values])).rows;
  }

  named(sql: string): string {
    return sql.replaceAll(/\[(\w+)\]/g, `"${this.prefix}$1"`);
  }

  /** Adds jobs that are due. */
  async addDue(store: JobStore, ...ids: string[]): Promise<void> {
    await store.putJobs(
      ids.map((id) => newJob(id, { nextFireAt: this.clock.now() })),
      'fail',
    );
  }

  /** Records the fires of what is due. */
  async fire(store: JobStore): Promise<CommitResult[]> {
    const { jobs } = await store.claimDue(DUE);
    return store.commitFires(jobs.map((job) => commitOf(job)));
  }
}
