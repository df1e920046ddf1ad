// Jobs that outlive the process: restarts, replicas, and decorators that come and go.
import { currentRun, Scheduler } from '@sched/core';
import { VirtualClock } from '@sched/core/testing';
import { beforeEach, describe, expect, test } from 'vitest';
import { Cron, DefineTask, Interval, OnSchedEvent, Timeout } from '../src/index.ts';
import { type AppParts, sqlite, startApp } from './app.ts';

let clock: VirtualClock;
let options: ReturnType<typeof sqlite>;
let seen: string[];
const note = () => {
  const run = currentRun();
  seen.push(`${run?.jobId} ${run?.fireTime.toISOString().slice(11, 19)}${run?.coalesced ? ` +${run.coalesced}` : ''}`);
};
beforeEach(() => {
  clock = new VirtualClock({ now: '2026-01-01T00:00:00.500Z' });
  options = sqlite();
  seen = [];
});

const start = (parts: Partial<AppParts>) => startApp({ clock, ...parts, options: { ...options, ...parts.options } });
/** Declares and ends. */
const startAndClose = async (parts: Partial<AppParts>) => {
  const { app, log } = await start(parts);
  await app.close();
  return log;
};
/** The jobs of the store as any process sees them. */
const stored = async () => {
  const scheduler = new Scheduler({ ...options, clock, logger: null });
  await scheduler.start({ paused: true });
  const jobs = await scheduler.getJobs();
  await scheduler.shutdown();
  return jobs.map(({ id, task, state }) => `${id} ${task} ${state}`);
};

class Tasks {
  @Cron('*/10 * * * * *')
  cron() {
    note();
  }
}

describe('a restart', () => {
  test('keeps what is declared, and makes good what was due meanwhile', async () => {
    const { app, seconds } = await start({ providers: [Tasks] });
    await seconds(10);
    await app.close();
    expect(await stored()).toEqual(['Tasks.cron @Tasks.cron active']);
    await clock.advance(35_000);
    const second = await start({ providers: [Tasks] });
    await second.seconds(6);
    expect(seen).toEqual(['Tasks.cron 00:00:10', 'Tasks.cron 00:00:40 +2', 'Tasks.cron 00:00:50']);
    await second.app.close();
  });

  test('does not move an interval', async () => {
    class Intervals {
      @Interval(60_000)
      run() {
        note();
      }
    }
    await startAndClose({ providers: [Intervals] });
    await clock.advance(40_000);
    const { app, seconds } = await start({ providers: [Intervals] });
    await seconds(20);
    expect(seen).toEqual(['Intervals.run 00:01:00']);
    await app.close();
  });

  test('begins a timeout anew: it belongs to the process', async () => {
    class Timeouts {
      @Timeout(5000)
      run() {
        note();
      }
    }
    for (let time = 0; time < 2; time++) {
      const { app, seconds } = await start({ providers: [Timeouts] });
      await seconds(6);
      await app.close();
    }
    expect(seen).toEqual(['Timeouts.run 00:00:05', 'Timeouts.run 00:00:11']);
    expect(await stored()).toEqual([]);
  });

  test('leaves a pause by others, and undoes one by code', async () => {
    const first = await start({ providers: [Tasks] });
    await first.scheduler.pauseJob('Tasks.cron', { reason: 'by hand' });
    await first.app.close();
    const second = await start({ providers: [Tasks] });
    await second.seconds(10);
    expect(seen).toEqual([]);
    expect(second.registry.getCronJob('Tasks.cron').isActive).toBe(false);
    await second.scheduler.resumeJob('Tasks.cron');
    await second.registry.getCronJob('Tasks.cron').stop();
    await second.seconds(10);
    expect(seen).toEqual([]);
    await second.app.close();
    const third = await start({ providers: [Tasks] });
    expect(third.registry.getCronJob('Tasks.cron').isActive).toBe(true);
    await third.seconds(10);
    expect(seen).toEqual(['Tasks.cron 00:00:30']);
    await third.app.close();
  });

  test('leaves a job that has finished as it is', async () => {
    class Twice {
      @Cron('*/10 * * * * *', { name: 'twice', maxRuns: 2 })
      run() {
        note();
      }
    }
    for (const times of [2, 2]) {
      const { app, seconds, registry } = await start({ providers: [Twice] });
      await seconds(40);
      const job = registry.getCronJob('twice');
      expect([seen.length, job.isActive, job.nextDates(1)]).toEqual([times, false, []]);
      expect(job.lastDate()?.toISOString()).toMatch(/^2026-01-01T00:00:20/);
      await app.close();
    }
  });

  test('takes up what the code says anew: disabled, enabled, another time', async () => {
    const version = (cronTime: string, disabled: boolean) => {
      class Report {
        @Cron(cronTime, { name: 'report', disabled })
        run() {
          note();
        }
      }
      return [Report];
    };
    for (const [cronTime, disabled] of [
      ['*/10 * * * * *', false],
      ['*/10 * * * * *', true],
      ['*/10 * * * * *', false],
      ['*/15 * * * * *', false],
    ] as const) {
      const { app, seconds } = await start({ providers: version(cronTime, disabled) });
      await seconds(10);
      await app.close();
      seen.push('---');
    }
    expect(seen).toEqual(['report 00:00:10', '---', '---', 'report 00:00:30', '---', '---']);
    const { app, seconds } = await start({ providers: version('*/15 * * * * *', false) });
    await seconds(5);
    expect(seen.at(-1)).toBe('report 00:00:45');
    await app.close();
  });

  test('undoes setTime, as the code says otherwise', async () => {
    const { app, registry } = await start({ providers: [Tasks] });
    registry.getCronJob('Tasks.cron').setTime('0 0 1 1 *');
    await clock.settle();
    await app.close();
    const second = await start({ providers: [Tasks] });
    await second.seconds(10);
    expect(seen).toEqual(['Tasks.cron 00:00:10']);
    await second.app.close();
  });
});

