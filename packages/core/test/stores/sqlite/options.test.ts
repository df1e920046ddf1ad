// The options of the SQLite store, and where its tables come to lie.
import { existsSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SqliteStore, type SqliteStoreOptions } from '../../../src/stores/sqlite/index.ts';
import { SqliteBench } from './sqlite-bench.ts';

const bench = new SqliteBench();

describe('options', () => {
  it.each([
    ['no place at all', {}, 'url'],
    ['an unknown option', { url: 'x', file: 'y' }, 'file'],
    ['another kind of database', { url: 'postgres://host/db' }, 'url'],
    ['a file that SQLite would cut short', { url: 'a\0b' }, 'url'],
    ['url and database', { url: 'x', database: { prepare() {}, exec() {}, close() {} } }, 'url'],
    ['something that is no database', { database: {} }, 'database'],
    ['an unknown driver', { url: 'x', driver: 'sqlite3' }, 'driver'],
    ['an unknown durability', { url: 'x', synchronous: 'off' }, 'synchronous'],
    ['SQL in the prefix', { url: 'x', tablePrefix: 'x"; DROP TABLE job; --' }, 'tablePrefix'],
    ['an empty prefix', { url: 'x', tablePrefix: '' }, 'tablePrefix'],
    ['a prefix beyond 40 characters', { url: 'x', tablePrefix: 'a'.repeat(41) }, 'tablePrefix'],
    ['no pause between polls', { url: 'x', pollInterval: 0 }, 'pollInterval'],
  ])('refuses %s', (_, options, field) => {
    expect(() => new SqliteStore(options as SqliteStoreOptions)).toThrow(
      expect.objectContaining({ code: 'invalid-option', field }),
    );
  });

  it('takes the poll interval in seconds', () => {
    expect(new SqliteStore({ url: ':memory:', pollInterval: 0.5 }).pollMs).toBe(500);
    expect(new SqliteStore({ url: ':memory:' }).pollMs).toBe(1000);
  });

  it('makes the directory of the file', async () => {
    const url = join(bench.directory, 'deep', 'er', 'jobs.sqlite');
    await bench.open({ url: `sqlite:///${url}` });
    expect(existsSync(url)).toBe(true);
  });

  it('keeps nothing on disk in memory', async () => {
    const store = await bench.open({ url: 'sqlite://' });
    await bench.addDue(store, 'a');
    expect((await store.getJob('a'))?.id).toBe('a');
  });

  it('says what is wrong with a file that cannot be a database', async () => {
    const store = new SqliteStore({ url: bench.directory });
    await expect(store.open({ clock: bench.clock })).rejects.toMatchObject({
      code: 'store-failure',
      message: expect.stringContaining(bench.directory),
    });
  });

  it.skipIf(isBuiltin('node:sqlite'))('says how to get a driver that is missing', async () => {
    const store = new SqliteStore({ url: ':memory:', driver: 'node:sqlite' });
    await expect(store.open({ clock: bench.clock })).rejects.toMatchObject({
      code: 'driver-missing',
      message: expect.stringContaining('22.13'),
    });
  });

  it('works on a database of the user, and leaves it open', async () => {
    const database = bench.connect();
    const store = await bench.open({ database });
    await bench.addDue(store, 'a');
    await store.close();
    expect(database.open).toBe(true);
    expect(database.prepare('SELECT count(*) AS n FROM sched_job').get()).toEqual({ n: 1 });
  });

  it('keeps two schedulers apart by their prefix', async () => {
    const [a, b] = [await bench.open({ tablePrefix: 'a_' }), await bench.open({ tablePrefix: 'Order' })];
    await bench.addDue(a, 'only in a');
    expect(await b.getJob('only in a')).toBeNull();
    const tables = bench
      .connect()
      .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE '%job'")
      .all();
    expect(tables).toEqual([{ name: 'a_job' }, { name: 'Orderjob' }]);
  });
});
