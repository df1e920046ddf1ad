// What only the SQLite store has: options, a file that is shared, migrations, rows that others spoiled, query plans.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JobRecord } from '../../src/jobs/records.ts';
import { type SqliteDatabase, SqliteStore, type SqliteStoreOptions, sqliteSchema } from '../../src/stores/sqlite/index.ts';
import { commitOf, fireOf, NODE, newJob, OTHER_NODE } from '../../src/testing/store-contract/bench.ts';
import { VirtualClock } from '../../src/testing/index.ts';

const DUE = { ...NODE, limit: 100, ttlMs: 10_000 };
const SLOTS = { slots: { default: 100 }, leaseMs: 60_000 };

let directory: string;
let clock: VirtualClock;
let opened: SqliteStore[];
let raw: Database.Database;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sched-sqlite-'));
  clock = new VirtualClock();
  opened = [];
});

afterEach(async () => {
  for (const store of opened) await store.close();
  if (raw?.open) raw.close();
  rmSync(directory, { recursive: true, force: true });
});

async function open(options: Partial<SqliteStoreOptions> = {}): Promise<SqliteStore> {
  const store = new SqliteStore(options.database === undefined ? { url: file(), ...options } : options);
  opened.push(store);
  await store.open({ clock });
  return store;
}

function file(): string {
  return join(directory, 'jobs.sqlite');
}

/** Another connection to the same file, as another program has it. */
function connect(): Database.Database {
  raw = new Database(file(), { timeout: 0 });
  return raw;
}

async function addDue(store: SqliteStore, ...ids: string[]): Promise<void> {
  await store.putJobs(ids.map((id) => newJob(id, { nextFireAt: clock.now() })), 'fail');
}

async function fire(store: SqliteStore, node = NODE) {
  const { jobs } = await store.claimDue({ ...DUE, ...node });
  return store.commitFires(jobs.map((job) => commitOf(job)));
}

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
    expect(() => new SqliteStore(options as SqliteStoreOptions)).toThrow(expect.objectContaining({ code: 'invalid-option', field }));
  });

  it('takes the poll interval in seconds', () => {
    expect(new SqliteStore({ url: ':memory:', pollInterval: 0.5 }).pollMs).toBe(500);
    expect(new SqliteStore({ url: ':memory:' }).pollMs).toBe(1000);
  });

  it('makes the directory of the file', async () => {
    const url = join(directory, 'deep', 'er', 'jobs.sqlite');
    await open({ url: `sqlite:///${url}` });
    expect(existsSync(url)).toBe(true);
  });

  it('keeps nothing on disk in memory', async () => {
    const store = await open({ url: 'sqlite://' });
    await addDue(store, 'a');
    expect((await store.getJob('a'))?.id).toBe('a');
  });

  it('says what is wrong with a file that cannot be a database', async () => {
    const store = new SqliteStore({ url: directory });
    await expect(store.open({ clock })).rejects.toMatchObject({ code: 'store-failure', message: expect.stringContaining(directory) });
  });

  it.skipIf(isBuiltin('node:sqlite'))('says how to get a driver that is missing', async () => {
    const store = new SqliteStore({ url: ':memory:', driver: 'node:sqlite' });
    await expect(store.open({ clock })).rejects.toMatchObject({ code: 'driver-missing', message: expect.stringContaining('22.13') });
  });

  it('works on a database of the user, and leaves it open', async () => {
    const database = connect();
    const store = await open({ database });
    await addDue(store, 'a');
    await store.close();
    expect(database.open).toBe(true);
    expect(database.prepare('SELECT count(*) AS n FROM sched_job').get()).toEqual({ n: 1 });
  });

  it('keeps two schedulers apart by their prefix', async () => {
    const [a, b] = [await open({ tablePrefix: 'a_' }), await open({ tablePrefix: 'Order' })];
    await addDue(a, 'only in a');
    expect(await b.getJob('only in a')).toBeNull();
    const tables = connect().prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE '%job'").all();
    expect(tables).toEqual([{ name: 'a_job' }, { name: 'Orderjob' }]);
  });
});

