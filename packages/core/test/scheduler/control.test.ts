// What can be done to a job that is in its store: changing, pausing, running, removing, also while it is due.
import { describe, expect, test } from 'vitest';
import { IntervalTrigger, type JobSettings, Scheduler } from '../../src/index.ts';
import { gate, recorder, SECOND, short, started } from './bench.ts';

const nothing = (..._args: readonly unknown[]) => {};

describe('a revision', () => {
  test('changes with what people do, and never when the job fires', async () => {
    const { scheduler, seconds } = await started();
    const job = await scheduler.addJob(nothing, 'interval', { seconds: 10, id: 'a' });
    const revision = async () => (await scheduler.getJob('a'))?.revision;
    const first = job.revision;
    await seconds(35);
    expect(await revision()).toBe(first);
    const seen = new Set([first]);
    for (const change of [
      () => scheduler.modifyJob('a', { name: 'n' }),
      () => scheduler.modifyJob('a', { trigger: new IntervalTrigger({ seconds: 9 }) }),
      () => scheduler.pauseJob('a'),
      () => scheduler.pauseJob('a', { reason: 'lunch' }),
    ]) {
      seen.add((await change()).revision);
    }
    expect(seen.size).toBe(5);
    await scheduler.shutdown();
  });

  test('that is another one by now refuses every change, of a pending job, too', async () => {
    for (const { scheduler } of [await started(), { scheduler: new Scheduler() }]) {
      const job = await scheduler.addJob(nothing, 'interval', { seconds: 10, id: 'a' });
      const ifRevision = job.revision;
      await job.modify({ name: 'by somebody else' });
      const refused = { code: 'job-changed', jobId: 'a' };
      await expect(scheduler.modifyJob('a', { name: 'mine' }, { ifRevision })).rejects.toMatchObject(refused);
      await expect(scheduler.rescheduleJob('a', 'interval', { hours: 1, ifRevision })).rejects.toMatchObject(refused);
      await expect(scheduler.pauseJob('a', { ifRevision })).rejects.toMatchObject(refused);
      await expect(scheduler.resumeJob('a', { ifRevision })).rejects.toMatchObject(refused);
      await expect(scheduler.removeJob('a', { ifRevision })).rejects.toMatchObject(refused);
      expect(await scheduler.getJob('a')).toMatchObject({ name: 'by somebody else' });
      await scheduler.modifyJob('a', { name: 'mine' }, { ifRevision: job.revision });
      expect(await scheduler.getJob('a')).toMatchObject({ name: 'mine' });
      await expect(scheduler.pauseJob('a', { ifRevision: 7 as never })).rejects.toMatchObject({ field: 'ifRevision' });
      await scheduler.shutdown();
    }
  });
});

