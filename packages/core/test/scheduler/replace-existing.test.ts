// Jobs that are declared again at every start stay what they were, but for what changed.
import { describe, expect, test } from 'vitest';
import { MemoryStore } from '../../src/index.ts';
import { Bench, HOUR, recorder, short, started } from './bench.ts';

const nothing = (..._args: readonly unknown[]) => {};

describe('replaceExisting', () => {
  const again = { id: 'a', replaceExisting: true } as const;

  test('an equal definition changes nothing: next run, pause, history and anchor stay', async () => {
    const { scheduler, seconds, events, states } = await started();
    await scheduler.addJob(nothing, 'interval', { hours: 1, ...again });
    await seconds(3600 + 1500);
    const before = await scheduler.getJob('a');
    const told = events.length;
    const job = await scheduler.addJob(nothing, 'interval', { hours: 1, ...again });
    expect(short(job.nextRunTime ?? 0)).toBe('2026-01-01T02:00:00Z');
    expect(job.trigger.toJSON()).toEqual(before?.trigger.toJSON());
    expect(events.length).toBe(told);
    expect(await states('a')).toEqual(['succeeded']);
    await job.pause();
    expect((await scheduler.addJob(nothing, 'interval', { hours: 1, ...again })).state).toBe('paused');
    await scheduler.shutdown();
  });

  test('over restarts of the process an interval goes on where it stood', async () => {
    const store = new MemoryStore();
    const first = await started({ jobStores: { default: store } });
    const { task, fireTimes } = recorder(first.clock);
    for (let life = 0; life < 4; life++) {
      const { scheduler } = life === 0 ? first : new Bench({ jobStores: { default: store } }, undefined, first.clock);
      if (life > 0) await scheduler.start();
      await scheduler.addJob(task, 'interval', { hours: 1, ...again });
      await first.clock.advance(0.4 * HOUR);
      await scheduler.shutdown();
    }
    expect(fireTimes()).toEqual(['2026-01-01T01:00:00Z']);
  });

  test('what became due while the process was down is made good, added again or not', async () => {
    const store = new MemoryStore();
    const { scheduler, clock } = await started({ jobStores: { default: store } });
    const { task, fireTimes } = recorder(clock);
    await scheduler.addJob(task, 'interval', { hours: 1, ...again });
    await scheduler.shutdown();
    await clock.advance(2.5 * HOUR);
    const next = new Bench({ jobStores: { default: store } }, undefined, clock);
    await next.scheduler.addJob(task, 'interval', { hours: 1, ...again });
    await next.scheduler.start();
    await next.settle();
    expect(fireTimes()).toEqual(['2026-01-01T02:00:00Z']);
    await next.scheduler.shutdown();
  });

  test('other arguments change only the arguments', async () => {
    const { scheduler, seconds, told } = await started();
    await scheduler.addJob(nothing, 'interval', { hours: 1, ...again, args: [1] });
    await seconds(1500);
    const job = await scheduler.addJob(nothing, 'interval', { hours: 1, ...again, args: [2] });
    expect([job.args, short(job.nextRunTime ?? 0)]).toEqual([[2], '2026-01-01T01:00:00Z']);
    expect(told('job:')).toEqual(['job:added', 'job:modified']);
    await scheduler.shutdown();
  });

  test('another trigger is worked out anew, under the pause that there is', async () => {
    const { scheduler, seconds } = await started();
    await scheduler.addJob(nothing, 'interval', { hours: 1, ...again });
    await seconds(1500);
    const job = await scheduler.addJob(nothing, 'interval', { hours: 2, ...again });
    expect(short(job.nextRunTime ?? 0)).toBe('2026-01-01T02:25:00Z');
    await job.pause();
    expect((await scheduler.addJob(nothing, 'interval', { hours: 3, ...again })).state).toBe('paused');
    await scheduler.shutdown();
  });

  test('without it an id that is taken is refused, and the job stays as it was', async () => {
    const { scheduler } = await started();
    await scheduler.addJob(nothing, 'interval', { hours: 1, id: 'a' });
    const second = scheduler.addJob(nothing, 'interval', { hours: 2, id: 'a' });
    await expect(second).rejects.toMatchObject({ code: 'job-conflict', jobId: 'a' });
    expect(String((await scheduler.getJob('a'))?.trigger)).toBe('interval[1:00:00]');
    await scheduler.shutdown();
  });
});
