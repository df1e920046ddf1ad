// Opening and closing: which servers and collections are refused, and with what advice; and that nothing is left behind.
import type { MongoClient } from 'mongodb';
import { describe, expect, it, vi } from 'vitest';
import { serviceUrl } from '../../services.ts';
import { MongodbBench } from './mongodb-bench.ts';

const server = await serviceUrl('mongodb');

/** The client of a server that says something else of itself. */
function saying(client: MongoClient, answers: Readonly<Record<string, object>>): MongoClient {
  const wrap = <Target extends object>(target: Target, methods: Readonly<Record<string, unknown>>): Target =>
    new Proxy(target, {
      get(_, name) {
        const value: unknown = Reflect.get(methods, name) ?? Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  return wrap(client, {
    db: (...args: Parameters<MongoClient['db']>) => {
      const db = client.db(...args);
      return wrap(db, {
        async command(command: Readonly<Record<string, unknown>>) {
          return { ...(await db.command(command)), ...answers[Object.keys(command)[0] ?? ''] };
        },
      });
    },
  });
}

describe.skipIf(server === '')('opening', () => {
  const bench = new MongodbBench(server);
  const open = (answers: Readonly<Record<string, object>>) => bench.open({ client: saying(bench.client, answers) });

  it.each([
    [
      'a server that is too old',
      { buildInfo: { version: '4.2.24', versionArray: [4, 2, 24, 0] } },
      /4\.2\.24 is too old/,
    ],
    ['a secondary', { hello: { isWritablePrimary: false, secondary: true, setName: 'rs0' } }, /\?replicaSet=/],
    ['an arbiter', { hello: { isWritablePrimary: false, arbiterOnly: true, setName: 'rs0' } }, /arbiter/],
    ['a server that only reads', { hello: { isWritablePrimary: true, readOnly: true } }, /read only/],
  ])('refuses %s', async (_, answers, message) => {
    await expect(open(answers)).rejects.toMatchObject({
      code: 'store-failure',
      message: expect.stringMatching(message),
    });
  });

  it.each(['4.4.2', '5.0.0', '10.0.1'])('takes a server of version %s', async (version) => {
    await open({ buildInfo: { version, versionArray: version.split('.').map(Number) } });
  });

  it('says that there is no server, and works when there is one', async () => {
    const store = bench.store({ url: 'mongodb://me:secret@127.0.0.1:9/jobs?serverSelectionTimeoutMS=50' });
    const opening = store.open({ clock: bench.clock });
    await expect(opening).rejects.toMatchObject({
      code: 'store-failure',
      message: expect.stringMatching(/^MongoDB: /),
    });
    await expect(opening).rejects.not.toThrow(/secret/);
    await expect(store.getJob('a')).rejects.toMatchObject({ code: 'store-failure' });
  });

  it('refuses a URL that the driver does not understand, without its password', async () => {
    const store = bench.store({ url: 'mongodb://me:secret@host/jobs?tls=perhaps' });
    const opening = store.open({ clock: bench.clock });
    await expect(opening).rejects.toMatchObject({ code: 'invalid-option', field: 'url' });
    await expect(opening).rejects.not.toThrow(/secret/);
  });

  it('leaves no connection behind, and opens again', async () => {
    const sockets = () => process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length;
    const before = sockets();
    const store = await bench.open({ url: bench.url });
    store.subscribe(() => {});
    await bench.addDue(store, 'a');
    expect(sockets()).toBeGreaterThan(before);
    await store.close();
    await vi.waitFor(() => expect(sockets()).toBeLessThanOrEqual(before));
    expect(bench.clock.waiting).toBe(0);
    await store.open({ clock: bench.clock });
    expect((await store.getJob('a'))?.id).toBe('a');
  });

  it("leaves the user's client open", async () => {
    const store = await bench.open();
    await store.close();
    expect(await bench.client.db(bench.database).command({ ping: 1 })).toMatchObject({ ok: 1 });
  });
});

describe.skipIf(server === '')('the collections', () => {
  const bench = new MongodbBench(server);
  const names = async (prefix: string) => {
    const found = await bench.client.db(bench.database).listCollections({}, { nameOnly: true }).toArray();
    return found
      .map(({ name }) => name)
      .filter((name) => name.startsWith(prefix))
      .sort();
  };

  it('are made once, whoever comes first', async () => {
    const prefix = 'once_';
    const stores = await Promise.all(Array.from({ length: 4 }, () => bench.open({ collectionPrefix: prefix })));
    expect(await names(prefix)).toEqual(['once_job', 'once_meta', 'once_run']);
    await bench.addDue(stores[0] ?? bench.store(), 'a');
    expect((await stores[3]?.getJob('a'))?.generation).toBe(1);
  });

  it('keep two schedulers apart by their prefix', async () => {
    const [a, b] = [await bench.open({ collectionPrefix: 'a_' }), await bench.open({ collectionPrefix: 'B' })];
    await bench.addDue(a, 'only in a');
    expect(await b.getJob('only in a')).toBeNull();
  });

  it('are refused when a newer version made them, unless it says that this one may go on', async () => {
    const open = () => bench.open({ collectionPrefix: 'newer_' });
    await open();
    const meta = bench.client.db(bench.database).collection<{ _id: string }>('newer_meta');
    await meta.updateOne({ _id: 'schema' }, { $set: { version: 99, compatible: 99 } });
    await expect(open()).rejects.toMatchObject({
      code: 'store-failure',
      message: expect.stringContaining('version 99'),
    });
    await meta.updateOne({ _id: 'schema' }, { $set: { compatible: 1 } });
    await open();
    expect(await meta.findOne({ _id: 'schema' })).toMatchObject({ version: 99, compatible: 1 });
  });

  it('are not made where that is not wanted, and used where they are', async () => {
    const options = { collectionPrefix: 'never_', migrate: 'never' } as const;
    await expect(bench.open(options)).rejects.toMatchObject({
      code: 'store-failure',
      message: expect.stringContaining("migrate: 'auto'"),
    });
    expect(await names('never_')).toEqual([]);
    await bench.open({ ...options, migrate: 'auto' });
    await bench.open(options);
  });

  it('get back an index that somebody has dropped', async () => {
    await bench.open();
    await bench.collection('run').dropIndex('queue');
    await bench.closeStores();
    const store = await bench.open();
    await bench.addDue(store, 'a');
    await bench.fire(store);
    expect((await bench.collection('run').indexes()).map(({ name }) => name)).toContain('queue');
  });

  it('that were dropped while the store is open are an error', async () => {
    const store = await bench.open({ collectionPrefix: 'gone_', clock: 'server' });
    await bench.client.db(bench.database).collection('gone_meta').drop();
    await expect(store.claimDue({ owner: 'a', tasks: new Set(), limit: 1, ttlMs: 1 })).rejects.toMatchObject({
      code: 'store-failure',
      message: expect.stringContaining('gone_meta'),
    });
  });
});
