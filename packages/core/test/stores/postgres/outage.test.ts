// What the PostgreSQL store makes of servers that will not do, of a network that fails, and of processes that stand still.
import pg from 'pg';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { systemClock } from '../../../src/index.ts';
import { PostgresStore } from '../../../src/stores/postgres/index.ts';
import { commitOf, existing, newJob } from '../../../src/testing/store-contract/bench.ts';
import { freshDatabase, tcpProxy } from '../../services.ts';
import { DUE, PostgresBench, server } from './postgres-bench.ts';

describe.skipIf(server === '')('servers that will not do', () => {
  const bench = new PostgresBench();

  it.each([
    [
      'only reads',
      'ALTER DATABASE [db] SET default_transaction_read_only = on',
      /only read.*default_transaction_read_only/,
    ],
    ['is a standby', shadowed('pg_is_in_recovery()', 'boolean', 'true'), /standby.*primary/],
    [
      'is too old',
      shadowed(
        'current_setting(name text)',
        'text',
        "CASE name WHEN 'server_version_num' THEN '110022' ELSE '11.22' END",
      ),
      /version 11\.22.*12 or newer/,
    ],
  ])('refuses one that %s', async (_, sql, message) => {
    const database = await freshDatabase(server);
    onTestFinished(() => database.drop());
    const client = new pg.Client(database.url);
    await client.connect();
    await client.query(sql.replaceAll('[db]', database.name));
    await client.end();
    await expect(bench.open({ pool: poolOf(database.url) })).rejects.toMatchObject({
      code: 'store-failure',
      message: expect.stringMatching(message),
    });
  });

  it('refuses a database of another encoding', async () => {
    const name = `${bench.prefix}ascii`;
    await bench.run(`CREATE DATABASE ${name} ENCODING 'SQL_ASCII' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'`);
    onTestFinished(() => bench.run(`DROP DATABASE ${name} WITH (FORCE)`).then(() => {}));
    const url = new URL(bench.url);
    url.pathname = `/${name}`;
    await expect(bench.open({ pool: poolOf(url.href) })).rejects.toMatchObject({
      code: 'store-failure',
      message: expect.stringMatching(/SQL_ASCII.*UTF8/),
    });
  });

  it('can be tried again where nobody answers', async () => {
    const store = new PostgresStore({ url: 'postgresql://127.0.0.1:1/none' });
    for (let n = 0; n < 2; n++)
      await expect(store.open({ clock: bench.clock })).rejects.toMatchObject({
        code: 'store-failure',
        message: expect.stringContaining('ECONNREFUSED'),
      });
    await store.close();
  });
});

/** SQL after which a function of the system answers something else in this database. */
function shadowed(signature: string, type: string, answer: string): string {
  return `CREATE SCHEMA other; CREATE FUNCTION other.${signature} RETURNS ${type} LANGUAGE sql AS $$ SELECT ${answer} $$;
    ALTER DATABASE [db] SET search_path = other, public, pg_catalog`;
}

function poolOf(connectionString: string): pg.Pool {
  const pool = new pg.Pool({ connectionString });
  pool.on('error', () => {});
  onTestFinished(() => pool.end());
  return pool;
}

const isLocal = server !== '' && new URL(server).hostname === '127.0.0.1';

/** Waits until it holds: a server and a network take the time they need. */
function eventually(check: () => void | Promise<void>): Promise<void> {
  return vi.waitFor(check, { timeout: 10_000, interval: 10 });
}

const clock = systemClock({ keepAlive: false });

/** A store that goes by the time of the server, and of this process. */
async function open(bench: PostgresBench): Promise<PostgresStore> {
  const store = new PostgresStore({ url: bench.url, tablePrefix: bench.prefix });
  onTestFinished(() => store.close());
  await store.open({ clock });
  return store;
}

/** A pool that calls back before each statement, and waits for what is answered. */
function watchedPool(url: string, before: (text: string) => void | Promise<void>): pg.Pool {
  const pool = poolOf(url);
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as (config: pg.QueryConfig) => Promise<unknown>;
    const watched = async (config: pg.QueryConfig) => {
      await before(config.text);
      return await query(config);
    };
    Object.assign(client, { query: watched });
  });
  return pool;
}

