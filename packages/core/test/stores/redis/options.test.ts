// The options of the Redis store, and whose client it works with.
import { Cluster, Redis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { RedisStore, type RedisStoreOptions } from '../../../src/stores/redis/index.ts';
import { RedisBench, url } from './redis-bench.ts';

const bench = new RedisBench();

function clientOf(options: object): Redis {
  const client = new Redis({ lazyConnect: true, ...options });
  onTestFinished(() => client.disconnect());
  return client;
}

describe('options', () => {
  it.each([
    ['an unknown option', { file: 'x' }, 'file'],
    ['another kind of server', { url: 'postgres://host/db' }, 'url'],
    ['a URL without a host', { url: 'redis://' }, 'url'],
    ['a database that is no number', { url: 'redis://host/jobs' }, 'url'],
    ['something that is no client', { client: {} }, 'client'],
    ['an empty prefix', { prefix: '' }, 'prefix'],
    ['braces in the prefix', { prefix: '{a}' }, 'prefix'],
    ['quotes in the prefix', { prefix: "a';b" }, 'prefix'],
    ['a prefix beyond 40 characters', { prefix: 'a'.repeat(41) }, 'prefix'],
    ['an unknown durability', { durability: 'all' }, 'durability'],
    ['an unknown clock', { clock: 'mine' }, 'clock'],
    ['eviction that is no yes or no', { allowEviction: 'yes' }, 'allowEviction'],
    ['no pause between polls', { pollInterval: 0 }, 'pollInterval'],
  ])('refuses %s', (_, options, field) => {
    expect(() => new RedisStore(options as unknown as RedisStoreOptions)).toThrow(
      expect.objectContaining({ code: 'invalid-option', field }),
    );
  });

  it('refuses a client beside a url, with a prefix of its own, or of a cluster that is to wait for replicas', () => {
    const refused = (options: RedisStoreOptions, field: string) =>
      expect(() => new RedisStore(options)).toThrow(expect.objectContaining({ code: 'invalid-option', field }));
    refused({ url: 'redis://localhost', client: clientOf({}) }, 'url');
    refused({ client: clientOf({ keyPrefix: 'app:' }) }, 'client');
    const cluster = new Cluster([], { lazyConnect: true });
    refused({ client: cluster, durability: 'replica' }, 'durability');
  });

  it.each([
    ['host', 'url'],
    ['password', 'url'],
    ['jobs_key', 'prefix'],
  ])('says where %s belongs, and never shows it', (name, ours) => {
    const make = () => new RedisStore({ [name]: 's3cret' } as RedisStoreOptions);
    expect(make).toThrow(`option ${ours}`);
    expect(make).not.toThrow('s3cret');
  });

  it('keeps passwords out of messages', async () => {
    expect(() => new RedisStore({ url: 'http://me:s3cret@host' })).not.toThrow('s3cret');
    const store = new RedisStore({ url: 'redis://me:s3cret@127.0.0.1:1' });
    const refused = store.open({ clock: bench.clock });
    await expect(refused).rejects.toMatchObject({
      code: 'store-failure',
      message: expect.stringMatching(/ECONNREFUSED/),
    });
    await expect(refused).rejects.not.toThrow('s3cret');
  });

  it('takes the poll interval in seconds', () => {
    expect(new RedisStore({ pollInterval: 0.5 }).pollMs).toBe(500);
    expect(new RedisStore().pollMs).toBe(5000);
  });
});

describe.skipIf(url === '')('on a server', () => {
  it('works on a client of the user, and leaves it open', async () => {
    const client = bench.connect();
    const store = await bench.open({ client });
    await bench.addDue(store, 'a');
    expect((await bench.fire(store))[0]?.ok).toBe(true);
    await store.close();
    expect(await client.exists(bench.key('job:a'))).toBe(1);
    expect(client.listenerCount('ready')).toBe(0);
  });

  it('gives up on a client that never answers', async () => {
    const client = bench.connect();
    const store = await bench.open({ client });
    Object.assign(client, { call: () => new Promise(() => undefined) });
    const asked = expect(store.getJob('a')).rejects.toMatchObject({ message: expect.stringContaining('10 s') });
    await bench.clock.advance(10_000);
    await asked;
  });

  it('keeps two schedulers apart by their prefix, with all keys of one in one slot of a cluster', async () => {
    const store = await bench.open();
    const other = await bench.open({ prefix: `${bench.prefix}2` });
    await bench.addDue(store, 'a');
    await bench.fire(store);
    expect(await other.getJob('a')).toBeNull();
    const keys = await bench.connect().keys(`*${bench.prefix}*`);
    expect(keys.length).toBeGreaterThan(5);
    expect(keys.filter((key) => !/^\{[^{}]+\}:/.test(key))).toEqual([]);
  });

  it('goes by the clock of the server, unless told otherwise', async () => {
    const store = await bench.open({ clock: 'server' });
    const { now } = await store.nextWake({ owner: 'a', tasks: new Set() });
    expect(Math.abs(now - Date.now())).toBeLessThan(60_000);
    await store.putJobs([], 'fail');
    const { now: claimedAt } = await store.claimDue({ owner: 'a', tasks: new Set(), limit: 1, ttlMs: 1 });
    expect(claimedAt).toBeGreaterThanOrEqual(now);
  });
});
