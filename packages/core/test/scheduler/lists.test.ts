// Jobs and runs as lists, over all stores; and jobs added in bulk.
import { describe, expect, test } from 'vitest';
import { defineTask, type Job } from '../../src/index.ts';
import { type Bench, started } from './bench.ts';

const note = defineTask('note', (..._args: unknown[]) => {});
const other = defineTask('other', () => {});
const tasks = [note, other];

describe('getJobs', () => {
  async function filled(): Promise<Bench> {
    const bench = await started({ tasks, jobStores: { other: { type: 'memory' } } });
    for (let index = 0; index < 12; index++) {
      await bench.scheduler.addJob(index % 4 === 0 ? other : note, 'interval', {
        ...{ hours: 12 - index, id: `job-${index}`, name: index === 7 ? 'Monthly Report' : 'plain' },
        ...{ jobStore: index % 2 === 0 ? 'default' : 'other', tags: index < 6 ? ['early', `n${index}`] : [] },
      });
    }
    await bench.scheduler.pauseJob('job-3');
    return bench;
  }

  const ids = (jobs: readonly Job[]) => jobs.map((job) => job.id);

  test.each([
    ['by state', { state: ['paused'] as const }, ['job-3']],
    ['by task', { task: ['other'] }, ['job-8', 'job-4', 'job-0']],
    ['by tag', { tags: ['early', 'n2'] }, ['job-2']],
    ['by a part of the id', { search: 'JOB-1' }, ['job-10', 'job-11', 'job-1']],
    ['by a part of the name', { search: 'report' }, ['job-7']],
    ['by store', { jobStore: 'other', tags: ['early'] }, ['job-5', 'job-3', 'job-1']],
    ['by nothing that there is', { tags: ['late'] }, []],
  ])('%s', async (_, query, expected) => {
    const { scheduler } = await filled();
    expect(ids(await scheduler.getJobs(query))).toEqual(expected);
    await scheduler.shutdown();
  });

  test.each([1, 2, 5, 6, 7, 12, 100])('%i at a time: every job once, in the same order', async (limit) => {
    const { scheduler } = await filled();
    const whole = ids(await scheduler.getJobs());
    const found: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof scheduler.getJobs>> = await scheduler.getJobs({ limit, cursor });
      expect(page.length).toBeLessThanOrEqual(limit);
      found.push(...ids(page));
      cursor = page.cursor;
    } while (cursor !== null);
    expect(found).toEqual(whole);
    expect(found).toHaveLength(12);
    await scheduler.shutdown();
  });

  test.each<[string, object, string]>([
    ['a limit of 0', { limit: 0 }, 'limit'],
    ['a limit of NaN', { limit: Number.NaN }, 'limit'],
    ['a cursor of one’s own', { cursor: 'page 2' }, 'cursor'],
    ['a cursor of another kind', { cursor: '{"a":1}' }, 'cursor'],
    ['a cursor into a store that is not there', { cursor: '["nowhere",null]' }, 'cursor'],
  ])('refuses %s', async (_, query, field) => {
    const { scheduler } = await filled();
    await expect(scheduler.getJobs(query)).rejects.toMatchObject({ field });
    await expect(scheduler.getRuns(query)).rejects.toMatchObject({ field });
    await scheduler.shutdown();
  });
});

describe('getRuns', () => {
  test('newest first, by job, state and time, a page at a time', async () => {
    const { scheduler, seconds } = await started({ tasks });
    await scheduler.addJob(note, 'interval', { seconds: 10, id: 'a' });
    await scheduler.addJob(
      () => {
        throw new Error('no');
      },
      'interval',
      { seconds: 30, id: 'b' },
    );
    await seconds(60);
    const fireTimes = async (query: Parameters<typeof scheduler.getRuns>[0]) =>
      (await scheduler.getRuns(query)).map(
        (run) => `${run.jobId} ${run.fireTime.getTime() / 1000 - Date.UTC(2026, 0, 1) / 1000}`,
      );
    expect(await fireTimes({ jobId: 'a' })).toEqual(['a 60', 'a 50', 'a 40', 'a 30', 'a 20', 'a 10']);
    expect(await fireTimes({ state: 'failed' })).toEqual(['b 60', 'b 30']);
    expect(await fireTimes({ jobId: 'a', from: '2026-01-01 00:00:20', until: '2026-01-01 00:00:40' })).toEqual([
      'a 40',
      'a 30',
      'a 20',
    ]);
    const first = await scheduler.getRuns({ jobId: 'a', limit: 4 });
    const rest = await scheduler.getRuns({ jobId: 'a', limit: 4, cursor: first.cursor });
    expect([first.length, rest.length, rest.cursor]).toEqual([4, 2, null]);
    const [failed] = await scheduler.getRuns({ state: ['failed'], limit: 1 });
    expect(failed).toMatchObject({
      jobName: 'anonymous',
      outcome: 'failed',
      attempt: 1,
      lateMs: 0,
      jobStore: 'default',
    });
    expect(failed?.error).toMatch(/^Error: no\n\s+at /);
    await scheduler.shutdown();
  });
});

describe('addJobs', () => {
  const hourly = (count: number, from = 0) =>
    Array.from({ length: count }, (_, index) => ({
      task: note,
      trigger: 'interval' as const,
      hours: 1,
      id: `job-${from + index}`,
    }));

  test('adds many, and tells how many are in', async () => {
    const { scheduler } = await started({ tasks });
    const progress: number[] = [];
    const jobs = await scheduler.addJobs(hourly(12_000), { onProgress: (added) => progress.push(added) });
    expect(jobs).toHaveLength(12_000);
    expect(jobs[11_999]).toMatchObject({ id: 'job-11999', state: 'active' });
    expect(progress).toEqual(Array.from({ length: 12 }, (_, batch) => (batch + 1) * 1000));
    await scheduler.shutdown();
  });

  test.each([0, 3, 11_000])('with an id that is taken, of %i before it none stays', async (before) => {
    const { scheduler, told } = await started({ tasks });
    await scheduler.addJob(note, 'interval', { hours: 2, id: `job-${before}` });
    await expect(scheduler.addJobs(hourly(before + 5))).rejects.toMatchObject({
      code: 'job-conflict',
      jobId: `job-${before}`,
    });
    expect((await scheduler.getJobs()).map((job) => String(job.trigger))).toEqual(['interval[2:00:00]']);
    expect(told('job:added').length - told('job:removed').length).toBe(1);
    await scheduler.shutdown();
  });

  test.each<[string, object, object]>([
    ['an option that is wrong', { timeout: -1 }, { field: 'jobs[2].timeout', code: 'invalid-option' }],
    [
      'a trigger that is wrong',
      { hours: 0 },
      { code: 'invalid-trigger', message: expect.stringMatching(/^jobs\[2\]\./) },
    ],
    [
      'an argument that cannot be kept',
      { args: [() => {}] },
      { path: 'jobs[2].args[0]', code: 'unserializable-arguments' },
    ],
  ])('%s is named with the index of its job, and none is added', async (_, wrong, error) => {
    const { scheduler } = await started({ tasks });
    const jobs = hourly(5).map((job, index) => (index === 2 ? { ...job, ...wrong } : job));
    await expect(scheduler.addJobs(jobs)).rejects.toMatchObject(error);
    expect(await scheduler.getJobs()).toHaveLength(0);
    await scheduler.shutdown();
  });
});
