// What the tests of the Redis store share: keys that nobody else has, stores that are closed, and another connection.
import { Redis } from 'ioredis';
import { afterEach, beforeEach } from 'vitest';
import type { Clock } from '../../../src/clock.ts';
import { RedisStore, type RedisStoreOptions } from '../../../src/stores/redis/index.ts';
import type { CommitResult } from '../../../src/stores/store.ts';
import { VirtualClock } from '../../../src/testing/index.ts';
import { commitOf, NODE, newJob } from '../../../src/testing/store-contract/bench.ts';
import { freshName, serviceUrl } from '../../services.ts';

export const DUE = { ...NODE, limit: 1000, ttlMs: 10_000 };
export const SLOTS = { slots: { default: 1000 }, leaseMs: 60_000 };

/** The server that all tests share, or an empty text where there is none. */
export const url = await serviceUrl('redis');

/** Made anew for each test of the file that uses it. */
export class RedisBench {
  prefix = '';
  clock = new VirtualClock();
  #stores: RedisStore[] = [];
  #clients: Redis[] = [];

  constructor() {
    beforeEach(() => {
      this.prefix = freshName();
      this.clock = new VirtualClock();
    });
    afterEach(async () => {
      for (const store of this.#stores.splice(0)) await store.close();
      for (const client of this.#clients.splice(0)) client.disconnect();
    });
  }

  /** An open store on the keys of this test, unless told otherwise; notices go to `notices`. */
  async open(options: RedisStoreOptions = {}, notices: string[] = [], clock: Clock = this.clock): Promise<RedisStore> {
    const where = options.client === undefined ? { url } : {};
    const store = new RedisStore({ ...where, prefix: this.prefix, clock: 'host', ...options });
    this.#stores.push(store);
    await store.open({ clock, onNotice: (notice) => notices.push(notice) });
    return store;
  }

  /** Another connection to the server, as another program has it. */
  connect(at = url, options: object = {}): Redis {
    const client = new Redis(at, options);
    client.on('error', () => undefined);
    this.#clients.push(client);
    return client;
  }

  /** The name of a key of the store. */
  key(name: string): string {
    return `{${this.prefix}}:${name}`;
  }

  /** Adds jobs that are due. */
  async addDue(store: RedisStore, ...ids: string[]): Promise<void> {
    await store.putJobs(
      ids.map((id) => newJob(id, { nextFireAt: this.clock.now() })),
      'fail',
    );
  }

  /** Records the fires of what is due. */
  async fire(store: RedisStore): Promise<CommitResult[]> {
    const { jobs } = await store.claimDue(DUE);
    return store.commitFires(jobs.map((job) => commitOf(job)));
  }
}
