// The registry answers what the one of @nestjs/schedule answers, over jobs that are in a store.
import { Inject } from '@nestjs/common';
import { currentRun, IntervalTrigger } from '@sched/core';
import { VirtualClock } from '@sched/core/testing';
import { CronTime, CronJob as ForeignCronJob } from 'cron';
import { DateTime } from 'luxon';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  Cron,
  CronExpression,
  type CronJob,
  Interval,
  ScheduledJob,
  SchedulerRegistry,
  Timeout,
} from '../src/index.ts';
import { startApp, type TestApp } from './app.ts';

const seen: string[] = [];

class Tasks {
  @Cron('*/10 * * * * *', { name: 'cron', timeZone: 'Europe/Berlin' })
  cron() {
    seen.push('cron');
  }

  @Cron(new Date('2026-01-01T00:00:05Z'), { name: 'date' })
  date() {
    seen.push('date');
  }

  @Interval('interval', 10_000)
  interval() {
    seen.push('interval');
  }

  @Timeout('timeout', 10_000)
  timeout() {
    seen.push('timeout');
  }

  @ScheduledJob('interval', { minutes: 1 })
  job() {
    seen.push('job');
  }
}

/** A clock that does not begin at a fire time. */
const halfPast = () => new VirtualClock({ now: '2026-01-01T00:00:00.500Z' });

let { app, registry, seconds, scheduler, log } = {} as TestApp;
beforeEach(async () => {
  seen.length = 0;
  ({ app, registry, seconds, scheduler, log } = await startApp({ providers: [Tasks], clock: halfPast() }));
});
afterEach(() => app.close());

describe('the registry', () => {
  test('knows what decorators declared, by name and kind', () => {
    expect([...registry.getCronJobs().keys()]).toEqual(['cron', 'date', 'Tasks.job']);
    expect(registry.getIntervals()).toEqual(['interval']);
    expect(registry.getTimeouts()).toEqual(['timeout']);
    expect(registry.doesExist('cron', 'cron')).toBe(true);
    expect(registry.doesExist('interval', 'cron')).toBe(false);
    expect(registry.doesExist('toString' as 'cron', 'cron')).toBe(false);
    expect(registry.getCronJob('cron')).toBe(registry.getCronJobs().get('cron'));
  });

  test.each([
    ['Cron Job', () => registry.getCronJob('no')],
    ['Cron Job', () => registry.deleteCronJob('no')],
    ['Interval', () => registry.getInterval('no')],
    ['Interval', () => registry.deleteInterval('no')],
    ['Timeout', () => registry.getTimeout('no')],
    ['Timeout', () => registry.deleteTimeout('no')],
  ])('names a %s that is not there', (title, ask) => {
    expect(ask).toThrow(
      expect.objectContaining({
        code: 'job-not-found',
        message: expect.stringContaining(`No ${title} was found with`),
      }),
    );
  });

  test('removes jobs for good, in the store too', async () => {
    registry.deleteCronJob('cron');
    registry.deleteInterval('interval');
    registry.deleteTimeout('timeout');
    expect(registry.doesExist('cron', 'cron')).toBe(false);
    await seconds(20);
    expect(seen).toEqual(['date']);
    expect((await scheduler.getJobs()).map(({ id }) => id)).toEqual(['Tasks.job', 'date']);
  });

  test('gives out timers that clearInterval and clearTimeout stop', async () => {
    const interval = registry.getInterval('interval');
    const timeout = registry.getTimeout('timeout');
    expect([interval.hasRef(), timeout.hasRef()]).toEqual([true, true]);
    clearInterval(interval);
    clearTimeout(timeout);
    clearInterval(interval);
    await seconds(20);
    expect(seen).not.toContain('interval');
    expect(seen).not.toContain('timeout');
    expect(registry.getIntervals()).toEqual(['interval']);
    expect((await scheduler.getJob('interval'))?.state).toBe('paused');
    expect(interval.hasRef()).toBe(false);
  });

  test('keeps timers that are handed in, and clears them when the application closes', async () => {
    const ran = vi.fn();
    registry.addInterval('mine', setInterval(ran, 1));
    registry.addTimeout('mine', setTimeout(ran, 3_600_000));
    registry.addInterval('deleted', setInterval(ran, 3_600_000));
    expect(registry.getIntervals()).toEqual(['interval', 'mine', 'deleted']);
    expect(() => registry.addInterval('mine', 1)).toThrow(expect.objectContaining({ code: 'job-conflict' }));
    const timers = [registry.getInterval('mine'), registry.getTimeout('mine'), registry.getInterval('deleted')];
    registry.deleteInterval('deleted');
    expect(timers.map(isCleared)).toEqual([false, false, true]);
    await app.close();
    expect(timers.map(isCleared)).toEqual([true, true, true]);
    expect(registry.getTimeouts()).toEqual([]);
  });

  test('keeps CronJobs of the package cron, which go by their own timers until the application closes', async () => {
    const job = new ForeignCronJob(CronExpression.EVERY_SECOND, () => {
      throw new Error('of a CronJob');
    });
    registry.addCronJob('mine', job);
    expect(() => registry.addCronJob('mine', job)).toThrow(/Cron Job with the given name \(mine\) already exists/);
    expect(() => registry.addCronJob('other', {} as never)).toThrow(
      expect.objectContaining({ code: 'invalid-option' }),
    );
    job.start();
    const same: ForeignCronJob = registry.getCronJob('mine');
    expect(same).toBe(job);
    expect(job.isActive).toBe(true);
    await app.close();
    expect(job.isActive).toBe(false);
  });

  test('logs what a CronJob of an older cron throws', async () => {
    const job = {
      start() {},
      stop() {},
      fireOnTick: async () => {
        throw new Error('of a CronJob');
      },
    };
    registry.addCronJob('mine', job);
    await job.fireOnTick();
    expect(log.lines).toContain('error [Scheduler] of a CronJob');
    registry.deleteCronJob('mine');
  });

  test('can be injected', async () => {
    class Users {
      @Inject(SchedulerRegistry) readonly registry: unknown;
    }
    const other = await startApp({ providers: [Users] });
    expect(other.app.get(Users).registry).toBe(other.registry);
    await other.app.close();
  });
});