describe('one file, two processes', () => {
  it('never gives both the same job or run', async () => {
    const [one, two] = [await open(), await open()];
    await addDue(one, ...Array.from({ length: 40 }, (_, n) => `job-${n}`));
    const claims = await Promise.all([one, two, one, two].map((store) => store.claimDue({ ...DUE, limit: 15 })));
    const jobs = claims.flatMap((claim) => claim.jobs);
    expect(new Set(jobs.map((job) => job.id)).size).toBe(40);
    expect(jobs).toHaveLength(40);
    const commits = jobs.map((job) => commitOf(job));
    const results = (await Promise.all([one.commitFires(commits), two.commitFires(commits)])).flat();
    expect(results.filter((result) => result.ok)).toHaveLength(40);
    const runs = (await Promise.all([one.claimRuns({ ...NODE, ...SLOTS }), two.claimRuns({ ...OTHER_NODE, ...SLOTS })])).flatMap((claim) => claim.runs);
    expect(new Set(runs.map((run) => run.id)).size).toBe(40);
    expect(new Set(runs.map((run) => run.token)).size).toBe(40);
    expect(runs).toHaveLength(40);
  });

  it('tells one of what the other wrote', async () => {
    const [one, two] = [await open(), await open()];
    let told = 0;
    const stop = one.subscribe(() => told++);
    await clock.advance(400);
    expect(told).toBe(0);
    await addDue(two, 'a');
    await clock.advance(200);
    expect(told).toBe(1);
    await addDue(one, 'b');
    await clock.advance(400);
    expect(told, 'its own writes are no news').toBe(1);
    stop();
    await addDue(two, 'c');
    await clock.advance(400);
    expect(told).toBe(1);
    expect(clock.waiting).toBe(0);
  });

  it('waits for a lock without blocking, and goes on when it is free', async () => {
    const store = await open();
    const other = connect();
    other.exec('BEGIN IMMEDIATE');
    const adding = store.putJobs([newJob('a')], 'fail');
    await clock.advance(1000);
    expect(clock.waiting, 'it is waiting for its next try').toBe(1);
    other.exec('COMMIT');
    await clock.advance(20);
    expect((await adding)[0]?.status).toBe('added');
  });

  it('gives up on a lock after five seconds', async () => {
    const store = await open();
    connect().exec('BEGIN IMMEDIATE');
    const refused = expect(store.putJobs([newJob('a')], 'fail')).rejects.toMatchObject({ code: 'store-failure' });
    await clock.advance(5100);
    await refused;
    expect(clock.waiting).toBe(0);
  });

  it('reads while another writes', async () => {
    const store = await open();
    await addDue(store, 'a');
    connect().exec("BEGIN IMMEDIATE; DELETE FROM sched_job");
    expect((await store.getJob('a'))?.id).toBe('a');
  });

  it('leaves nothing of a step that fails halfway', async () => {
    const store = await open();
    await addDue(store, 'a', 'b');
    connect().exec("CREATE TRIGGER spoil BEFORE INSERT ON sched_run WHEN new.job_id = 'b' BEGIN SELECT RAISE(ABORT, 'disk is full'); END");
    const { jobs } = await store.claimDue(DUE);
    const failing = store.commitFires(jobs.map((job) => commitOf(job)));
    await expect(failing).rejects.toMatchObject({ code: 'store-failure', message: expect.stringContaining('disk is full') });
    expect((await store.getRuns({}, {})).items).toEqual([]);
    expect((await store.getJob('a'))?.lastFireAt).toBeNull();
  });
});

describe('schema', () => {
  it('is made once, whoever comes first', async () => {
    const stores = await Promise.all([open(), open(), open()]);
    await addDue(stores[0], 'a');
    expect((await stores[2].getJob('a'))?.id).toBe('a');
  });

  it('can be printed and run by hand', async () => {
    connect().exec(sqliteSchema('mine_'));
    const store = await open({ tablePrefix: 'mine_' });
    await addDue(store, 'a');
    expect((await fire(store))[0]?.ok).toBe(true);
  });

  it('is refused when a newer version made it, and left as it is', async () => {
    await (await open()).close();
    connect().exec("UPDATE sched_meta SET value = 99 WHERE name = 'schema'");
    await expect(open()).rejects.toMatchObject({ code: 'store-failure', message: expect.stringContaining('version 99') });
    expect(raw.prepare("SELECT value FROM sched_meta WHERE name = 'schema'").get()).toEqual({ value: 99 });
  });
});