describe('two replicas on one store', () => {
  test('run each due time once', async () => {
    const replicas = [await start({ providers: [Tasks] }), await start({ providers: [Tasks] })];
    await clock.advance(60_000);
    expect(seen).toEqual(
      [10, 20, 30, 40, 50].map((second) => `Tasks.cron 00:00:${second}`).concat('Tasks.cron 00:01:00'),
    );
    for (const { app } of replicas) await app.close();
    expect(clock.waiting).toBe(0);
  });

  test('run what belongs to the process each for itself', async () => {
    class Caches {
      @Interval(10_000, { jobStore: 'process' })
      refresh() {
        note();
      }

      @Timeout(10_000)
      warm() {
        note();
      }
    }
    const replicas = [await start({ providers: [Caches] }), await start({ providers: [Caches] })];
    await clock.advance(10_000);
    expect(seen).toHaveLength(4);
    for (const { app } of replicas) await app.close();
  });

  test('one that has a kind of decorator switched off leaves those jobs to the other', async () => {
    const manager = await start({ providers: [Tasks], options: { cronJobs: false } });
    await manager.seconds(20);
    expect(seen).toEqual([]);
    const worker = await start({ providers: [Tasks] });
    await worker.app.close();
    await manager.seconds(20);
    expect(seen).toEqual([]);
    expect(manager.log.ofScheduler.filter((line) => line.includes('no decorator'))).toEqual([]);
    await manager.app.close();
  });
});

