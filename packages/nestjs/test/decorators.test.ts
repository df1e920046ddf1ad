// What decorators declare: jobs that fire, under ids that stay the same.
import { Controller, Injectable, Module } from '@nestjs/common';
import { CronTrigger, currentRun, IntervalTrigger } from '@sched/core';
import { VirtualClock } from '@sched/core/testing';
import { DateTime } from 'luxon';
import { afterEach, describe, expect, test } from 'vitest';
import { Cron, CronExpression, DefineTask, Interval, ScheduledJob, Timeout } from '../src/index.ts';
import { type AppParts, sqlite, startApp, type TestApp } from './app.ts';

const apps: TestApp[] = [];
const start = async (parts: AppParts) => {
  const started = await startApp(parts);
  apps.push(started);
  return started;
};
afterEach(async () => {
  for (const { app } of apps.splice(0)) await app.close();
});

/** Which job runs, in the place of what a method would do. */
const seen: string[] = [];
const note = (...args: unknown[]) => {
  seen.push([currentRun()?.jobId, ...args].join(' '));
};
afterEach(() => {
  seen.length = 0;
});

/** A moment after the second at which the clock stands, so that nothing is due at once. */
const clock = () => new VirtualClock({ now: '2026-01-01T00:00:00.500Z' });

describe('the decorators', () => {
  test('run methods on their instance, by their schedules', async () => {
    @Injectable()
    class Tasks {
      private readonly own = 'own';

      @Cron(CronExpression.EVERY_10_SECONDS)
      cron() {
        note(this.own);
      }

      @Interval(15_000)
      interval() {
        note();
      }

      @Timeout(5000)
      timeout() {
        note();
      }

      @ScheduledJob('calendarinterval', { days: 1, second: 25 })
      calendar() {
        note();
      }

      @ScheduledJob(new IntervalTrigger({ seconds: 28 }), { id: 'any', args: ['x', 2] })
      any(...args: unknown[]) {
        note(...args);
      }
    }
    const { seconds } = await start({ providers: [Tasks], clock: clock() });
    await seconds(31);
    expect(seen).toEqual([
      'Tasks.timeout',
      'Tasks.cron own',
      'Tasks.interval',
      'Tasks.cron own',
      'Tasks.calendar',
      'any x 2',
      'Tasks.cron own',
      'Tasks.interval',
    ]);
  });

  test('give a trigger the bounds it has itself: an interval counts from its start', async () => {
    class Tasks {
      @ScheduledJob('interval', { seconds: 10, startDate: '2026-01-01T00:00:03Z', endDate: '2026-01-01T00:00:15Z' })
      run() {
        note(currentRun()?.fireTime.getUTCSeconds());
      }
    }
    const { seconds } = await start({ providers: [Tasks], clock: clock() });
    await seconds(31);
    expect(seen).toEqual(['Tasks.run 3', 'Tasks.run 13']);
  });

  test('may stand on one method more than once, in the order of the source', async () => {
    class Tasks {
      @Cron('5 * * * * *')
      @Cron('10 * * * * *', { name: 'named' })
      @Interval(15_000)
      @Timeout('other', 20_000)
      @ScheduledJob(new CronTrigger({ second: 25 }), { args: ['eu'] })
      run(...args: unknown[]) {
        note(...args);
      }
    }
    const { seconds } = await start({ providers: [Tasks], clock: clock() });
    await seconds(26);
    expect(seen).toEqual(['Tasks.run', 'named', 'Tasks.run#2', 'other', 'Tasks.run#3 eu']);
  });

  test('are found on controllers, on what factories make, and once on a class with several names', async () => {
    @Controller('jobs')
    class Jobs {
      @Interval(1000)
      run() {
        note();
      }
    }
    class Made {
      @Interval(1000)
      run() {
        note();
      }
    }
    const { seconds } = await start({
      controllers: [Jobs],
      providers: [
        { provide: 'made', useFactory: () => new Made() },
        { provide: 'alias', useExisting: 'made' },
        { provide: 'value', useValue: 'a text' },
      ],
    });
    await seconds(1);
    expect(seen.toSorted()).toEqual(['Jobs.run', 'Made.run']);
  });

  test('are inherited, each class having jobs of its own; an overriding method has none', async () => {
    class Base {
      @Interval(1000)
      run() {
        note(this.constructor.name);
      }
    }
    class One extends Base {}
    class Two extends Base {}
    class Other extends Base {
      override run() {
        note('overridden');
      }
    }
    const { seconds } = await start({ providers: [One, Two, Other] });
    await seconds(1);
    expect(seen.toSorted()).toEqual(['One.run One', 'Two.run Two']);
  });

  test('make one job of a class that two modules provide, and say so', async () => {
    class Tasks {
      @Interval(1000)
      run() {
        note();
      }
    }
    @Module({ providers: [Tasks] })
    class One {}
    @Module({ providers: [Tasks] })
    class Two {}
    const { seconds, log } = await start({ imports: [One, Two] });
    await seconds(2);
    expect(seen).toEqual(['Tasks.run', 'Tasks.run']);
    expect(log.lines).toContain(
      'warn [Scheduler] Tasks is provided more than once; its jobs run on the first instance',
    );
  });

  test('wait as long as they say, beyond what a timer of Node.js can', async () => {
    class Tasks {
      @Interval(40 * 86_400_000)
      interval() {
        note();
      }

      @Timeout(30 * 86_400_000)
      timeout() {
        note();
      }
    }
    const { scheduler } = await start({ providers: [Tasks] });
    const next = async (id: string) => (await scheduler.getJob(id))?.nextRunTime?.toISOString();
    expect(await next('Tasks.interval')).toBe('2026-02-10T00:00:00.000Z');
    expect(await next('Tasks.timeout')).toBe('2026-01-31T00:00:00.000Z');
  });
});

