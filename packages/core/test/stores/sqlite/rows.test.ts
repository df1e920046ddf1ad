// Rows that another program spoilt, and the plans by which rows are found.
import type Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import type { SqliteDatabase } from '../../../src/stores/sqlite/index.ts';
import { existing, NODE, newJob } from '../../../src/testing/store-contract/bench.ts';
import { DUE, SLOTS, SqliteBench } from './sqlite-bench.ts';

const bench = new SqliteBench();

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
    const store = await bench.open();
    await bench.addDue(store, 'good', 'spoilt', 'fine');
    const raw = bench.connect();
    raw.prepare(`UPDATE sched_job SET ${column} = ? WHERE id = 'spoilt'`).run(text);
    const listed = (await store.getJobs({}, {})).items;
    expect(listed.map((job) => [job.id, job.state])).toEqual([
      ['fine', 'active'],
      ['good', 'active'],
      ['spoilt', 'broken'],
    ]);
    expect(listed[2]?.note).toMatch(/job "spoilt" cannot be read/);
    expect((await store.claimDue(DUE)).jobs.map((job) => job.id)).toEqual(['good', 'fine']);
    const row = raw.prepare(`SELECT state, note, ${column} AS text FROM sched_job WHERE id = 'spoilt'`).get();
    expect(row).toMatchObject({ state: 'broken', note: expect.stringContaining('cannot be read'), text });
    expect((await store.claimDue(DUE)).jobs).toEqual([]);
    expect((await store.getJobs({ states: ['broken'] }, {})).items).toHaveLength(1);
  });

  it('changes a spoilt job without writing over what may be repaired by hand', async () => {
    const store = await bench.open();
    await bench.addDue(store, 'a');
    const raw = bench.connect();
    raw.exec("UPDATE sched_job SET trigger_json = '{'");
    const job = existing(await store.getJob('a'));
    await store.updateJob('a', job.version, { name: 'known to be broken', state: 'paused' });
    expect(raw.prepare('SELECT name, state, trigger_json FROM sched_job').get()).toEqual({
      name: 'known to be broken',
      state: 'paused',
      trigger_json: '{',
    });
    await store.putJobs([newJob('a', { nextFireAt: 5 })], 'replace');
    expect(await store.getJob('a')).toMatchObject({
      state: 'active',
      note: null,
      nextFireAt: 5,
      trigger: newJob('a').trigger,
    });
  });

  it('records a run that cannot be read as failed', async () => {
    const store = await bench.open();
    await bench.addDue(store, 'a', 'b');
    await bench.fire(store);
    bench.connect().exec("UPDATE sched_run SET policies = 'x' WHERE job_id = 'a'");
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
    const plan = bench.connect().prepare(`EXPLAIN QUERY PLAN ${sql}`);
    const parameters = Array.from({ length: sql.split('?').length - 1 }, () => 1);
    return (plan.all(...parameters) as { detail: string }[]).map((step) => step.detail);
  }

  it('finds work by an index that has it in order', async () => {
    const statements = new Set<string>();
    const store = await bench.open({ database: listening(bench.connect(), statements) });
    await bench.addDue(store, 'a', 'b');
    await bench.fire(store);
    statements.clear();
    await store.claimDue(DUE);
    await store.claimRuns({ ...NODE, ...SLOTS });
    await store.nextWake(NODE);
    const queries = [...statements].filter((sql) => /sched_(job|run)/.test(sql) && !/VALUES/.test(sql));
    expect(queries.length).toBeGreaterThan(5);
    for (const sql of queries) {
      const plan = planOf(sql);
      expect(
        plan.filter((step) => /^SCAN/.test(step) && !/json_each|USING (COVERING )?INDEX/.test(step)),
        sql,
      ).toEqual([]);
      if (!/lease_until </.test(sql))
        expect(
          plan.filter((step) => /TEMP B-TREE/.test(step)),
          sql,
        ).toEqual([]);
    }
  });

  it('lists by an index', async () => {
    const statements = new Set<string>();
    const store = await bench.open({ database: listening(bench.connect(), statements) });
    await bench.addDue(store, 'a', 'b');
    await bench.fire(store);
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
