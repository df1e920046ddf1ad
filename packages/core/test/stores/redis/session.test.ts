// The server behind the Redis store: what it has to be like, what it may have lost, and what tells of changes.
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { systemClock } from '../../../src/index.ts';
import { existing, NODE } from '../../../src/testing/store-contract/bench.ts';
import { canStart, type Server, startServer, tcpProxy } from '../../services.ts';
import { RedisBench, SLOTS, url } from './redis-bench.ts';

const bench = new RedisBench();

describe.skipIf(url === '')('keys', () => {
  it('of a newer version are refused, and left as they are', async () => {
    await bench.open();
    const raw = bench.connect();
    await raw.hset(bench.key('meta'), { schema: 99, schema_compatible: 99, server: 'another' });
    await expect(bench.open()).rejects.toMatchObject({
      code: 'store-failure',
      message: expect.stringContaining('version 99'),
    });
    expect(await raw.hgetall(bench.key('meta'))).toMatchObject({ schema: '99', server: 'another', token: '0' });
    await raw.hset(bench.key('meta'), { schema_compatible: 1 });
    await bench.addDue(await bench.open(), 'a');
  });
});

describe.skipIf(!(await canStart('redis')))('a server', () => {
  async function own(): Promise<Server> {
    const server = await startServer('redis');
    onTestFinished(() => server.stop());
    return server;
  }

  it('that may evict keys is refused, unless that was asked for', async () => {
    const server = await own();
    const raw = bench.connect(server.url);
    await raw.config('SET', 'maxmemory-policy', 'allkeys-lru');
    await bench.open({ url: server.url });
    await raw.config('SET', 'maxmemory', '100mb');
    await expect(bench.open({ url: server.url })).rejects.toMatchObject({
      code: 'store-failure',
      message: expect.stringContaining('maxmemory-policy noeviction'),
    });
    await bench.open({ url: server.url, allowEviction: true });
    await raw.config('SET', 'maxmemory-policy', 'noeviction');
    await bench.open({ url: server.url });
  });

  it('that is a replica is refused, and named with its primary', async () => {
    const server = await own();
    await bench.connect(server.url).replicaof('127.0.0.1', 1);
    await expect(bench.open({ url: server.url })).rejects.toMatchObject({
      code: 'store-failure',
      message: expect.stringContaining('127.0.0.1:1'),
    });
  });

  it('without an append-only file works, and is told of', async () => {
    const server = await own();
    const notices: string[] = [];
    await bench.open({ url: server.url }, notices);
    expect(notices).toEqual([]);
    await bench.connect(server.url).config('SET', 'appendonly', 'no');
    await bench.open({ url: server.url }, notices);
    expect(notices).toEqual([expect.stringContaining('appendonly yes')]);
  });

  it('that was started again may have lost something: it is told once, and no token is given out twice', async () => {
    const server = await own();
    const notices: string[] = [];
    const store = await bench.open({ url: server.url }, notices);
    await bench.addDue(store, 'a', 'b');
    await bench.fire(store);
    const { runs } = await store.claimRuns({ ...NODE, slots: { default: 1 }, leaseMs: 1000 });
    await server.restart();
    await vi.waitFor(() => expect(notices).toEqual([expect.stringContaining('may be lost')]), 10_000);
    await store.releaseRuns([{ runId: existing(runs[0]).id, token: existing(runs[0]).token }]);
    const again = (await store.claimRuns({ ...NODE, ...SLOTS })).runs;
    expect(again).toHaveLength(2);
    for (const run of again) expect(run.token).toBeGreaterThan(existing(runs[0]).token + 100_000);
    await store.close();
    await bench.open({ url: server.url }, notices);
    expect(notices).toHaveLength(1);
  });

  it('without a replica confirms no write that is to be on two', { timeout: 20_000 }, async () => {
    const [server, replica] = [await own(), await own()];
    const store = await bench.open({ url: server.url, durability: 'replica' });
    await expect(bench.addDue(store, 'a')).rejects.toMatchObject({
      code: 'store-failure',
      message: expect.stringContaining('no replica'),
    });
    const raw = bench.connect(server.url);
    await raw.config('SET', 'repl-diskless-sync-delay', 0);
    await bench.connect(replica.url).replicaof('127.0.0.1', server.port);
    await vi.waitFor(async () => expect(await raw.info('replication')).toContain('state=online'), 10_000);
    await bench.addDue(store, 'b');
    expect((await bench.fire(store)).map(({ ok }) => ok)).toEqual([true, true]);
  });

  it('that forgets the scripts is taught them again', async () => {
    const server = await own();
    const store = await bench.open({ url: server.url });
    await bench.connect(server.url).script('FLUSH');
    await bench.addDue(store, 'a');
    expect((await bench.fire(store))[0]?.ok).toBe(true);
  });

  it('tells of changes again after its connections were cut, and that something may have been missed', async () => {
    const server = await own();
    const proxy = await tcpProxy(server.port);
    onTestFinished(() => proxy.close());
    const clock = systemClock({ keepAlive: false });
    const store = await bench.open({ url: proxy.through(server.url) }, [], clock);
    const other = await bench.open({ url: server.url }, [], clock);
    let told = 0;
    const stop = store.subscribe(() => told++);
    let added = 0;
    const hears = async () => {
      const before = told;
      await vi.waitFor(async () => {
        await bench.addDue(other, `job-${added++}`);
        expect(told).toBeGreaterThan(before);
      }, 5000);
    };
    await hears();
    const before = told;
    proxy.cut();
    await vi.waitFor(() => expect(told).toBeGreaterThan(before), 5000);
    await hears();
    stop();
    const stopped = told;
    await bench.addDue(other, 'last');
    await bench.connect(server.url).ping();
    expect(told).toBe(stopped);
    // Its own connection, and that of whoever looks.
    await vi.waitFor(() => expect(proxy.connectionCount).toBe(1), 5000);
  });
});