describe('modify', () => {
  test('changes what a job runs with from its next run on, and leaves the trigger alone', async () => {
    const { scheduler, clock, seconds } = await started({ executors: { side: { type: 'local' } } });
    const { task, runs } = recorder(clock);
    const job = await scheduler.addJob(task, 'interval', { seconds: 10, id: 'a', args: [1] });
    await seconds(10);
    await job.modify({ args: [2], executor: 'side', tags: ['b', 'a', 'b'], timeout: 5, maxInstances: 4, name: 'n' });
    expect(job).toMatchObject({ args: [2], executor: 'side', tags: ['a', 'b'], name: 'n' });
    expect(job.policies).toMatchObject({ timeout: 5, maxInstances: 4, coalesce: true });
    await seconds(10);
    expect(runs.map((run) => [run.fireTime, run.args])).toEqual([
      ['2026-01-01T00:00:10Z', [1]],
      ['2026-01-01T00:00:20Z', [2]],
    ]);
    await scheduler.shutdown();
  });

  test('of the next run time moves that run only, also of a paused job; null pauses', async () => {
    const { scheduler, clock, seconds } = await started();
    const { task, fireTimes } = recorder(clock);
    const job = await scheduler.addJob(task, 'interval', { seconds: 10, id: 'a' });
    await job.modify({ nextRunTime: null });
    expect(job.state).toBe('paused');
    await scheduler.pauseJob('a', { reason: 'by hand' });
    await job.modify({ nextRunTime: '2026-01-01 00:00:03' });
    expect([job.state, job.note]).toEqual(['active', null]);
    await seconds(10);
    expect(fireTimes()).toEqual(['2026-01-01T00:00:03Z', '2026-01-01T00:00:10Z']);
    await scheduler.shutdown();
  });

  test.each<[string, object, string]>([
    ['an id', { id: 'b' }, 'id'],
    ['a store', { jobStore: 'other' }, 'jobStore'],
    ['a trigger', { trigger: 'cron' }, 'trigger'],
    ['a field of a trigger', { seconds: 5 }, 'seconds'],
    ['a wrong policy', { maxInstances: 0 }, 'maxInstances'],
    ['an empty name', { name: '' }, 'name'],
    ['no time', { nextRunTime: 'tomorrow' }, 'nextRunTime'],
    ['arguments that are no list', { args: 'text' }, 'args'],
  ])('refuses %s and changes nothing', async (_, changes, field) => {
    const { scheduler, events } = await started();
    await scheduler.addJob(nothing, 'interval', { seconds: 10, id: 'a' });
    const told = events.length;
    await expect(scheduler.modifyJob('a', { name: 'new', ...changes })).rejects.toMatchObject({ field });
    expect((await scheduler.getJob('a'))?.name).toBe('nothing');
    expect(events.length).toBe(told);
    await scheduler.shutdown();
  });

  test('gives another trigger in the same step; one that says the same keeps the next run time', async () => {
    const { scheduler, seconds } = await started();
    const job = await scheduler.addJob(nothing, 'interval', { seconds: 10, id: 'a' });
    await seconds(4);
    await job.modify({ name: 'same', trigger: new IntervalTrigger({ seconds: 10 }) });
    expect([job.name, job.nextRunTime?.toISOString()]).toEqual(['same', '2026-01-01T00:00:10.000Z']);
    await job.modify({ name: 'other', trigger: new IntervalTrigger({ seconds: 7 }) });
    expect([job.name, job.nextRunTime?.toISOString()]).toEqual(['other', '2026-01-01T00:00:11.000Z']);
    await job.pause();
    await job.modify({ trigger: new IntervalTrigger({ seconds: 1 }) });
    expect([job.state, job.trigger.toString()]).toEqual(['paused', 'interval[0:00:01]']);
    await scheduler.shutdown();
  });

  test('of an executor that is not there is refused, as it is when the job is added', async () => {
    const { scheduler } = await started();
    const unknown = scheduler.addJob(nothing, 'interval', { seconds: 10, executor: 'b' });
    await expect(unknown).rejects.toMatchObject({ code: 'unknown-executor' });
    expect(await scheduler.getJobs()).toEqual([]);
    await scheduler.addJob(nothing, 'interval', { seconds: 10, id: 'a' });
    await expect(scheduler.modifyJob('a', { executor: 'b' })).rejects.toMatchObject({ code: 'unknown-executor' });
    await scheduler.shutdown();
  });
});

