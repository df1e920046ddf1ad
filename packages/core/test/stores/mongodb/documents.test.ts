// Documents that another program spoilt, and those that are too large.
import { describe, expect, it } from 'vitest';
import { existing, NODE, newJob } from '../../../src/testing/store-contract/bench.ts';
import { serviceUrl } from '../../services.ts';
import { DUE, MongodbBench, SLOTS } from './mongodb-bench.ts';

const server = await serviceUrl('mongodb');

describe.skipIf(server === '')('documents that cannot be read', () => {
  const bench = new MongodbBench(server);

  it.each([
    ['trigger_json', '{'],
    ['trigger_json', 7],
    ['policies', '{"maxInstances":"many"}'],
    ['tags', { a: 1 }],
    ['name', null],
    ['args', ['x']],
    ['version', 'first'],
    ['generation', Number.NaN],
    ['note', 5],
    ['outbox', 'letters'],
    ['outbox', { at: 1, add: 'none', cancel: [] }],
  ])('set a job with %s = %j aside, and go on with the rest', async (column, value) => {
    const store = await bench.open();
    await bench.addDue(store, 'good', 'spoilt', 'fine');
    await bench.collection('job').updateOne({ _id: 'spoilt' }, { $set: { [column]: value } });
    const listed = (await store.getJobs({}, {})).items;
    expect(listed.map((job) => [job.id, job.state])).toEqual([
      ['fine', 'active'],
      ['good', 'active'],
      ['spoilt', 'broken'],
    ]);
    expect(listed[2]?.note).toMatch(/job "spoilt" cannot be read/);
    expect((await store.claimDue(DUE)).jobs.map((job) => job.id).sort()).toEqual(['fine', 'good']);
    const document = await bench.collection('job').findOne({ _id: 'spoilt' });
    expect(document).toMatchObject({ state: 'broken', ...(column === 'note' ? {} : { [column]: value }) });
    expect(document?.['note']).toContain('cannot be read');
    expect((await store.claimDue(DUE)).jobs).toEqual([]);
    expect((await store.getJobs({ states: ['broken'] }, {})).items).toHaveLength(1);
  });

  it('let a spoilt job be changed without writing over what may be repaired by hand, and be replaced', async () => {
    const store = await bench.open();
    await bench.addDue(store, 'a');
    await bench.collection('job').updateOne({ _id: 'a' }, { $set: { trigger_json: '{' }, $unset: { etag: '' } });
    const job = existing(await store.getJob('a'));
    await store.updateJob('a', job.version, { name: 'known to be broken', state: 'paused' });
    expect(await bench.collection('job').findOne({ _id: 'a' })).toMatchObject({
      name: 'known to be broken',
      state: 'paused',
      trigger_json: '{',
    });
    await store.putJobs([newJob('a', { nextFireAt: 5 })], 'replace');
    expect(await store.getJob('a')).toMatchObject({ state: 'active', note: null, trigger: newJob('a').trigger });
  });

  it('record a run as failed', async () => {
    const store = await bench.open();
    await bench.addDue(store, 'a', 'b', 'c');
    await bench.fire(store);
    await bench.collection('run').updateOne({ job_id: 'a' }, { $set: { policies: 'x', etag: 'x' } });
    await bench.collection('run').updateOne({ job_id: 'b' }, { $set: { attempt: 'x', etag: 'x' } });
    const { runs, ended } = await store.claimRuns({ ...NODE, ...SLOTS });
    expect(runs.map((run) => run.jobId)).toEqual(['c']);
    expect(ended.map((run) => [run.jobId, run.state, run.error?.includes('cannot be read')]).sort()).toEqual([
      ['a', 'failed', true],
      ['b', 'failed', true],
    ]);
  });

  it('refuse a job that would be no document any more, and keep those beside it out', async () => {
    const store = await bench.open();
    const trigger = { kind: 'date', options: { runDate: 'x'.repeat(5_000_000) } };
    const large = store.putJobs([newJob('a'), newJob('large', { trigger })], 'fail');
    await expect(large).rejects.toMatchObject({ code: 'invalid-option', message: expect.stringContaining('large') });
    expect((await store.getJobs({}, {})).items).toEqual([]);
    const job = existing((await store.putJobs([newJob('a')], 'fail'))[0]?.job);
    await expect(store.updateJob('a', job.version, { trigger })).rejects.toMatchObject({ code: 'invalid-option' });
  });

  it('let a hundred jobs of 300 kB each be changed together', async () => {
    const store = await bench.open();
    const jobs = Array.from({ length: 100 }, (_, n) =>
      newJob(`job-${n}`, { args: JSON.stringify([n, 'x'.repeat(300_000)]) }),
    );
    await store.putJobs(jobs, 'keep');
    const results = await store.putJobs(
      jobs.map((job) => ({ ...job, args: job.args.replace('x', 'y') })),
      'replace',
    );
    expect(new Set(results.map((result) => result.status))).toEqual(new Set(['replaced']));
    expect((await store.getJob('job-7'))?.args).toBe(jobs[7]?.args.replace('x', 'y'));
  });
});