/** Whether Node.js has done with a timer. */
function isCleared(timer: NodeJS.Timeout): boolean {
  return Reflect.get(timer, '_destroyed') === true;
}

describe('a cron job', () => {
  let job: CronJob;
  beforeEach(() => {
    job = registry.getCronJob('cron');
  });

  test('stops and starts', async () => {
    expect([job.isActive, job.running]).toEqual([true, true]);
    await job.stop();
    expect([job.isActive, job.running]).toEqual([false, false]);
    await seconds(20);
    expect(seen).not.toContain('cron');
    job.start();
    expect(job.isActive).toBe(true);
    await seconds(10);
    expect(seen.filter((name) => name === 'cron')).toEqual(['cron']);
    void job.stop();
    job.start();
    await seconds(10);
    expect(seen.filter((name) => name === 'cron')).toHaveLength(2);
  });

  test('knows its times', async () => {
    expect(job.nextDate()).toBeInstanceOf(DateTime);
    expect(job.nextDate().toISO()).toBe('2026-01-01T01:00:10.000+01:00');
    expect(job.nextDates(2).map((date) => date.toISO())).toEqual([
      '2026-01-01T01:00:10.000+01:00',
      '2026-01-01T01:00:20.000+01:00',
    ]);
    expect(job.nextDates()).toEqual([]);
    expect(job.lastDate()).toBeNull();
    expect(job.isCallbackRunning).toBe(false);
    await seconds(15);
    expect(job.lastDate()?.toISOString()).toBe('2026-01-01T00:00:10.000Z');
    expect(job.isCallbackRunning).toBe(false);
    expect(registry.getCronJob('date').isActive).toBe(false);
    expect(() => registry.getCronJob('date').nextDate()).toThrow(/expected one that has a fire time left/);
    expect(registry.getCronJob('Tasks.job').nextDate().toISO()).toBe('2026-01-01T00:01:00.500Z');
  });

  test('knows none beyond its bounds', async () => {
    class Tasks {
      @ScheduledJob('interval', { seconds: 1, endDate: '2026-01-01T00:00:05Z', id: 'trigger' })
      @ScheduledJob(new IntervalTrigger({ seconds: 1 }), { id: 'job', endDate: '2026-01-01T00:00:05Z' })
      @Cron('* * * * * *', { name: 'cron', startDate: '2026-01-01T00:00:03Z', endDate: '2026-01-01T00:00:05Z' })
      @Interval('interval', 1000, { endDate: '2026-01-01T00:00:05Z' })
      run() {
        fired.push(currentRun()?.jobId);
      }
    }
    const fired: unknown[] = [];
    const bounded = await startApp({ providers: [Tasks] });
    const job = (name: string): CronJob => bounded.registry.getCronJob(name);
    const times = (name: string) =>
      job(name)
        .nextDates(9)
        .map((date) => date.second);
    expect([times('trigger'), times('job'), times('cron')]).toEqual([
      [1, 2, 3, 4, 5],
      [1, 2, 3, 4, 5],
      [3, 4, 5],
    ]);
    expect(job('cron').nextDate().second).toBe(3);
    await bounded.seconds(20);
    const count = (name: string) => fired.filter((id) => id === name).length;
    expect(['trigger', 'job', 'cron', 'interval'].map(count)).toEqual([5, 5, 3, 5]);
    expect(() => job('job').nextDate()).toThrow(/expected one that has a fire time left/);
    await bounded.app.close();
  });

  test('that has finished knows none, until it gets another time', async () => {
    class Tasks {
      @ScheduledJob('interval', { seconds: 1, maxRuns: 2, id: 'job' })
      @Cron('* * * * * *', { name: 'cron', maxRuns: 2 })
      @Interval('interval', 1000, { maxRuns: 2 })
      run() {}
    }
    const counted = await startApp({ providers: [Tasks], clock: halfPast() });
    const interval = counted.registry.getInterval('interval');
    expect(interval.hasRef()).toBe(true);
    await counted.seconds(10);
    expect(interval.hasRef()).toBe(false);
    for (const id of ['job', 'cron']) {
      const job: CronJob = counted.registry.getCronJob(id);
      const isOver = () => {
        expect(() => job.nextDate()).toThrow(/expected one that has a fire time left/);
        expect([job.nextDates(3), job.isActive, job.running]).toEqual([[], false, false]);
      };
      isOver();
      expect(job.lastDate()?.toISOString()).toMatch(/^2026-01-01T00:00:02/);
      job.start();
      await counted.seconds(1);
      isOver();
      expect((await counted.scheduler.getJob(id))?.state).toBe('finished');
    }
    const [cron, job] = [counted.registry.getCronJob('cron'), counted.registry.getCronJob('job')];
    cron.setTime('*/30 * * * * *');
    await counted.scheduler.modifyJob('job', { maxRuns: null });
    await counted.seconds(0);
    expect([cron.isActive, job.isActive]).toEqual([true, true]);
    expect(cron.nextDate().toISO()).toBe('2026-01-01T00:00:30.000Z');
    expect(job.nextDate().toISO()).toBe('2026-01-01T00:00:13.500Z');
    await counted.seconds(60);
    expect(cron.lastDate()?.toISOString()).toBe('2026-01-01T00:01:00.000Z');
    expect(cron.isActive).toBe(false);
    await counted.app.close();
  });

  test('says how it was declared', () => {
    expect(job.name).toBe('cron');
    expect(job.cronTime).toEqual({ source: '*/10 * * * * *', timeZone: 'Europe/Berlin' });
  });

  test.each([
    ['a CronTime of cron', new CronTime('*/4 * * * * *', 'UTC'), 'UTC'],
    ['an expression in its zone', '*/4 * * * * *', 'Europe/Berlin'],
  ])('takes %s as its time', async (_, time, timeZone) => {
    job.setTime(time);
    expect(job.cronTime).toMatchObject({ source: '*/4 * * * * *', timeZone });
    expect(job.nextDate().zoneName).toBe(timeZone);
    expect(job.nextDate().toUTC().toISO()).toBe('2026-01-01T00:00:04.000Z');
    await seconds(9);
    expect(seen.filter((name) => name === 'cron')).toHaveLength(2);
  });

  test('runs now, and is recorded', async () => {
    await job.fireOnTick();
    await seconds(0);
    expect(seen).toEqual(['cron']);
    expect(await scheduler.getRuns({ jobId: 'cron' })).toMatchObject([{ reason: 'manual', state: 'succeeded' }]);
  });

  test('is running until its run has ended, whatever the run says meanwhile', async () => {
    class Tasks {
      release = () => {};
      @Cron('0 * * * * *', { name: 'slow' })
      async run() {
        currentRun()?.log('half done');
        await new Promise<void>((resolve) => {
          this.release = resolve;
        });
      }
    }
    const slow = await startApp({ providers: [Tasks], clock: halfPast() });
    await slow.seconds(60);
    expect(slow.registry.getCronJob('slow').isCallbackRunning).toBe(true);
    slow.app.get(Tasks).release();
    await slow.seconds(0);
    expect(slow.registry.getCronJob('slow').isCallbackRunning).toBe(false);
    await slow.app.close();
  });

  test('notices what others do with the scheduler', async () => {
    await scheduler.rescheduleJob('cron', 'interval', { seconds: 7 });
    await seconds(0);
    expect(job.nextDate().toUTC().toISO()).toBe('2026-01-01T00:00:07.500Z');
    await scheduler.pauseJob('cron');
    expect(job.isActive).toBe(false);
    await scheduler.resumeJob('cron');
    expect(job.isActive).toBe(true);
    await scheduler.modifyJob('cron', { endDate: '2025-12-31T00:00:00Z' });
    expect([job.isActive, job.nextDates(1)]).toEqual([false, []]);
    await scheduler.removeJob('cron');
    expect(job.isActive).toBe(false);
  });

  test('refuses what it cannot be', () => {
    expect(() => job.addCallback(() => {})).toThrow(/decorate another/);
    expect(() => job.setTime('never')).toThrow(expect.objectContaining({ code: 'invalid-trigger' }));
  });

  test('logs what cannot be done', async () => {
    await scheduler.removeJob('cron');
    job.start();
    await seconds(0);
    expect(log.ofScheduler).toContain('error [Scheduler] there is no job with id "cron" in job store \'default\'');
  });

  test('is left alone once the application has closed', async () => {
    await app.close();
    await job.stop();
    job.start();
    job.setTime('* * * * * *');
    await job.fireOnTick();
    expect(log.ofScheduler).toEqual([]);
  });
});