describe('@Cron', () => {
  /** The one job of a method with this decorator. */
  const declared = async (decorator: MethodDecorator, parts: Omit<AppParts, 'providers'> = {}) => {
    class Tasks {
      run() {
        note();
      }
    }
    decorator(Tasks.prototype, 'run', Object.getOwnPropertyDescriptor(Tasks.prototype, 'run') ?? {});
    const started = await start({ clock: clock(), ...parts, providers: [Tasks] });
    const [job] = await started.scheduler.getJobs();
    if (job === undefined) throw new Error('there is no job');
    return { ...started, job, times: job.nextFireTimes(3).map((time) => time.toISOString().slice(5, 19)) };
  };

  test.each([
    ['an expression of 5 fields', '30 9 * * *', ['01-01T09:30:00', '01-02T09:30:00', '01-03T09:30:00']],
    ['an expression of 6 fields', '*/20 * * * * *', ['01-01T00:00:20', '01-01T00:00:40', '01-01T00:01:00']],
    ['a nickname of crontab', '@daily', ['01-02T00:00:00', '01-03T00:00:00', '01-04T00:00:00']],
    ['a nickname of cron', '@minutely', ['01-01T00:01:00', '01-01T00:02:00', '01-01T00:03:00']],
    ['another', '@weekends', ['01-03T00:00:00', '01-04T00:00:00', '01-10T00:00:00']],
    ['a Date', new Date('2026-03-04T05:06:07Z'), ['03-04T05:06:07']],
    ['a DateTime', DateTime.fromISO('2026-03-04T05:06:07+01:00'), ['03-04T04:06:07']],
  ])('takes %s', async (_, cronTime, times) => {
    expect((await declared(Cron(cronTime))).times).toEqual(times);
  });

  test.each([
    ['timeZone', { timeZone: 'Asia/Tokyo' }, '01-01T00:00:00'],
    ['utcOffset, in minutes', { utcOffset: 330 }, '01-01T03:30:00'],
    ['utcOffset to the west', { utcOffset: -90 }, '01-01T10:30:00'],
    ['the zone of the scheduler', {}, '01-01T09:00:00'],
  ])('goes by %s', async (_, options, first) => {
    const { times } = await declared(Cron('0 9 * * *', options), {
      clock: new VirtualClock({ now: '2025-12-31T23:59:59Z' }),
    });
    expect(times[0]).toBe(first);
  });

  test('goes by the zone of the host where the scheduler has none, as @nestjs/schedule does', async () => {
    const { scheduler } = await declared(Cron('0 9 * * *'), { options: { timezone: undefined as never } });
    expect(scheduler.configuration.timezone).toBe(Intl.DateTimeFormat().resolvedOptions().timeZone);
  });

  test('lets runs overlap, up to ten, unless it waits for completion or the module says otherwise', async () => {
    const policies = async (...given: Parameters<typeof declared>) => {
      const { maxInstances, overlap } = (await declared(...given)).job.policies;
      return [maxInstances, overlap];
    };
    expect(await policies(Cron('* * * * *'))).toEqual([10, 'skip']);
    expect(await policies(Interval(1000))).toEqual([10, 'skip']);
    expect(await policies(Cron('* * * * *', { waitForCompletion: true }))).toEqual([1, 'skip']);
    expect(await policies(Cron('* * * * *', { maxInstances: 3, overlap: 'queue' }))).toEqual([3, 'queue']);
    expect(await policies(Cron('* * * * *', { overlap: 'replace' }))).toEqual([1, 'replace']);
    expect(await policies(Cron('* * * * *'), { options: { jobDefaults: { maxInstances: 1 } } })).toEqual([1, 'skip']);
    expect(await policies(ScheduledJob(new CronTrigger({ hour: 9 })))).toEqual([1, 'skip']);
  });

  test('skips while a run is open if it waits for completion, and records it', async () => {
    class Tasks {
      static release = () => {};

      @Cron('* * * * * *', { waitForCompletion: true, name: 'waits' })
      async run() {
        note();
        await new Promise<void>((resolve) => {
          Tasks.release = resolve;
        });
      }
    }
    const { scheduler, seconds } = await start({ providers: [Tasks], clock: clock() });
    await seconds(3);
    expect(seen).toEqual(['waits']);
    Tasks.release();
    await seconds(1);
    const runs = await scheduler.getRuns({ jobId: 'waits' });
    expect(runs.map(({ state }) => state).reverse()).toEqual(['succeeded', 'skipped', 'skipped', 'running']);
    Tasks.release();
  });

  test('takes threshold as the grace time, and every policy of a job', async () => {
    expect((await declared(Cron('* * * * *', { threshold: 250 }))).job.policies.misfireGraceTime).toBe(0.25);
    const { job } = await declared(
      Cron('* * * * *', { retry: { maxAttempts: 3 }, jitter: 5, priority: 2, keepRuns: 7, tags: ['b', 'a'] }),
    );
    expect(job.policies).toMatchObject({ retry: { maxAttempts: 3 }, jitter: [0, 5], priority: 2, keepRuns: 7 });
    expect(job.tags).toEqual(['a', 'b', 'nestjs']);
  });

  test('is there but does not fire while it is disabled', async () => {
    const { job, seconds, registry } = await declared(Cron('* * * * * *', { name: 'off', disabled: true }));
    expect(job.state).toBe('paused');
    await seconds(2);
    expect(seen).toEqual([]);
    registry.getCronJob('off').start();
    await seconds(2);
    expect(seen).toEqual(['off', 'off']);
  });

  test('takes part in the job once its initial delay is over', async () => {
    class Tasks {
      @Cron('* * * * * *', { initialDelay: 2000 })
      run() {
        note();
      }
    }
    const { seconds, registry } = await start({ providers: [Tasks], clock: clock() });
    expect(registry.getCronJob('Tasks.run').isActive).toBe(false);
    await seconds(2);
    expect(seen).toEqual([]);
    expect(registry.getCronJob('Tasks.run').isActive).toBe(true);
    await seconds(2);
    expect(seen).toEqual(['Tasks.run', 'Tasks.run']);
  });
});

