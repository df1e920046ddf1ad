// What the tests of the MongoDB store share: a database that goes away, stores that are closed, and a look past the store.
import { type Collection, type Document, MongoClient } from 'mongodb';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { MongodbStore, type MongodbStoreOptions } from '../../../src/stores/mongodb/index.ts';
import type { CommitResult } from '../../../src/stores/store.ts';
import { VirtualClock } from '../../../src/testing/index.ts';
import { commitOf, NODE, newJob } from '../../../src/testing/store-contract/bench.ts';
import { freshName } from '../../services.ts';

export const DUE = { ...NODE, limit: 100, ttlMs: 10_000 };
export const SLOTS = { slots: { default: 100 }, leaseMs: 60_000 };

type Stored = Document & { _id: string };

/** The collections of the store are made once for a file, and emptied after each test. Its clock is the host's, unless told otherwise. */
export class MongodbBench {
  clock = new VirtualClock();
  readonly database = freshName();
  readonly #url: string;
  readonly #stores: MongodbStore[] = [];
  #client: MongoClient | null = null;

  constructor(url: string) {
    this.#url = url;
    beforeAll(async () => {
      this.#client = await new MongoClient(url).connect();
    });
    afterEach(async () => {
      await this.closeStores();
      await this.clear();
      this.clock = new VirtualClock();
    });
    afterAll(async () => {
      await this.client.db(this.database).dropDatabase();
      await this.client.close();
    });
  }

  /** A client of the user's, as it were; it reads and writes as the store does. */
  get client(): MongoClient {
    if (this.#client === null) throw new Error('no client yet');
    return this.#client;
  }

  get url(): string {
    const url = new URL(this.#url);
    url.pathname = `/${this.database}`;
    return url.href;
  }

  collection(name: string): Collection<Stored> {
    const concerns = { writeConcern: { w: 'majority' } } as const;
    return this.client.db(this.database, concerns).collection(`sched_${name}`);
  }

  /** A store that is closed after the test, not yet open. */
  store(options: Partial<MongodbStoreOptions> = {}): MongodbStore {
    const place = options.url === undefined && options.client === undefined ? { client: this.client } : {};
    const store = new MongodbStore({ ...place, database: this.database, clock: 'host', ...options });
    this.#stores.push(store);
    return store;
  }

  async open(options: Partial<MongodbStoreOptions> = {}): Promise<MongodbStore> {
    const store = this.store(options);
    await store.open({ clock: this.clock });
    return store;
  }

  async closeStores(): Promise<void> {
    for (const store of this.#stores.splice(0)) await store.close();
  }

  /** Leaves the collections empty; the counters go on. */
  async clear(): Promise<void> {
    await Promise.all(['job', 'run'].map((name) => this.collection(name).deleteMany({})));
    await this.collection('meta').deleteMany({ _id: /^(batch|process):/ });
  }

  /** Adds jobs that are due. */
  async addDue(store: MongodbStore, ...ids: string[]): Promise<void> {
    await store.putJobs(
      ids.map((id) => newJob(id, { nextFireAt: this.clock.now() })),
      'fail',
    );
  }

  /** Records the fires of what is due. */
  async fire(store: MongodbStore): Promise<CommitResult[]> {
    const { jobs } = await store.claimDue(DUE);
    return store.commitFires(jobs.map((job) => commitOf(job)));
  }
}
