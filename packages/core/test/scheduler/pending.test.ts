// Jobs before the start: they wait as they were written, and go into their stores together.
import { describe, expect, test } from 'vitest';
import { Bench, recorder, short } from './bench.ts';

const nothing = (..._args: readonly unknown[]) => {};

describe('pending jobs', () => {
  test('can be changed, paused, resumed, rescheduled and removed before the start', async () => {
    const { scheduler, clock, seconds } = new Bench();
    const { task, runs } = recorder(clock);
    const job = await scheduler.addJob(task, 'interval', { seconds: 10, id: 'a', args: [1] });
    expect([job.state, job.pending, short(job.nextRunTime ?? 0)]).toEqual(['pending', true, '2026-01-01T00:00:10Z']);
    await job.modify({ args: [2], name: 'other' });
    await job.reschedule('interval', { seconds: 20 });
    await scheduler.addJob(task, 'interval', { seconds: 10, id: 'b' });
    await scheduler.pauseJob('b');
    await scheduler.addJob(task, 'interval', { seconds: 10, id: 'c' });
    await scheduler.pauseJob('c');
    await scheduler.resumeJob('c');
    await scheduler.addJob(task, 'interval', { seconds: 10, id: 'd' });
    await scheduler.removeJob('d');
    await scheduler.start();
    expect((await scheduler.getJobs()).map(({ id, state, name }) => [id, state, name])).toEqual([
      ...[
        ['b', 'paused', 'task'],
        ['c', 'active', 'task'],
        ['a', 'active', 'other'],
      ],
    ]);
    await seconds(20);
    expect(runs.filter((run) => run.args[0] === 2).map((run) => run.at)).toEqual(['2026-01-01T00:00:20Z']);
    expect(runs).toHaveLength(3);
    await scheduler.shutdown();
  });

  test('are told apart by store', async () => {
    const { scheduler } = new Bench({ jobStores: { other: { type: 'memory' } } });
    for (const jobStore of ['default', 'other'])
      await scheduler.addJob(nothing, 'interval', { hours: 1, id: 'a', jobStore });
    await scheduler.removeJob('a', { jobStore: 'other' });
    await expect(scheduler.removeJob('a', { jobStore: 'other' })).rejects.toMatchObject({ code: 'job-not-found' });
    await scheduler.start();
    expect((await scheduler.getJobs()).map((job) => job.jobStore)).toEqual(['default']);
    await scheduler.shutdown();
  });

  test('of one id are one: a second is refused or takes the place of the first', async () => {
    const { scheduler } = new Bench();
    await scheduler.addJob(nothing, 'interval', { hours: 1, id: 'a' });
    await expect(scheduler.addJob(nothing, 'interval', { hours: 2, id: 'a' })).rejects.toMatchObject({
      code: 'job-conflict',
    });
    await scheduler.addJob(nothing, 'interval', { hours: 3, id: 'a', replaceExisting: true });
    await scheduler.start();
    expect((await scheduler.getJobs()).map((job) => String(job.trigger))).toEqual(['interval[3:00:00]']);
    await scheduler.shutdown();
  });

  test('added many at once are added all or none', async () => {
    const { scheduler } = new Bench();
    await scheduler.addJob(nothing, 'interval', { hours: 1, id: 'c' });
    const jobs = ['a', 'b', 'c'].map((id) => ({ task: nothing, trigger: 'interval' as const, hours: 1, id }));
    await expect(scheduler.addJobs(jobs)).rejects.toMatchObject({ jobId: 'c' });
    await expect(scheduler.addJobs([...jobs.slice(0, 2), ...jobs.slice(0, 1)])).rejects.toMatchObject({ jobId: 'a' });
    expect((await scheduler.getJobs()).map((job) => job.id)).toEqual(['c']);
    await scheduler.shutdown();
  });

  test('changed while the start is under way are changed, at whatever moment', async () => {
    for (let moment = 0; moment < 25; moment++) {
      const { scheduler } = new Bench();
      for (const id of ['a', 'b', 'c']) await scheduler.addJob(nothing, 'interval', { hours: 1, id });
      const start = scheduler.start();
      for (let turn = 0; turn < moment; turn++) await Promise.resolve();
      await Promise.all([
        scheduler.modifyJob('a', { tags: ['changed'] }),
        scheduler.pauseJob('b'),
        scheduler.removeJob('c'),
        start,
      ]);
      expect((await scheduler.getJobs()).map(({ id, tags, state }) => [id, tags, state])).toEqual([
        ['a', ['changed'], 'active'],
        ['b', [], 'paused'],
      ]);
      await scheduler.shutdown();
    }
  });

  test('are found by the same filters as stored ones', async () => {
    const { scheduler } = new Bench();
    await scheduler.addJob(nothing, 'interval', { hours: 1, id: 'a', tags: ['red'] });
    await scheduler.addJob(nothing, 'interval', { hours: 1, id: 'b' });
    const found = async () => (await scheduler.getJobs({ tags: ['red'] })).map((job) => job.id);
    expect(await found()).toEqual(['a']);
    await scheduler.start();
    expect(await found()).toEqual(['a']);
    await scheduler.shutdown();
  });

  test('may name a task of the configuration', async () => {
    const { defineTask } = await import('../../src/index.ts');
    const ran: string[] = [];
    const { scheduler, seconds } = new Bench({ tasks: [defineTask('note', (text: string) => ran.push(text))] });
    await scheduler.addJob('note', 'interval', { seconds: 10, args: ['hello'] });
    await scheduler.start();
    await seconds(10);
    expect(ran).toEqual(['hello']);
    await scheduler.shutdown();
  });
});
