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

let { app, registry, seconds, scheduler, log } = {} as TestApp;
beforeEach(async () => {
  seen.length = 0;
  const clock = new VirtualClock({ now: '2026-01-01T00:00:00.500Z' });
  ({ app, registry, seconds, scheduler, log } = await startApp({ providers: [Tasks], clock }));
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

  test('notices what others do with the scheduler', async () => {
    await scheduler.pauseJob('cron');
    expect(job.isActive).toBe(false);
    await scheduler.resumeJob('cron');
    expect(job.isActive).toBe(true);
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
