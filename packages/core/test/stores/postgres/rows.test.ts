// Rows that another program spoilt.
import { describe, expect, it } from 'vitest';
import { existing, NODE, newJob } from '../../../src/testing/store-contract/bench.ts';
import { DUE, PostgresBench, SLOTS, server } from './postgres-bench.ts';

describe.skipIf(server === '')('rows that cannot be read', () => {
  const bench = new PostgresBench();

  it.each([
    ['trigger_json', '{'],
    ['trigger_json', '{"kind":7}'],
    ['policies', '[]'],
    ['policies', '{"maxInstances":"many"}'],
    ['tags', '{"a":1}'],
    ['trigger_json', '{'.repeat(100_000)],
  ])('sets a job with %s = %.20s aside, and goes on with the rest', async (column, text) => {
    const store = await bench.open();
    await bench.addDue(store, 'good', 'spoilt', 'fine');
    await bench.run(`UPDATE [job] SET ${column} = $1 WHERE id = 'spoilt'`, [text]);
    const listed = (await store.getJobs({}, {})).items;
    expect(listed.map((job) => [job.id, job.state])).toEqual([
      ['fine', 'active'],
      ['good', 'active'],
      ['spoilt', 'broken'],
    ]);
    expect(listed[2]?.note).toMatch(/job "spoilt" cannot be read/);
    expect((await store.claimDue(DUE)).jobs.map((job) => job.id).sort()).toEqual(['fine', 'good']);
    const [row] = await bench.run(`SELECT state, note, ${column} AS text FROM [job] WHERE id = 'spoilt'`);
    expect(row).toMatchObject({ state: 'broken', note: expect.stringContaining('cannot be read'), text });
    expect((await store.claimDue(DUE)).jobs).toEqual([]);
    expect((await store.getJobs({ states: ['broken'] }, {})).items).toHaveLength(1);
  });

  it('changes a spoilt job without writing over what may be repaired by hand', async () => {
    const store = await bench.open();
    await bench.addDue(store, 'a');
    await bench.run("UPDATE [job] SET trigger_json = '{'");
    const job = existing(await store.getJob('a'));
    await store.updateJob('a', job.version, { name: 'known to be broken', state: 'paused' });
    expect(await bench.run('SELECT name, state, trigger_json FROM [job]')).toEqual([
      { name: 'known to be broken', state: 'paused', trigger_json: '{' },
    ]);
    await store.putJobs([newJob('a', { nextFireAt: 5 })], 'replace');
    expect(await store.getJob('a')).toMatchObject({
      state: 'active',
      note: null,
      nextFireAt: 5,
      trigger: newJob('a').trigger,
    });
  });

  it('records a run that cannot be read as failed', async () => {
    const [store, other] = [await bench.open(), await bench.open()];
    await bench.addDue(store, 'a', 'b');
    await bench.fire(store);
    await bench.run("UPDATE [run] SET policies = 'x' WHERE job_id = 'a'");
    const { runs, ended } = await other.claimRuns({ ...NODE, ...SLOTS });
    expect(runs.map((run) => run.jobId)).toEqual(['b']);
    expect(ended).toMatchObject([{ jobId: 'a', state: 'failed', error: expect.stringContaining('cannot be read') }]);
  });

  it('shows a run whose state is no word of ours', async () => {
    const store = await bench.open();
    await bench.addDue(store, 'a');
    await bench.fire(store);
    await bench.run("UPDATE [run] SET state = 'sleeping'");
    expect((await store.getRuns({}, {})).items).toMatchObject([{ jobId: 'a', state: 'failed' }]);
    expect((await store.claimRuns({ ...NODE, ...SLOTS })).runs).toEqual([]);
  });

  it('believes the database, not what it remembers of it', async () => {
    const store = await bench.open();
    await bench.addDue(store, 'a');
    const { jobs } = await store.claimDue(DUE);
    const job = existing(jobs[0]);
    await bench.run("UPDATE [job] SET version = version + 1, name = 'changed'");
    const commit = { jobId: job.id, generation: job.generation, version: job.version, fromFireAt: job.nextFireAt ?? 0 };
    const rest = { nextFireAt: null, lastFireAt: null, state: 'active' as const, note: null, fires: [] };
    expect(await store.commitFires([{ ...commit, ...rest }])).toEqual([{ ok: false, runs: [] }]);
    const run = existing(await store.addRun('a', { reason: 'manual', key: 'manual-1' }));
    expect(run.jobName).toBe('changed');
    const claimed = existing((await store.claimRuns({ ...NODE, ...SLOTS })).runs[0]);
    await bench.run('UPDATE [run] SET token = token + 1');
    expect(await store.heartbeat([{ runId: run.id, token: claimed.token }], 1000)).toEqual(['lost']);
  });
});