describe.skipIf(!isLocal)('a network that fails', () => {
  const bench = new PostgresBench();
  async function proxied() {
    const proxy = await tcpProxy(Number(new URL(server).port));
    onTestFinished(() => proxy.close());
    return { proxy, url: proxy.through(bench.url) };
  }

  /** A store behind a proxy that loses the answer to the first statement that matches, and what it asks. */
  async function losing(statement: RegExp) {
    const { proxy, url } = await proxied();
    const asked: string[] = [];
    let isArmed = false;
    const pool = watchedPool(url, (text) => {
      asked.push(text);
      if (!isArmed || !statement.test(text)) return;
      isArmed = false;
      void proxy.dropReply();
    });
    const store = await bench.open({ pool });
    asked.length = 0;
    isArmed = true;
    return { store, asked };
  }

  it('before the commit is no failure: it is done again', async () => {
    const { store, asked } = await losing(/INSERT INTO/);
    expect(await store.putJobs([newJob('a')], 'fail')).toMatchObject([{ status: 'added' }]);
    expect(asked.filter((text) => text.includes('INSERT INTO'))).toHaveLength(2);
  });

  it('at the commit leaves open what became of it, and does nothing twice', async () => {
    const { store, asked } = await losing(/^COMMIT/);
    await bench.addDue(await bench.open(), 'a');
    await expect(store.putJobs([newJob('b')], 'fail')).rejects.toMatchObject({ code: 'store-failure' });
    expect(asked.filter((text) => text.includes('INSERT INTO'))).toHaveLength(1);
    expect(await store.putJobs([newJob('b')], 'keep')).toMatchObject([{ status: 'unchanged' }]);
  });

  it('leaves a commit of fires to be repeated without harm', async () => {
    const { store } = await losing(/UPDATE .*next_fire_at = .*/s);
    await bench.addDue(store, 'a', 'b');
    const { jobs } = await store.claimDue(DUE);
    const commits = jobs.map((job) => commitOf(job));
    expect((await store.commitFires(commits)).map(({ ok, runs }) => [ok, runs.length])).toEqual([
      [true, 1],
      [true, 1],
    ]);
    expect((await store.commitFires(commits)).map(({ ok }) => ok)).toEqual([false, false]);
    expect((await store.getRuns({}, {})).items).toHaveLength(2);
  });

  it('that swallows everything holds nobody longer than ten seconds', async () => {
    const { proxy, url } = await proxied();
    const store = await bench.open({ url });
    proxy.swallow();
    const asking = store.getJob('a');
    const refused = expect(asking).rejects.toMatchObject({ message: 'PostgreSQL: no answer within 10 s' });
    await eventually(() => expect(proxy.lostByteCount).toBeGreaterThan(0));
    await bench.clock.advance(10_000);
    await refused;
    proxy.pass();
    expect(await store.getJob('a')).toBeNull();
    expect(bench.clock.waiting).toBe(0);
  });

  it('does not keep a store from hearing of changes when it works again', async () => {
    const { proxy, url } = await proxied();
    const pool = poolOf(url);
    const [listening, other] = [new PostgresStore({ pool, tablePrefix: bench.prefix }), await open(bench)];
    await listening.open({ clock });
    onTestFinished(() => listening.close());
    let told = 0;
    onTestFinished(listening.subscribe(() => told++));
    await eventually(() => expect(told, 'it is told once it listens').toBe(1));
    await proxy.refuse();
    await bench.addDue(other, 'meanwhile');
    await proxy.accept();
    await eventually(() => expect(told, 'something may have been missed').toBe(2));
    await bench.addDue(other, 'later');
    await eventually(() => expect(told).toBe(3));
  });
});