describe('rows that cannot be read', () => {
  const SPOILT = [
    ['trigger_json', '{'],
    ['trigger_json', '"text"'],
    ['trigger_json', '{"kind":7}'],
    ['policies', '[]'],
    ['policies', '{"maxInstances":"many"}'],
    ['tags', '{"a":1}'],
    ['trigger_json', '{'.repeat(100_000)],
  ] as const;

  it.each(SPOILT)('sets a job with %s = %.20s aside, and goes on with the rest', async (column, text) => {
    const store = await open();
    await addDue(store, 'good', 'spoilt', 'fine');
    connect().prepare(`UPDATE sched_job SET ${column} = ? WHERE id = 'spoilt'`).run(text);
    const listed = (await store.getJobs({}, {})).items;
    expect(listed.map((job) => [job.id, job.state])).toEqual([['fine', 'active'], ['good', 'active'], ['spoilt', 'error']]);
    expect(listed[2]?.note).toMatch(/job "spoilt" cannot be read/);
    expect((await store.claimDue(DUE)).jobs.map((job) => job.id)).toEqual(['good', 'fine']);
    const row = raw.prepare(`SELECT state, note, ${column} AS text FROM sched_job WHERE id = 'spoilt'`).get();
    expect(row).toMatchObject({ state: 'error', note: expect.stringContaining('cannot be read'), text });
    expect((await store.claimDue(DUE)).jobs).toEqual([]);
    expect((await store.getJobs({ states: ['error'] }, {})).items).toHaveLength(1);
  });

  it('changes a spoilt job without writing over what may be repaired by hand', async () => {
    const store = await open();
    await addDue(store, 'a');
    connect().exec("UPDATE sched_job SET trigger_json = '{'");
    const job = (await store.getJob('a')) as JobRecord;
    await store.updateJob('a', job.version, { name: 'known to be broken', state: 'paused' });
    expect(raw.prepare('SELECT name, state, trigger_json FROM sched_job').get()).toEqual({ name: 'known to be broken', state: 'paused', trigger_json: '{' });
    await store.putJobs([newJob('a', { nextFireAt: 5 })], 'replace');
    expect(await store.getJob('a')).toMatchObject({ state: 'active', note: null, nextFireAt: 5, trigger: newJob('a').trigger });
  });

  it('records a run that cannot be read as failed', async () => {
    const store = await open();
    await addDue(store, 'a', 'b');
    await fire(store);
    connect().exec("UPDATE sched_run SET policies = 'x' WHERE job_id = 'a'");
    const { runs, ended } = await store.claimRuns({ ...NODE, ...SLOTS });
    expect(runs.map((run) => run.jobId)).toEqual(['b']);
    expect(ended).toMatchObject([{ jobId: 'a', state: 'failed', error: expect.stringContaining('cannot be read') }]);
  });
});

describe('query plans', () => {
  /** The database, with every statement that is prepared on it written down. */
  function listening(database: Database.Database, statements: Set<string>): SqliteDatabase {
    return {
      exec: (sql) => database.exec(sql),
      close: () => database.close(),
      prepare(sql) {
        statements.add(sql);
        return database.prepare(sql);
      },
    };
  }

  function planOf(sql: string): string[] {
    const plan = raw.prepare(`EXPLAIN QUERY PLAN ${sql}`);
    const parameters = Array.from({ length: sql.split('?').length - 1 }, () => 1);
    return (plan.all(...parameters) as { detail: string }[]).map((step) => step.detail);
  }

  it('finds work by an index that has it in order', async () => {
    const statements = new Set<string>();
    const store = await open({ database: listening(connect(), statements) });
    await addDue(store, 'a', 'b');
    await fire(store);
    statements.clear();
    await store.claimDue(DUE);
    await store.claimRuns({ ...NODE, ...SLOTS });
    await store.nextWake(NODE);
    const queries = [...statements].filter((sql) => /sched_(job|run)/.test(sql) && !/VALUES/.test(sql));
    expect(queries.length).toBeGreaterThan(5);
    for (const sql of queries) {
      const plan = planOf(sql);
      expect(plan.filter((step) => /^SCAN/.test(step) && !/json_each|USING (COVERING )?INDEX/.test(step)), sql).toEqual([]);
      if (!/lease_until </.test(sql)) expect(plan.filter((step) => /TEMP B-TREE/.test(step)), sql).toEqual([]);
    }
  });

  it('lists by an index', async () => {
    const statements = new Set<string>();
    const store = await open({ database: listening(connect(), statements) });
    await addDue(store, 'a', 'b');
    await fire(store);
    statements.clear();
    const { cursor } = await store.getJobs({}, { limit: 1 });
    await store.getJobs({}, { limit: 1, cursor });
    await store.getRuns({}, { limit: 1 });
    await store.getRuns({ jobId: 'a' }, { limit: 1 });
    for (const sql of [...statements].filter((text) => text.startsWith('SELECT'))) {
      expect(planOf(sql).join('; '), sql).toMatch(/USING INDEX/);
      expect(planOf(sql).join('; '), sql).not.toMatch(/TEMP B-TREE FOR ORDER BY/);
    }
  });
});

it('fires of many jobs at once stay one transaction', async () => {
  const store = await open();
  await addDue(store, ...Array.from({ length: 300 }, (_, n) => `job-${n}`));
  const { jobs } = await store.claimDue({ ...DUE, limit: 300 });
  const version = () => raw.prepare('PRAGMA data_version').get();
  connect();
  const before = version() as { data_version: number };
  await store.commitFires(jobs.map((job) => commitOf(job, { fires: [fireOf(job)] })));
  expect(version()).toEqual({ data_version: before.data_version + 1 });
});
