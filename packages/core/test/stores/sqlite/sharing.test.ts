// One file that several processes use: claims, locks, news of each other, and the schema.
import { describe, expect, it } from 'vitest';
import { sqliteSchema } from '../../../src/stores/sqlite/index.ts';
import { commitOf, fireOf, NODE, newJob, OTHER_NODE } from '../../../src/testing/store-contract/bench.ts';
import { DUE, SLOTS, SqliteBench } from './sqlite-bench.ts';

const bench = new SqliteBench();

describe('one file, two processes', () => {
  it('never gives both the same job or run', async () => {
    const [one, two] = [await bench.open(), await bench.open()];
    await bench.addDue(one, ...Array.from({ length: 40 }, (_, n) => `job-${n}`));
    const claims = await Promise.all([one, two, one, two].map((store) => store.claimDue({ ...DUE, limit: 15 })));
    const jobs = claims.flatMap((claim) => claim.jobs);
    expect(new Set(jobs.map((job) => job.id)).size).toBe(40);
    expect(jobs).toHaveLength(40);
    const commits = jobs.map((job) => commitOf(job));
    const results = (await Promise.all([one.commitFires(commits), two.commitFires(commits)])).flat();
    expect(results.filter((result) => result.ok)).toHaveLength(40);
    const runs = (
      await Promise.all([one.claimRuns({ ...NODE, ...SLOTS }), two.claimRuns({ ...OTHER_NODE, ...SLOTS })])
    ).flatMap((claim) => claim.runs);
    expect(new Set(runs.map((run) => run.id)).size).toBe(40);
    expect(new Set(runs.map((run) => run.token)).size).toBe(40);
    expect(runs).toHaveLength(40);
  });

  it('tells one of what the other wrote', async () => {
    const [one, two] = [await bench.open(), await bench.open()];
    let told = 0;
    const stop = one.subscribe(() => told++);
    await bench.clock.advance(400);
    expect(told).toBe(0);
    await bench.addDue(two, 'a');
    await bench.clock.advance(200);
    expect(told).toBe(1);
    await bench.addDue(one, 'b');
    await bench.clock.advance(400);
    expect(told, 'its own writes are no news').toBe(1);
    stop();
    await bench.addDue(two, 'c');
    await bench.clock.advance(400);
    expect(told).toBe(1);
    expect(bench.clock.waiting).toBe(0);
  });

  it('waits for a lock without blocking, and goes on when it is free', async () => {
    const store = await bench.open();
    const other = bench.connect();
    other.exec('BEGIN IMMEDIATE');
    const adding = store.putJobs([newJob('a')], 'fail');
    await bench.clock.advance(1000);
    expect(bench.clock.waiting, 'it is waiting for its next try').toBe(1);
    other.exec('COMMIT');
    await bench.clock.advance(20);
    expect((await adding)[0]?.status).toBe('added');
  });

  it('gives up on a lock after five seconds', async () => {
    const store = await bench.open();
    bench.connect().exec('BEGIN IMMEDIATE');
    const refused = expect(store.putJobs([newJob('a')], 'fail')).rejects.toMatchObject({ code: 'store-failure' });
    await bench.clock.advance(5100);
    await refused;
    expect(bench.clock.waiting).toBe(0);
  });

  it('reads while another writes', async () => {
    const store = await bench.open();
    await bench.addDue(store, 'a');
    bench.connect().exec('BEGIN IMMEDIATE; DELETE FROM sched_job');
    expect((await store.getJob('a'))?.id).toBe('a');
  });

  it('leaves nothing of a step that fails halfway', async () => {
    const store = await bench.open();
    await bench.addDue(store, 'a', 'b');
    bench
      .connect()
      .exec(
        "CREATE TRIGGER spoil BEFORE INSERT ON sched_run WHEN new.job_id = 'b' BEGIN SELECT RAISE(ABORT, 'disk is full'); END",
      );
    const { jobs } = await store.claimDue(DUE);
    const failing = store.commitFires(jobs.map((job) => commitOf(job)));
    await expect(failing).rejects.toMatchObject({
      code: 'store-failure',
      message: expect.stringContaining('disk is full'),
    });
    expect((await store.getRuns({}, {})).items).toEqual([]);
    expect((await store.getJob('a'))?.lastFireAt).toBeNull();
  });
});

describe('schema', () => {
  it('is made once, whoever comes first', async () => {
    const stores = await Promise.all([bench.open(), bench.open(), bench.open()]);
    await bench.addDue(stores[0], 'a');
    expect((await stores[2].getJob('a'))?.id).toBe('a');
  });

  it('can be printed and run by hand', async () => {
    bench.connect().exec(sqliteSchema('mine_'));
    const store = await bench.open({ tablePrefix: 'mine_' });
    await bench.addDue(store, 'a');
    expect((await bench.fire(store))[0]?.ok).toBe(true);
  });

  it('is refused when a newer version made it, and left as it is', async () => {
    await (await bench.open()).close();
    const raw = bench.connect();
    raw.exec("UPDATE sched_meta SET value = 99 WHERE name IN ('schema', 'schema_compatible')");
    await expect(bench.open()).rejects.toMatchObject({
      code: 'store-failure',
      message: expect.stringContaining('version 99'),
    });
    expect(raw.prepare("SELECT value FROM sched_meta WHERE name = 'schema'").get()).toEqual({ value: 99 });
  });

  it('of a newer version is worked with where that says it only added something', async () => {
    await (await bench.open()).close();
    const raw = bench.connect();
    raw.exec("UPDATE sched_meta SET value = 99 WHERE name = 'schema'; ALTER TABLE sched_job ADD COLUMN colour TEXT");
    const store = await bench.open();
    await bench.addDue(store, 'a');
    expect((await bench.fire(store))[0]?.ok).toBe(true);
    expect(raw.prepare("SELECT value FROM sched_meta WHERE name = 'schema'").get()).toEqual({ value: 99 });
  });
});

it('fires of many jobs at once stay one transaction', async () => {
  const store = await bench.open();
  await bench.addDue(store, ...Array.from({ length: 300 }, (_, n) => `job-${n}`));
  const { jobs } = await store.claimDue({ ...DUE, limit: 300 });
  const raw = bench.connect();
  const version = () => raw.prepare('PRAGMA data_version').get();
  const before = version() as { data_version: number };
  await store.commitFires(jobs.map((job) => commitOf(job, { fires: [fireOf(job)] })));
  expect(version()).toEqual({ data_version: before.data_version + 1 });
});
