// The options of the PostgreSQL store, and the connections it makes of them.
import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { PostgresStore, type PostgresStoreOptions, postgresSchema } from '../../../src/stores/postgres/index.ts';
import { postgresSettings } from '../../../src/stores/postgres/options.ts';
import { NODE, newJob } from '../../../src/testing/store-contract/bench.ts';
import { DUE, PostgresBench, SLOTS, server } from './postgres-bench.ts';

const URL = 'postgresql://somebody:secret@localhost/jobs';

describe('options', () => {
  it.each([
    ['no place at all', {}, 'url'],
    ['an unknown option', { url: URL, host: 'localhost' }, 'host'],
    ['another kind of database', { url: 'mysql://host/db' }, 'url'],
    ['a file', { url: 'jobs.sqlite' }, 'url'],
    ['a port that is none', { url: 'postgresql://somebody:secret@host:port/jobs' }, 'url'],
    ['url and pool', { url: URL, pool: new pg.Pool() }, 'url'],
    ['something that is no pool', { pool: { query() {} } }, 'pool'],
    ['a pool whose only connection would listen', { pool: new pg.Pool({ max: 1 }) }, 'listen'],
    ['SQL in the prefix', { url: URL, tablePrefix: 'x"; DROP TABLE job; --' }, 'tablePrefix'],
    ['SQL in the schema', { url: URL, schema: "x'; DROP TABLE job; --" }, 'schema'],
    ['an empty prefix', { url: URL, tablePrefix: '' }, 'tablePrefix'],
    ['a prefix beyond 40 characters', { url: URL, tablePrefix: 'a'.repeat(41) }, 'tablePrefix'],
    ['no pause between polls', { url: URL, pollInterval: 0 }, 'pollInterval'],
    ['an unknown clock', { url: URL, clock: 'sundial' }, 'clock'],
    ['an unknown way to migrate', { url: URL, migrate: 'perhaps' }, 'migrate'],
    ['a word for listening', { url: URL, listen: 'yes' }, 'listen'],
  ])('refuses %s', (_, options, field) => {
    const make = () => new PostgresStore(options as PostgresStoreOptions);
    expect(make).toThrow(expect.objectContaining({ code: 'invalid-option', field }));
    expect(make).not.toThrow(/secret/);
  });

  it.each(['postgres', 'postgresql', 'postgresql+psycopg2', 'PostgreSQL+asyncpg'])('takes a URL of %s', (scheme) => {
    expect(postgresSettings({ url: `${scheme}://me@host:1234/jobs?sslmode=disable` })).toMatchObject({
      url: 'postgresql://me@host:1234/jobs?sslmode=disable',
      tablePrefix: 'sched_',
      clock: 'server',
      migrate: 'auto',
    });
  });

  it('looks more often where it does not listen', () => {
    expect(new PostgresStore({ url: URL }).pollMs).toBe(5000);
    expect(new PostgresStore({ url: URL, listen: false }).pollMs).toBe(1000);
    expect(new PostgresStore({ url: URL, pollInterval: { milliseconds: 50 } }).pollMs).toBe(50);
  });

  it('prints the schema for other names, and refuses those that are none', () => {
    expect(postgresSchema({ schema: 'mine', tablePrefix: 'x_' })).toContain('CREATE TABLE "mine"."x_job"');
    expect(() => postgresSchema({ schema: 'a"b' })).toThrow(expect.objectContaining({ field: 'schema' }));
  });
});

describe.skipIf(server === '')('connections', () => {
  const bench = new PostgresBench();

  it('says what is wrong without the password', async () => {
    const wrong = bench.url.replace(/\/\/[^@/]*@?/, '//somebody:secret@').replace(/\/\w+$/, '/no_such_database');
    const opening = new PostgresStore({ url: wrong }).open({ clock: bench.clock });
    const error = await opening.catch((thrown: unknown) => thrown as Error);
    expect(error).toMatchObject({ code: 'store-failure', message: expect.stringMatching(/^PostgreSQL: /) });
    expect(JSON.stringify([String(error), error])).not.toContain('secret');
  });

  it('works on a pool of the user, with one connection, and leaves it as it was', async () => {
    const pool = new pg.Pool({ connectionString: bench.url, max: 1 });
    onTestFinished(() => pool.end());
    const store = await bench.open({ pool });
    await bench.addDue(store, 'a');
    expect((await bench.fire(store))[0]?.ok).toBe(true);
    await store.close();
    const { rows } = await pool.query("SELECT current_setting('lock_timeout') AS lock, 8::bigint AS count");
    expect(rows).toEqual([{ lock: '0', count: '8' }]);
    expect(pool.listenerCount('error')).toBe(0);
    expect(pool.totalCount).toBe(1);
  });

  it('keeps nothing in a session where it does not listen', async () => {
    const pool = new pg.Pool({ connectionString: bench.url, max: 1 });
    onTestFinished(() => pool.end());
    const store = await bench.open({ pool });
    for (let n = 0; n < 3; n++) {
      await bench.addDue(store, `a-${n}`);
      await bench.fire(store);
      await store.claimRuns({ ...NODE, ...SLOTS });
    }
    expect((await pool.query('SELECT name FROM pg_prepared_statements')).rows).toEqual([]);
    expect((await pool.query('SELECT * FROM pg_listening_channels()')).rows).toEqual([]);
  });

  it('plans a statement once where sessions are its own, and not without end', async () => {
    const pool = new pg.Pool({ connectionString: bench.url, max: 2 });
    onTestFinished(() => pool.end());
    const store = await bench.open({ pool, listen: true });
    // Pairs of jobs that have this or that in common are added by as many different statements.
    for (let n = 0; n < 100; n++) {
      const other = {
        name: `name ${n & 1}`,
        task: `task ${n & 2}`,
        executor: `x${n & 4}`,
        tags: [`${n & 8}`],
        args: `[${n & 16}]`,
      };
      await store.putJobs(
        [newJob(`a-${n}`), newJob(`b-${n}`, { ...other, state: n & 32 ? 'paused' : 'active' })],
        'fail',
      );
    }
    const [count] = (await pool.query('SELECT count(*)::int AS statements FROM pg_prepared_statements')).rows;
    expect(count.statements).toBeGreaterThan(0);
    expect(count.statements).toBeLessThanOrEqual(64);
  });

  it('uses the schema it is given, and keeps two schedulers apart', async () => {
    const [a, b] = [await bench.open({ schema: 'one' }), await bench.open({ schema: 'Two' })];
    await bench.addDue(a, 'only in a');
    expect(await b.getJob('only in a')).toBeNull();
    expect((await a.claimDue(DUE)).jobs).toHaveLength(1);
    const tables = await bench.run('SELECT schemaname FROM pg_tables WHERE tablename = $1 ORDER BY 1', [
      `${bench.prefix}job`,
    ]);
    expect(tables.map((table) => table['schemaname'])).toEqual(['Two', 'one']);
  });
});
