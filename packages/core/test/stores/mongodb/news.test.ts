// News of what other processes change, by a change stream or, where there is none, by looking; and how often it is told.
import type { MongoClient } from 'mongodb';
import { describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/index.ts';
import type { MongodbStore } from '../../../src/stores/mongodb/index.ts';
import { newJob } from '../../../src/testing/store-contract/bench.ts';
import { serviceUrl } from '../../services.ts';
import { MongodbBench } from './mongodb-bench.ts';

const server = await serviceUrl('mongodb');
const clock = systemClock({ keepAlive: false });

/** The client of a single server, which has no change streams. */
function ofSingleServer(client: MongoClient): MongoClient {
  return new Proxy(client, {
    get(_, name) {
      const value: unknown = Reflect.get(client, name, client);
      if (name !== 'db') return typeof value === 'function' ? value.bind(client) : value;
      return (...args: Parameters<MongoClient['db']>) => {
        const db = client.db(...args);
        const command = db.command.bind(db);
        return Object.assign(db, {
          command: async (...asked: Parameters<typeof command>) => ({
            ...(await command(...asked)),
            setName: undefined,
          }),
        });
      };
    },
  });
}

describe.skipIf(server === '')('news', () => {
  const bench = new MongodbBench(server);
  const number = async () => (await bench.collection('meta').findOne({ _id: 'news' }))?.['number'] as number;

  async function open(isSingle: boolean): Promise<MongodbStore> {
    const store = bench.store(isSingle ? { client: ofSingleServer(bench.client) } : {});
    await store.open({ clock });
    return store;
  }

  async function announce(store: MongodbStore): Promise<void> {
    await store.putJobs([newJob('a', { nextFireAt: clock.now() })], 'keep');
    await store.removeJobs(['a']);
  }

  it.each([
    ['a replica set', false],
    ['a single server', true],
  ])('on %s come from others alone, for as long as somebody listens', async (_, isSingle) => {
    const [one, two] = [await open(isSingle), await open(isSingle)];
    let told = 0;
    const stop = one.subscribe(() => told++);
    await vi.waitFor(async () => {
      await announce(two);
      expect(told).toBeGreaterThan(0);
    }, 5000);
    const before = told;
    const announced = await number();
    await announce(one);
    await vi.waitFor(async () => expect(await number()).toBeGreaterThan(announced), 5000);
    // What comes after its own announcement it hears of: so it has heard that one too, and let it pass.
    await announce(two);
    await vi.waitFor(() => expect(told).toBeGreaterThan(before), 5000);
    stop();
    await one.close();
    await announce(two);
    expect(told).toBeLessThanOrEqual(before + 2);
  });

  it('are told at once, and then once for all that comes within a moment', async () => {
    const store = await bench.open();
    const before = (await number()) ?? 0;
    for (const id of ['a', 'b', 'c', 'd']) await bench.addDue(store, id);
    await vi.waitFor(async () => expect(await number()).toBe(before + 1), 5000);
    await bench.clock.advance(20);
    await vi.waitFor(async () => expect(await number()).toBe(before + 2), 5000);
    await bench.clock.advance(1000);
    expect(await number()).toBe(before + 2);
    expect(bench.clock.waiting).toBe(0);
  });

  it('are not told of what lies further ahead than anybody sleeps', async () => {
    const store = await bench.open();
    const before = await number();
    await store.putJobs([newJob('a', { nextFireAt: bench.clock.now() + store.pollMs })], 'fail');
    await bench.clock.advance(1000);
    expect(await number()).toBe(before);
  });
});