describe('values from the container', () => {
  class Config {
    readonly values: Record<string, unknown> = { cron: '*/5 * * * * *', every: 7000, options: { name: 'configured' } };
    get(name: string) {
      return this.values[name];
    }
  }

  test('stand in the place of expressions, milliseconds, triggers and options', async () => {
    class Tasks {
      @Cron(
        { inject: [Config], useFactory: (config: Config) => String(config.get('cron')) },
        { inject: [Config], useFactory: async (config: Config) => config.get('options') as object },
      )
      cron() {
        note();
      }

      @Interval({ inject: [Config], useFactory: (config: Config) => Number(config.get('every')) })
      interval() {
        note();
      }

      @Timeout('late', { useFactory: async () => 8000 })
      timeout() {
        note();
      }

      @ScheduledJob({ useFactory: () => new IntervalTrigger({ seconds: 9 }) })
      job() {
        note();
      }
    }
    const { seconds } = await start({ providers: [Config, Tasks], clock: clock() });
    await seconds(9);
    expect(seen).toEqual(['configured', 'Tasks.interval', 'late', 'Tasks.job']);
  });

  test('may depend on what is optional', async () => {
    class Tasks {
      @Interval({
        inject: [{ token: 'nothing', optional: true }],
        useFactory: (every: number | undefined) => every ?? 1000,
      })
      run() {
        note();
      }
    }
    const { seconds } = await start({ providers: [Tasks] });
    await seconds(1);
    expect(seen).toEqual(['Tasks.run']);
  });
});

describe('@DefineTask', () => {
  test('makes methods tasks that jobs of a durable store may name', async () => {
    class Reports {
      readonly own = 'own';

      @DefineTask()
      send(region: string) {
        note(this.own, region);
      }

      @DefineTask('remove-old')
      @Cron('0 0 * * *')
      remove() {
        note();
      }
    }
    const { scheduler, seconds } = await start({ providers: [Reports], options: sqlite(), clock: clock() });
    await scheduler.addJob('Reports.send', 'interval', { seconds: 5, id: 'eu', args: ['eu'] });
    await scheduler.addJob('remove-old', 'interval', { seconds: 7, id: 'old' });
    await seconds(8);
    expect(seen).toEqual(['eu own eu', 'old']);
  });
});

describe('the switches of the module', () => {
  class Tasks {
    @Cron('* * * * * *')
    cron() {
      note();
    }
    @Interval(1000)
    interval() {
      note();
    }
    @Timeout(1000)
    timeout() {
      note();
    }
    @ScheduledJob(new IntervalTrigger({ seconds: 1 }))
    job() {
      note();
    }
  }

  test.each([
    ['cronJobs', 'Tasks.cron'],
    ['intervals', 'Tasks.interval'],
    ['timeouts', 'Tasks.timeout'],
  ])('%s: false leaves out a kind of decorator', async (option, id) => {
    const { seconds, registry } = await start({ providers: [Tasks], options: { [option]: false }, clock: clock() });
    await seconds(1);
    const all = ['Tasks.cron', 'Tasks.interval', 'Tasks.job', 'Tasks.timeout'];
    expect(seen.toSorted()).toEqual(all.filter((other) => other !== id));
    const known = [...registry.getCronJobs().keys(), ...registry.getIntervals(), ...registry.getTimeouts()];
    expect(known).not.toContain(id);
  });
});