describe('pause, resume, reschedule, remove, run', () => {
  test('resume goes on from now: what was missed while paused is not made good', async () => {
    const { scheduler, clock, seconds } = await started();
    const { task, fireTimes } = recorder(clock);
    const job = await scheduler.addJob(task, 'interval', { seconds: 10, id: 'a' });
    await scheduler.pauseJob('a', { reason: 'too loud' });
    expect((await scheduler.getJob('a'))?.note).toBe('too loud');
    await seconds(35);
    await job.resume();
    expect([job.note, short(job.nextRunTime ?? 0)]).toEqual([null, '2026-01-01T00:00:40Z']);
    await seconds(5);
    expect(fireTimes()).toEqual(['2026-01-01T00:00:40Z']);
    await scheduler.shutdown();
  });

  test('resume of a job that is active changes nothing, not even what is due', async () => {
    const { scheduler, told } = await started();
    const job = await scheduler.addJob(nothing, 'interval', { hours: 1, id: 'a', nextRunTime: '2026-01-01 00:07' });
    await job.resume();
    expect(short(job.nextRunTime ?? 0)).toBe('2026-01-01T00:07:00Z');
    expect(told('job:')).toEqual(['job:added']);
    await scheduler.shutdown();
  });

  test('a rescheduled job that is paused stays paused', async () => {
    const { scheduler } = await started();
    const job = await scheduler.addJob(nothing, 'interval', { seconds: 10, id: 'a' });
    await job.pause();
    await job.reschedule('cron', { hour: 3 });
    expect([job.state, String(job.trigger)]).toEqual(['paused', `cron[hour='3']`]);
    await job.resume();
    expect(short(job.nextRunTime ?? 0)).toBe('2026-01-01T03:00:00Z');
    await scheduler.shutdown();
  });

  test('run starts a run at once, beside the trigger, also of a paused job', async () => {
    const { scheduler, states, settle } = await started();
    const job = await scheduler.addJob(nothing, 'interval', { hours: 1, id: 'a' });
    await job.pause();
    const run = await job.run();
    expect(run).toMatchObject({ state: 'queued', reason: 'manual', jobId: 'a' });
    await settle();
    expect(await states('a')).toEqual(['succeeded']);
    expect((await job.runs())[0]).toMatchObject({ id: run.id, reason: 'manual', outcome: 'succeeded' });
    expect((await scheduler.getJob('a'))?.state).toBe('paused');
    await scheduler.shutdown();
  });

  test('a removed job runs no more; what executes goes on, what waits is cancelled', async () => {
    const { scheduler, seconds, settle, states } = await started();
    const { opened, open } = gate();
    const job = await scheduler.addJob(() => opened, 'interval', { seconds: 10, id: 'a', overlap: 'queue' });
    await seconds(25);
    await job.remove();
    expect(await states('a')).toEqual(['running', 'cancelled']);
    open();
    await settle();
    expect(await states('a')).toEqual(['succeeded', 'cancelled']);
    await seconds(60);
    expect(await states('a')).toHaveLength(2);
    await scheduler.shutdown();
  });

  test('added again under its old id, it is another job: its runs have other ids', async () => {
    const { scheduler, seconds } = await started();
    for (let life = 0; life < 3; life++) {
      await scheduler.addJob(nothing, 'date', { runDate: '2026-01-01 00:00:10', id: 'a' });
      await seconds(10);
      await scheduler.removeJob('a');
    }
    const runs = await scheduler.getRuns({ jobId: 'a' });
    expect(new Set(runs.map((run) => run.id)).size).toBe(3);
    expect(runs.map((run) => run.state)).toEqual(['succeeded', 'succeeded', 'succeeded']);
    await scheduler.shutdown();
  });

  test.each(['modifyJob', 'pauseJob', 'resumeJob', 'runJob', 'removeJob'] as const)(
    '%s of a job that is not there',
    async (act) => {
      const { scheduler } = await started();
      await expect(scheduler[act]('a', {})).rejects.toMatchObject({ code: 'job-not-found', jobId: 'a' });
      await expect(scheduler[act]('a', { jobStore: 'b' } as object)).rejects.toThrow();
      await scheduler.shutdown();
    },
  );

  test('removeAllJobs removes those of one store, or all', async () => {
    const { scheduler, told } = await started({ jobStores: { other: { type: 'memory' } } });
    for (const id of ['a', 'b']) {
      for (const jobStore of ['default', 'other'])
        await scheduler.addJob(nothing, 'interval', { hours: 1, id, jobStore });
    }
    await scheduler.removeAllJobs({ jobStore: 'other' });
    expect((await scheduler.getJobs()).map((job) => `${job.jobStore} ${job.id}`)).toEqual(['default a', 'default b']);
    await scheduler.removeAllJobs();
    expect(await scheduler.getJobs()).toHaveLength(0);
    expect(told('job:removed')).toHaveLength(4);
    await scheduler.shutdown();
  });

  test('a job without an id of its author goes when it has finished; one with an id stays', async () => {
    const { scheduler, seconds } = await started();
    await scheduler.addJob(nothing, 'date', { runDate: '2026-01-01 00:00:10' });
    await scheduler.addJob(nothing, 'date', { runDate: '2026-01-01 00:00:10', id: 'mine' });
    await seconds(11);
    expect((await scheduler.getJobs()).map(({ id, state, nextRunTime }) => [id, state, nextRunTime])).toEqual([
      ...[['mine', 'finished', null]],
    ]);
    await scheduler.shutdown();
  });
});

describe('races', () => {
  test('a job that is changed, paused or removed while it is due fires by the old definition or the new one, never both', async () => {
    const bench = await started();
    const { scheduler, clock } = bench;
    const ran: unknown[] = [];
    for (let id = 0; id < 60; id++) {
      await scheduler.addJob(
        (version) => {
          ran.push(`${id}:${version}`);
        },
        'interval',
        { seconds: 10, id: `job-${id}`, args: ['old'] },
      );
    }
    await clock.advance(9 * SECOND);
    const acts: Promise<unknown>[] = [];
    const due = clock.advance(SECOND);
    for (let id = 0; id < 60; id++) {
      const name = `job-${id}`;
      if (id % 3 === 0) acts.push(scheduler.modifyJob(name, { args: ['new'] }));
      if (id % 3 === 1) acts.push(scheduler.pauseJob(name));
      if (id % 3 === 2) acts.push(scheduler.removeJob(name));
      if (id % 7 === 0) await Promise.resolve();
    }
    await Promise.all([due, ...acts]);
    await bench.settle();
    for (let id = 0; id < 60; id += 3) expect(ran.filter((run) => String(run).startsWith(`${id}:`))).toHaveLength(1);
    const before = ran.length;
    await bench.seconds(10);
    expect(ran.slice(before).sort()).toEqual(Array.from({ length: 20 }, (_, index) => `${3 * index}:new`).sort());
    await scheduler.shutdown();
  });

  test('a pause that has been answered holds', async () => {
    const bench = await started();
    let ran = 0;
    const settings: JobSettings = { id: 'a', maxInstances: 50 };
    const job = await bench.scheduler.addJob(
      () => {
        ran++;
      },
      'interval',
      { milliseconds: 1, ...settings },
    );
    for (let round = 0; round < 50; round++) {
      await bench.clock.advance(3);
      await job.pause();
      await bench.settle();
      const then = ran;
      await bench.clock.advance(5);
      expect(ran).toBe(then);
      await job.resume();
    }
    expect(ran).toBeGreaterThan(50);
    await bench.scheduler.shutdown();
  });
});