describe.skipIf(server === '')('processes beside each other', () => {
  const bench = new PostgresBench();

  it('do not wait for one that stands still', async () => {
    const store = await open(bench);
    await bench.addDue(store, 'a', 'b');
    const still = await bench.connect();
    await still.query(bench.named("BEGIN; SELECT FROM [job] WHERE id = 'a' FOR UPDATE"));
    expect((await store.claimDue(DUE)).jobs.map((job) => job.id)).toEqual(['b']);
    const job = existing(await store.getJob('a'));
    const updating = store.updateJob('a', job.version, { name: 'changed' });
    await eventually(async () => {
      const [waiting] = await bench.run(
        "SELECT count(*)::int AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()",
      );
      expect(waiting?.['n']).toBe(1);
    });
    await still.query('ROLLBACK');
    expect((await updating)?.name).toBe('changed');
  });

  it('are rid of one that stood still while it held a lock, which then begins again', async () => {
    let goOn = () => {};
    const standing = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    let isArmed = false;
    const pool = watchedPool(bench.url, (text) => (isArmed && text.startsWith('UPDATE') ? standing : undefined));
    const [still, store] = [await bench.open({ pool }), await open(bench)];
    await bench.addDue(still, 'a');
    const { version } = existing(await store.getJob('a'));
    isArmed = true;
    const updating = still.updateJob('a', version, { name: 'too late' });
    await eventually(async () => {
      const [holding] = await bench.run(
        "SELECT count(*)::int AS n FROM pg_stat_activity WHERE state = 'idle in transaction' AND datname = current_database()",
      );
      expect(holding?.['n']).toBe(1);
    });
    expect((await store.updateJob('a', version, { name: 'in time' }))?.name).toBe('in time');
    isArmed = false;
    goOn();
    expect(await updating).toBeNull();
  });

  it('are done again after a deadlock', async () => {
    const store = await open(bench);
    await bench.addDue(store, 'a', 'b');
    const other = await bench.connect();
    await other.query(bench.named("SET deadlock_timeout = '20s'; BEGIN; SELECT FROM [job] WHERE id = 'b' FOR UPDATE"));
    const removing = store.removeJobs(['a', 'b']);
    await eventually(async () => {
      const [waiting] = await bench.run(
        "SELECT count(*)::int AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()",
      );
      expect(waiting?.['n']).toBe(1);
    });
    await other.query(bench.named("SELECT FROM [job] WHERE id = 'a' FOR UPDATE"));
    await other.query('COMMIT');
    expect([...(await removing).jobIds].sort()).toEqual(['a', 'b']);
  });

  it('tell each other of many changes in few messages', async () => {
    const [store, listener] = [await open(bench), await bench.connect()];
    let messages = 0;
    listener.on('notification', () => messages++);
    await listener.query(`LISTEN "${bench.prefix}changed"`);
    await Promise.all(Array.from({ length: 40 }, (_, n) => bench.addDue(store, `job-${n}`)));
    await eventually(() => expect(messages).toBeGreaterThan(0));
    expect(messages).toBeLessThan(40);
  });

  it('look again at runs whose job somebody else was just working on', async () => {
    const store = await open(bench);
    let told = 0;
    onTestFinished(store.subscribe(() => told++));
    await eventually(() => expect(told).toBe(1));
    await bench.addDue(store, 'a');
    existing(await store.addRun('a', { reason: 'manual', key: 'manual-1' }));
    const busy = await bench.connect();
    await busy.query(bench.named("BEGIN; SELECT FROM [job] WHERE id = 'a' FOR UPDATE"));
    const claim = { ...DUE, slots: { default: 5 }, leaseMs: 1000 };
    expect((await store.claimRuns(claim)).runs).toEqual([]);
    await busy.query('ROLLBACK');
    await eventually(() => expect(told).toBe(2));
    expect((await store.claimRuns(claim)).runs).toHaveLength(1);
  });

  it('may end while a store is open', async () => {
    const sockets = () => process.getActiveResourcesInfo().filter((resource) => resource === 'TCPSocketWrap').length;
    const before = sockets();
    const store = await open(bench);
    let told = 0;
    onTestFinished(store.subscribe(() => told++));
    await bench.addDue(store, 'a');
    await eventually(() => expect(told).toBe(1));
    await eventually(() => expect(sockets()).toBe(before));
  });
});
