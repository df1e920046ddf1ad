// From start to running: what a scheduler does on its way, and what it lets one do.
import { describe, expect, test } from 'vitest';
import { LocalExecutor, MemoryStore, SchedulerStateError } from '../../src/index.ts';
import { VirtualClock } from '../../src/testing/index.ts';
import { Bench, MINUTE, RefusingStore, recorder } from './bench.ts';

describe('start', () => {
  test('goes from stopped to running', async () => {
    const { scheduler, told } = new Bench();
    expect([scheduler.state, scheduler.health().status]).toEqual(['stopped', 'stopped']);
    const started = scheduler.start();
    expect(scheduler.state).toBe('starting');
    await started;
    expect([scheduler.state, scheduler.health().status]).toEqual(['running', 'ok']);
    expect(told('scheduler:')).toEqual(['scheduler:started']);
    await scheduler.shutdown();
  });

  test('is called once: the second call is refused and harms nothing', async () => {
    const { scheduler, clock } = new Bench();
    const { task, runs } = recorder(clock);
    const first = scheduler.start();
    await expect(scheduler.start()).rejects.toThrow('cannot start: the scheduler is starting');
    await first;
    await expect(scheduler.start()).rejects.toThrow(SchedulerStateError);
    await scheduler.addJob(task, 'interval', { seconds: 1 });
    await clock.advance(1000);
    expect(runs).toHaveLength(1);
    await scheduler.shutdown();
  });

  test('with paused: nothing fires until resume', async () => {
    const { scheduler, clock, told } = new Bench();
    const { task, runs } = recorder(clock);
    await scheduler.addJob(task, 'interval', { seconds: 10, id: 'a' });
    await scheduler.start({ paused: true });
    expect([scheduler.state, scheduler.health().status]).toEqual(['paused', 'stopped']);
    await clock.advance(MINUTE);
    expect(runs).toEqual([]);
    await scheduler.resume();
    await clock.advance(0);
    expect(runs.map((run) => run.fireTime)).toEqual(['2026-01-01T00:01:00Z']);
    expect(told('scheduler:')).toEqual(['scheduler:started', 'scheduler:resumed']);
    await scheduler.shutdown();
  });

  test('that fails closes what was opened, keeps jobs pending, and can be tried again', async () => {
    const clock = new VirtualClock();
    const store = new RefusingStore();
    const executor = new LocalExecutor();
    const jobStores = { default: new MemoryStore(), broken: store };
    const { scheduler } = new Bench({ jobStores, executors: { default: executor } }, undefined, clock);
    const { task, runs } = recorder(clock);
    await scheduler.addJob(task, 'interval', { seconds: 10, id: 'a' });
    await expect(scheduler.start()).rejects.toThrow('the disk is gone');
    expect([scheduler.state, clock.waiting, executor.free]).toEqual(['stopped', 0, 0]);
    expect((await scheduler.getJob('a'))?.state).toBe('pending');
    store.refuses = false;
    await scheduler.start();
    await clock.advance(10_000);
    expect(runs).toHaveLength(1);
    await scheduler.shutdown();
  });

  test('that fails at a job takes back those before it: all stay pending, in the order they were added', async () => {
    const taken = new MemoryStore();
    const earlier = new Bench({ jobStores: { default: taken } });
    await earlier.scheduler.start();
    await earlier.scheduler.addJob(() => {}, 'interval', { hours: 1, id: 'b' });
    await earlier.scheduler.shutdown();

    const { scheduler, clock } = new Bench({ jobStores: { default: { type: 'memory' }, taken } });
    const { task, runs } = recorder(clock);
    await scheduler.addJob(task, 'interval', { seconds: 1, id: 'a' });
    await scheduler.addJob(task, 'interval', { seconds: 1, id: 'b', jobStore: 'taken' });
    await scheduler.addJob(task, 'interval', { seconds: 1, id: 'c', jobStore: 'taken' });
    await expect(scheduler.start()).rejects.toMatchObject({ code: 'job-conflict', jobId: 'b' });
    expect((await scheduler.getJobs()).map((job) => [job.id, job.state])).toEqual([
      ...[
        ['a', 'pending'],
        ['b', 'pending'],
        ['c', 'pending'],
      ],
    ]);
    await scheduler.removeJob('b');
    await scheduler.start();
    await clock.advance(1000);
    expect(runs).toHaveLength(2);
    await scheduler.shutdown();
  });

  test('that fails leaves nothing of its jobs in a store that outlives it', async () => {
    const [first, second] = [new MemoryStore(), new MemoryStore()];
    const owner = new Bench({ jobStores: { default: second } });
    await owner.scheduler.start();
    await owner.scheduler.addJob(() => {}, 'interval', { hours: 1, id: 'b' });
    await owner.scheduler.shutdown();
    const { scheduler } = new Bench({ jobStores: { default: first, second } });
    await scheduler.addJob(() => {}, 'interval', { hours: 1, id: 'a' });
    await scheduler.addJob(() => {}, 'interval', { hours: 1, id: 'b', jobStore: 'second' });
    await expect(scheduler.start()).rejects.toMatchObject({ code: 'job-conflict' });
    const reader = new Bench({ jobStores: { default: first } });
    await reader.scheduler.start();
    expect(await reader.scheduler.getJobs()).toHaveLength(0);
    await reader.scheduler.shutdown();
  });
});

describe('pause and resume', () => {
  test('what becomes due meanwhile is late, and coalesced into one run', async () => {
    const { scheduler, clock, told } = new Bench();
    const { task, runs } = recorder(clock);
    await scheduler.start();
    await scheduler.addJob(task, 'interval', { seconds: 10, id: 'a' });
    await scheduler.pause();
    expect(clock.waiting).toBe(0);
    await clock.advance(35_000);
    expect(runs).toEqual([]);
    await scheduler.resume();
    await clock.advance(0);
    expect(runs.map((run) => run.fireTime)).toEqual(['2026-01-01T00:00:30Z']);
    expect([...(await scheduler.getRuns())]).toMatchObject([{ reason: 'scheduled', coalesced: 2, lateMs: 5000 }]);
    expect(told('scheduler:')).toEqual(['scheduler:started', 'scheduler:paused', 'scheduler:resumed']);
    await scheduler.shutdown();
  });

  test('are refused in the wrong state', async () => {
    const { scheduler } = new Bench();
    await expect(scheduler.pause()).rejects.toThrow('cannot pause: the scheduler is stopped');
    await expect(scheduler.resume()).rejects.toThrow('cannot resume: the scheduler is stopped');
    await scheduler.start();
    await expect(scheduler.resume()).rejects.toThrow(SchedulerStateError);
    await scheduler.pause();
    await expect(scheduler.pause()).rejects.toThrow(SchedulerStateError);
    await scheduler.shutdown();
  });
});