describe('a decorator that is gone', () => {
  class Renamed {
    @Cron('*/10 * * * * *', { name: 'renamed' })
    cron() {
      note();
    }
  }
  const WARNING =
    "warn [Scheduler] job 'Tasks.cron' is in store 'default', but no decorator declares it: this process does not run it; " +
    'scheduler.removeJob() or the option removeOrphans removes it';

  test('leaves a job that is not run, not removed, and told of in log, event and health', async () => {
    await startAndClose({ providers: [Tasks] });
    class Listeners {
      @OnSchedEvent('task:unknown')
      unknown({ task }: { task: string }) {
        seen.push(`unknown ${task}`);
      }
    }
    const { app, seconds, log, scheduler } = await start({ providers: [Renamed, Listeners] });
    expect(log.ofScheduler).toEqual([WARNING]);
    await seconds(30);
    expect(seen.filter((line) => !line.startsWith('renamed'))).toEqual(['unknown @Tasks.cron']);
    expect(seen).toContain('renamed 00:00:30');
    expect(scheduler.health().unknownTasks).toEqual({ '@Tasks.cron': 1 });
    await app.close();
    expect(await stored()).toContain('Tasks.cron @Tasks.cron active');
  });

  test('does so although the method is still a task', async () => {
    class Before {
      @Cron('*/10 * * * * *')
      @DefineTask()
      run() {
        note();
      }
    }
    const After = () => {
      class Before {
        @DefineTask()
        run() {
          note();
        }
      }
      return Before;
    };
    await startAndClose({ providers: [Before] });
    const { app, seconds, scheduler } = await start({ providers: [After()] });
    await scheduler.addJob('Before.run', 'interval', { seconds: 15, id: 'dynamic' });
    await seconds(20);
    expect(seen).toEqual(['dynamic 00:00:15']);
    await app.close();
  });

  test('does so among several on one method', async () => {
    class Before {
      @Cron('5 * * * * *')
      @Cron('10 * * * * *')
      run() {
        note();
      }
    }
    await startAndClose({ providers: [Before] });
    const After = { Before: class extends Renamed {} }.Before;
    const log = await startAndClose({ providers: [After] });
    expect(log.ofScheduler.map((line) => /'(.*?)'/.exec(line)?.[1])).toEqual(['Before.run', 'Before.run#2']);
  });

  test('leaves a job that is not run when the method gets another one, in another store', async () => {
    const version = (jobStore: string) => {
      class Moving {
        @Interval(10_000, { jobStore })
        run() {
          note();
        }
      }
      return Moving;
    };
    await startAndClose({ providers: [version('default')] });
    const { app, seconds, log } = await start({ providers: [version('process')] });
    await seconds(21);
    expect(seen).toEqual(['Moving.run 00:00:10', 'Moving.run 00:00:20']);
    expect(log.ofScheduler[0]).toMatch(/job 'Moving\.run' is in store 'default', but no decorator declares it/);
    await app.close();
  });

  test('is another one for each scheduler, even on one store', async () => {
    const tasks = (scheduler: string) => {
      class Tasks {
        @Cron('*/10 * * * * *', { scheduler, name: scheduler })
        run() {
          note();
        }
      }
      return Tasks;
    };
    for (const name of ['reports', 'other', 'reports']) {
      const { app, seconds, log } = await start({
        options: { name, removeOrphans: true } as never,
        providers: [tasks(name)],
      });
      await seconds(10);
      expect(log.ofScheduler).toEqual([]);
      await app.close();
    }
    expect(await stored()).toEqual(['other @other active', 'reports @reports active']);
  });

  test('may be cleared away by several replicas at once', async () => {
    await startAndClose({ providers: [Tasks] });
    const replicas = await Promise.all(
      [1, 2, 3].map(() => start({ providers: [Renamed], options: { removeOrphans: true } })),
    );
    for (const { app } of replicas) await app.close();
    expect(await stored()).toEqual(['renamed @renamed active']);
  });

  test('takes its job with it if the module removes orphans, and no other job', async () => {
    const { app, scheduler } = await start({ providers: [Tasks] });
    await scheduler.addJob('@Tasks.cron', 'interval', { hours: 1, id: 'dynamic' });
    await app.close();
    const log = await startAndClose({ providers: [Renamed], options: { removeOrphans: true } });
    expect(log.ofScheduler).toEqual(["warn [Scheduler] job 'Tasks.cron' was removed: no decorator declares it"]);
    expect(await stored()).toEqual(['renamed @renamed active', 'dynamic @Tasks.cron active']);
  });
});
