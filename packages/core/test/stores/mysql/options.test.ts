// The options of the MySQL store, the connections it makes of them, and its tables.
import mysqlCallbacks from 'mysql2';
import mysql from 'mysql2/promise';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MysqlStore, type MysqlStoreOptions, mysqlSchema } from '../../../src/stores/mysql/index.ts';
import { mysqlSettings } from '../../../src/stores/mysql/options.ts';
import { MysqlBench, server } from './mysql-bench.ts';

const URL = 'mysql://somebody:secret@localhost/jobs';

describe('options', () => {
  it.each([
    ['no place at all', {}, 'url'],
    ['an unknown option', { url: URL, host: 'localhost' }, 'host'],
    ['another kind of database', { url: 'postgres://host/db' }, 'url'],
    ['a port that is none', { url: 'mysql://somebody:secret@host:port/jobs' }, 'url'],
    ['url and pool', { url: URL, pool: { getConnection() {} } }, 'url'],
    ['something that is no pool', { pool: { query() {} } }, 'pool'],
    ['SQL in the prefix', { url: URL, tablePrefix: 'x`; DROP TABLE job; --' }, 'tablePrefix'],
    ['SQL in the database', { url: URL, database: 'x`' }, 'database'],
    ['a prefix beyond 40 characters', { url: URL, tablePrefix: 'a'.repeat(41) }, 'tablePrefix'],
    ['no pause between polls', { url: URL, pollInterval: 0 }, 'pollInterval'],
    ['an unknown clock', { url: URL, clock: 'sundial' }, 'clock'],
    ['an unknown way to migrate', { url: URL, migrate: 'perhaps' }, 'migrate'],
  ])('refuses %s', (_, options, field) => {
    const make = () => new MysqlStore(options as MysqlStoreOptions);
    expect(make).toThrow(expect.objectContaining({ code: 'invalid-option', field }));
    expect(make).not.toThrow(/secret/);
  });

  it.each(['mysql', 'mariadb', 'mysql+pymysql', 'MariaDB+mariadbconnector'])('takes a URL of %s', (scheme) => {
    expect(mysqlSettings({ url: `${scheme}://me@host:1234/jobs` }).url).toBe('mysql://me@host:1234/jobs');
  });

  it('prints the schema for other names, and refuses those that are none', () => {
    expect(mysqlSchema({ database: 'mine', tablePrefix: 'x_' })).toContain('`mine`.`x_job`');
    expect(() => mysqlSchema({ database: 'a`b' })).toThrow(expect.objectContaining({ field: 'database' }));
  });
});

describe.skipIf(server === '')('connections and tables', () => {
  const bench = new MysqlBench();

  it('says what is wrong without the password', async () => {
    const wrong = bench.url.replace(/\/\/[^@/]*@?/, '//somebody:secret@').replace(/\/\w+$/, '/no_such_database');
    const opening = new MysqlStore({ url: wrong }).open({ clock: bench.clock });
    const error = await opening.catch((thrown: unknown) => thrown as Error);
    expect(error).toMatchObject({ code: 'store-failure', message: expect.stringMatching(/^MySQL: /) });
    expect(JSON.stringify([String(error), error])).not.toContain('secret');
  });

  it('works on a pool of the user, with one connection, and leaves it as it was', async () => {
    const pool = mysql.createPool({ uri: bench.url, connectionLimit: 1 });
    onTestFinished(() => pool.end());
    const isolation = async () => (await pool.query('SELECT @@tx_isolation AS level'))[0];
    const before = await isolation();
    const store = await bench.open({ pool });
    await bench.addDue(store, 'a');
    expect((await bench.fire(store))[0]?.ok).toBe(true);
    await store.close();
    expect(await isolation()).toEqual(before);
  });

  it('works on a pool of the callback interface', async () => {
    const pool = mysqlCallbacks.createPool({ uri: bench.url, connectionLimit: 2 });
    onTestFinished(() => new Promise<void>((resolve) => pool.end(() => resolve())));
    const store = await bench.open({ pool: pool as unknown as NonNullable<MysqlStoreOptions['pool']> });
    await bench.addDue(store, 'a');
    expect((await store.getJob('a'))?.id).toBe('a');
  });

  it('refuses a pool whose sql_mode reads text in another way', async () => {
    const pool = mysql.createPool({ uri: bench.url, connectionLimit: 1 });
    onTestFinished(() => pool.end());
    await pool.query("SET SESSION sql_mode = 'NO_BACKSLASH_ESCAPES'");
    await expect(bench.open({ pool })).rejects.toThrow(/NO_BACKSLASH_ESCAPES/);
  });

  it('makes tables by hand, and says so where it may not make them', async () => {
    await expect(bench.open({ migrate: 'never' })).rejects.toMatchObject({
      code: 'store-failure',
      message: expect.stringMatching(/there are no tables.*mysqlSchema\(\)/),
    });
    await bench.run(mysqlSchema({ tablePrefix: bench.prefix }));
    const store = await bench.open({ migrate: 'never' });
    await bench.addDue(store, 'a');
    expect((await bench.fire(store))[0]?.ok).toBe(true);
  });

  it('refuses tables of a newer version, unless they say that this one may go on', async () => {
    await (await bench.open()).close();
    await bench.run("UPDATE [meta] SET value = 99 WHERE name IN ('schema', 'schema_compatible')");
    await expect(bench.open()).rejects.toMatchObject({
      code: 'store-failure',
      message: expect.stringContaining('version 99'),
    });
    await bench.run("UPDATE [meta] SET value = 1 WHERE name = 'schema_compatible'");
    await bench.run('ALTER TABLE [job] ADD COLUMN colour TEXT; ALTER TABLE [run] ADD COLUMN colour TEXT');
    const store = await bench.open();
    await bench.addDue(store, 'a');
    expect((await bench.fire(store))[0]?.ok).toBe(true);
  });

  it('finishes tables that another process has left half made', async () => {
    const half = mysqlSchema({ tablePrefix: bench.prefix }).split(';\n').slice(0, 2).join(';\n');
    await bench.run(half);
    const store = await bench.open();
    await bench.addDue(store, 'a');
    expect((await bench.fire(store))[0]?.ok).toBe(true);
  });
});
