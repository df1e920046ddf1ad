// The module: its options in every form, several schedulers, what can be injected, events and the log.
import { Inject, Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { BackgroundScheduler } from '@sched/background';
import { currentRun, type RunEvent } from '@sched/core';
import { VirtualClock } from '@sched/core/testing';
import { describe, expect, test } from 'vitest';
import {
  Cron,
  type CronOptions,
  DefineTask,
  getSchedulerToken,
  InjectScheduler,
  Interval,
  OnSchedEvent,
  SchedModule,
  ScheduleModule,
  type ScheduleModuleOptions,
  type ScheduleModuleOptionsFactory,
  SchedulerRegistry,
} from '../src/index.ts';
import { startApp } from './app.ts';

/** The scheduler of an application with these modules. */
async function schedulerOf(...imports: NonNullable<Parameters<typeof startApp>[0]['imports']>) {
  const { app, scheduler } = await startApp({ imports, options: null });
  return { app, scheduler, configuration: scheduler.configuration };
}

describe('options', () => {
  const options: ScheduleModuleOptions = { timezone: 'Asia/Tokyo', logger: null };

  @Injectable()
  class Settings implements ScheduleModuleOptionsFactory {
    createScheduleOptions() {
      return options;
    }
  }

  @Module({ providers: [Settings, { provide: 'ZONE', useValue: 'Asia/Tokyo' }], exports: [Settings, 'ZONE'] })
  class SettingsModule {}

  test.each([
    ['objects', SchedModule.forRoot(options)],
    ['one flat object of strings', SchedModule.forRoot({ 'sched.timezone': 'Asia/Tokyo' })],
    [
      'useFactory',
      SchedModule.forRootAsync({
        imports: [SettingsModule],
        inject: ['ZONE'],
        // Without a type, as those who come from @nestjs/schedule may have it.
        useFactory: async (timezone) => ({ timezone }),
      }),
    ],
    ['useClass', SchedModule.forRootAsync({ useClass: Settings })],
    ['useExisting', SchedModule.forRootAsync({ imports: [SettingsModule], useExisting: Settings })],
    ['the name that is known from @nestjs/schedule', ScheduleModule.forRoot(options)],
  ])('come as %s', async (_, module) => {
    const { app, configuration } = await schedulerOf(module);
    expect(configuration.timezone).toBe('Asia/Tokyo');
    await app.close();
  });

  test('have defaults that suit an application', async () => {
    const { app, configuration, scheduler } = await schedulerOf(SchedModule.forRoot());
    expect(scheduler).toBeInstanceOf(BackgroundScheduler);
    expect(Object.keys(configuration.jobStores)).toEqual(['default', 'process']);
    expect(configuration.executors).toEqual({ default: { type: 'local', maxWorkers: 100 } });
    expect(configuration.jobDefaults.maxInstances).toBe(1);
    await app.close();
  });

  test('reach a scheduler once, however often its module is imported', async () => {
    const ran: string[] = [];
    class Tasks {
      @Interval(1000)
      run() {
        ran.push('run');
      }
    }
    @Module({ imports: [ScheduleModule.forRoot(), ScheduleModule] })
    class Feature {}
    const clock = new VirtualClock();
    const { app } = await startApp({
      imports: [Feature, ScheduleModule.forRoot(), SchedModule.forRoot({ clock })],
      providers: [Tasks],
      options: null,
    });
    await clock.advance(2000);
    expect(ran).toEqual(['run', 'run']);
    await app.close();
  });
});

test('options that @nestjs/schedule has may be assigned to, as there', () => {
  const cron: CronOptions = { name: 'a' };
  cron.name = 'b';
  cron.waitForCompletion = true;
  cron.disabled = true;
  const module: ScheduleModuleOptions = {};
  module.intervals = false;
  expect([cron, module]).toEqual([{ name: 'b', waitForCompletion: true, disabled: true }, { intervals: false }]);
});

describe('several schedulers', () => {
  test('have jobs, tasks and events of their own', async () => {
    const seen: string[] = [];
    const note = (what: string) => seen.push(`${what} ${currentRun()?.jobId ?? ''}`.trim());

    @Injectable()
    class Tasks {
      @Interval('here', 1000)
      here() {
        note('run');
      }

      @Interval('there', 1000, { scheduler: 'reports' })
      there() {
        note('run');
      }

      @DefineTask('task', { scheduler: 'reports' })
      task() {
        note('task');
      }

      @OnSchedEvent('run:succeeded')
      ofDefault({ jobId }: RunEvent) {
        note(`default: ${jobId}`);
      }

      @OnSchedEvent('run:succeeded', { scheduler: 'reports' })
      ofReports({ jobId }: RunEvent) {
        note(`reports: ${jobId}`);
      }
    }

    @Injectable()
    class Users {
      @InjectScheduler() readonly main: unknown;
      @InjectScheduler('reports') readonly reports: unknown;
      @Inject(getSchedulerToken('reports')) readonly same: unknown;
    }

    const clock = new VirtualClock();
    const { app, scheduler, registry } = await startApp({
      imports: [
        SchedModule.forRoot({ clock }),
        SchedModule.forRootAsync({ name: 'reports', useFactory: () => ({ clock }) }),
      ],
      providers: [Tasks, Users],
      options: null,
    });
    const { main, reports, same } = app.get(Users);
    expect(main).toBe(scheduler);
    expect(reports).not.toBe(scheduler);
    expect(same).toBe(reports);
    expect(registry.getIntervals()).toEqual(['here', 'there']);
    await (reports as BackgroundScheduler).addJob('task', 'date', { id: 'dynamic' });
    await clock.advance(1000);
    expect(seen.toSorted()).toEqual([
      'default: here',
      'reports: dynamic',
      'reports: there',
      'run here',
      'run there',
      'task dynamic',
    ]);
    await app.close();
    expect([main, reports].map((each) => (each as BackgroundScheduler).state)).toEqual(['shutdown', 'shutdown']);
    expect(clock.waiting).toBe(0);
  });
});

describe('events', () => {
  test('reach methods with their instance, and the first of them too', async () => {
    const seen: string[] = [];
    class Listeners {
      private readonly own = 'own';

      @OnSchedEvent('scheduler:started')
      @OnSchedEvent('run:failed')
      @OnSchedEvent('scheduler:error')
      on({ type }: { type: string }) {
        seen.push(`${type} ${this.own}`);
        if (type === 'run:failed') throw new Error('of a listener');
      }

      @OnSchedEvent('*')
      any({ type }: { type: string }) {
        if (type === 'job:added') seen.push('any');
      }

      @Interval(1000)
      fails() {
        throw new Error('of a run');
      }
    }
    const { app, seconds } = await startApp({ providers: [Listeners] });
    await seconds(1);
    expect(seen).toEqual(['any', 'scheduler:started own', 'run:failed own', 'scheduler:error own']);
    await app.close();
  });
});

describe('the log', () => {
  class Tasks {
    @Interval(1000)
    run() {
      currentRun()?.log('half done');
      throw new Error('and then not');
    }
  }

  test("is Nest's, for what fails and for what runs say", async () => {
    const { app, seconds, log } = await startApp({ providers: [Tasks] });
    await seconds(1);
    expect(log.ofScheduler).toEqual([
      'log [Scheduler] Tasks.run: half done',
      expect.stringMatching(/^error \[Scheduler\] run Tasks\.run\/\S+ failed: Error: and then not\n {4}at Tasks\.run/),
    ]);
    await app.close();
  });

  test('is nobody if the options say so', async () => {
    const { app, seconds, log } = await startApp({ providers: [Tasks], options: { logger: null } });
    await seconds(1);
    expect(log.ofScheduler).toEqual([]);
    await app.close();
  });
});

describe('a class under test', () => {
  test('needs no scheduler, as long as nothing is started', async () => {
    class Tasks {
      @Cron('* * * * * *')
      run() {
        return 'ran';
      }
    }
    const alone = await Test.createTestingModule({ providers: [Tasks] }).compile();
    expect(alone.get(Tasks).run()).toBe('ran');
    await alone.close();
    const clock = new VirtualClock();
    const imports = [SchedModule.forRoot({ clock })];
    const compiled = await Test.createTestingModule({ imports, providers: [Tasks] }).compile();
    expect(clock.waiting).toBe(0);
    expect(compiled.get(SchedulerRegistry).getCronJobs().size).toBe(0);
    await compiled.close();
  });
});
