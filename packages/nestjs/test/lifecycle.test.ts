// The life of an application: what is started is drained and leaves nothing behind, on both platforms.
import {
  Injectable,
  Module,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { currentRun } from '@sched/core';
import { VirtualClock } from '@sched/core/testing';
import { describe, expect, test } from 'vitest';
import { Cron, Interval, OnSchedEvent, SchedModule, SchedulerRegistry, Timeout } from '../src/index.ts';
import { refusal, startApp } from './app.ts';

/** A run that lasts until it is let go, and notes its end. */
class Slow {
  readonly seen: string[] = [];
  release = () => {};

  @Interval(1000, { waitForCompletion: true })
  async run() {
    this.seen.push('begins');
    await new Promise<void>((resolve, reject) => {
      this.release = resolve;
      currentRun()?.signal.addEventListener('abort', () => reject(new Error('aborted')));
    });
    this.seen.push('ends');
  }
}

describe.each(['express', 'fastify'] as const)('on %s', (platform) => {
  test('jobs fire from bootstrap to close, which waits for what runs', async () => {
    const { app, clock, seconds, scheduler } = await startApp({ platform, providers: [Slow] });
    expect(scheduler.state).toBe('running');
    await seconds(1);
    const { seen, release } = app.get(Slow);
    expect(seen).toEqual(['begins']);
    const closed = app.close();
    await clock.settle();
    expect(scheduler.state).toBe('stopping');
    release();
    await closed;
    expect(seen).toEqual(['begins', 'ends']);
    expect([scheduler.state, clock.waiting]).toEqual(['shutdown', 0]);
  });

  test('an application that listens serves requests while jobs fire', async () => {
    const { app, seconds } = await startApp({ platform, providers: [Slow] });
    await app.listen(0, '127.0.0.1');
    expect((await fetch(`${await app.getUrl()}/nothing`)).status).toBe(404);
    await seconds(1);
    app.get(Slow).release();
    await app.close();
  });
});

describe('starting', () => {
  test('comes after the bootstrap of the modules below, which find the jobs declared already', async () => {
    const seen: string[] = [];
    @Injectable()
    class Feature implements OnModuleInit, OnApplicationBootstrap {
      readonly registry: SchedulerRegistry;

      constructor(registry: SchedulerRegistry) {
        this.registry = registry;
      }

      onModuleInit() {
        seen.push(`init, ${this.registry.getCronJobs().size} jobs`);
      }

      async onApplicationBootstrap() {
        await Promise.resolve();
        seen.push(`bootstrap, ${this.registry.getCronJobs().size} jobs`);
        this.registry.getCronJob('stopped').stop();
        this.registry.deleteCronJob('deleted');
      }
    }
    @Module({ providers: [Feature] })
    class FeatureModule {}
    class Tasks {
      @OnSchedEvent('scheduler:started')
      started() {
        seen.push('started');
      }

      @Cron('* * * * * *', { name: 'stopped' })
      stopped() {
        seen.push('stopped');
      }

      @Cron('* * * * * *', { name: 'deleted' })
      deleted() {
        seen.push('deleted');
      }
    }
    const { app, seconds, scheduler } = await startApp({ imports: [FeatureModule], providers: [Tasks] });
    await seconds(3);
    expect(seen).toEqual(['init, 0 jobs', 'bootstrap, 2 jobs', 'started']);
    expect((await scheduler.getJobs()).map(({ id, state }) => [id, state])).toEqual([['stopped', 'paused']]);
    await app.close();
  });

  test('may be paused: jobs are there, and nothing fires until it is resumed', async () => {
    const { app, seconds, scheduler, clock } = await startApp({ providers: [Slow], options: { paused: true } });
    await seconds(5);
    expect(app.get(Slow).seen).toEqual([]);
    expect(await scheduler.getJobs()).toHaveLength(1);
    await scheduler.resume();
    await seconds(1);
    expect(app.get(Slow).seen).toEqual(['begins']);
    app.get(Slow).release();
    await app.close();
    expect(clock.waiting).toBe(0);
  });

  test('that fails leaves nothing open, and says why', async () => {
    const clock = new VirtualClock();
    const options = { clock, jobStores: { default: { type: 'sqlite', url: '/dev/null/jobs.sqlite' } } };
    const imports = [SchedModule.forRoot({ clock, name: 'other' })];
    expect((await refusal({ imports, options, providers: [Slow] })).message).toMatch(/dev\/null/);
    expect(clock.waiting).toBe(0);
  });
});

describe('closing', () => {
  test('waits for runs before other modules lose what the runs need', async () => {
    @Injectable()
    class Database implements OnModuleDestroy {
      isOpen = true;
      onModuleDestroy() {
        this.isOpen = false;
      }
    }
    @Module({ providers: [Database], exports: [Database] })
    class DatabaseModule {}
    const seen: unknown[] = [];
    @Injectable()
    class Tasks {
      readonly database: Database;

      constructor(database: Database) {
        this.database = database;
      }

      @Timeout(1000)
      async run() {
        await new Promise((resolve) => setImmediate(resolve));
        seen.push(this.database.isOpen);
      }
    }
    @Module({ imports: [DatabaseModule], providers: [Tasks] })
    class TasksModule {}
    const { app, seconds } = await startApp({ imports: [TasksModule] });
    await seconds(1);
    await app.close();
    expect(seen).toEqual([true]);
  });

  test('aborts what takes longer than its time', async () => {
    const { app, clock, seconds, scheduler } = await startApp({ providers: [Slow], options: { shutdownTimeout: 5 } });
    const ended: unknown[] = [];
    scheduler.on('run:cancelled', ({ jobId }) => ended.push(jobId));
    await seconds(1);
    const closed = app.close();
    await seconds(4);
    expect(ended).toEqual([]);
    await seconds(1);
    await closed;
    expect(ended).toEqual(['Slow.run']);
    expect(clock.waiting).toBe(0);
  });

  test('comes to nothing before the application has started, and twice is once', async () => {
    const clock = new VirtualClock();
    const testing = await Test.createTestingModule({
      imports: [SchedModule.forRoot({ clock })],
      providers: [Slow],
    }).compile();
    await testing.createNestApplication({ logger: false }).close();
    const { app } = await startApp({ providers: [Slow] });
    await app.close();
    await app.close();
    expect(clock.waiting).toBe(0);
  });

  test('cancels an initial delay', async () => {
    class Tasks {
      @Cron('* * * * * *', { initialDelay: 60_000 })
      run() {}
    }
    const { app, clock } = await startApp({ providers: [Tasks] });
    await app.close();
    expect(clock.waiting).toBe(0);
  });

  test('leaves no timer and no listener, 50 times over', async () => {
    class Tasks {
      @Cron('* * * * * *')
      @Interval(1000)
      @Timeout(1000)
      run() {}
    }
    const clock = new VirtualClock();
    const listeners = () => process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
    const before = listeners();
    for (let time = 0; time < 50; time++) {
      const { app } = await startApp({ providers: [Tasks], clock });
      await clock.advance(1000);
      await app.close();
      expect(clock.waiting).toBe(0);
    }
    expect(listeners()).toBe(before);
  });
});
