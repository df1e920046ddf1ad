// The end of a scheduler: in order, within a time limit, and for good.
import { describe, expect, test } from 'vitest';
import { currentRun, LocalExecutor, MemoryStore, Scheduler, SchedulerStateError } from '../../src/index.ts';
import { VirtualClock } from '../../src/testing/index.ts';
import { Bench, gate, RefusingStore, recorder, rejection } from './bench.ts';

describe('shutdown', () => {
  test('before start does nothing: it can still be started', async () => {
    const { scheduler } = new Bench();
    await scheduler.shutdown();
    expect(scheduler.state).toBe('stopped');
    await scheduler.start();
    expect(scheduler.state).toBe('running');
    await scheduler.shutdown();
  });

  test('twice is once, at the same time too', async () => {
    const { scheduler, told } = new Bench();
    await scheduler.start();
    await Promise.all([scheduler.shutdown(), scheduler.shutdown()]);
    await scheduler.shutdown();
    expect(told('scheduler:')).toEqual(['scheduler:started', 'scheduler:shutdown']);
    expect(scheduler.state).toBe('shutdown');
  });

  test('during start waits for it and then ends it', async () => {
    const { scheduler, clock } = new Bench();
    const started = scheduler.start();
    await scheduler.shutdown();
    await started;
    expect([scheduler.state, clock.waiting]).toEqual(['shutdown', 0]);
  });

  test('afterwards every use is refused, and says what to do', async () => {
    const { scheduler } = new Bench();
    await scheduler.start();
    await scheduler.shutdown();
    const uses = [
      () => scheduler.start(),
      () => scheduler.addJob(() => {}),
      () => scheduler.addJobs([]),
      () => scheduler.getJob('a'),
      () => scheduler.getJobs(),
      () => scheduler.removeJob('a'),
      () => scheduler.removeAllJobs(),
      () => scheduler.modifyJob('a', {}),
      () => scheduler.pauseJob('a'),
      () => scheduler.resumeJob('a'),
      () => scheduler.rescheduleJob('a', 'interval', { hours: 1 }),
      () => scheduler.runJob('a'),
      () => scheduler.getRuns(),
      () => scheduler.cancelRun('a'),
      () => scheduler.importJobs(''),
      () => scheduler.exportJobs().next(),
      () => scheduler.printJobs(),
      () => scheduler.addExecutor('b', { type: 'local' }),
      () => scheduler.addJobStore('b', { type: 'memory' }),
      () => scheduler.removeExecutor('default'),
      () => scheduler.removeJobStore('default'),
      () => scheduler.pause(),
      () => scheduler.resume(),
    ];
    for (const use of uses) {
      const error = await rejection(use());
      expect(error, String(use)).toBeInstanceOf(SchedulerStateError);
      expect(error, String(use)).toMatchObject({ state: 'shutdown', code: 'scheduler-state' });
    }
  });

  test('before start, what needs a store says to start it first', async () => {
    const { scheduler } = new Bench();
    for (const use of [() => scheduler.runJob('a'), () => scheduler.getRuns(), () => scheduler.importJobs('')]) {
      await expect(use()).rejects.toThrow(/the scheduler is stopped; call start\(\) first/);
    }
  });

  test('lets runs come to their end, and starts no more', async () => {
    const { scheduler, clock } = new Bench();
    const { opened, open } = gate();
    const { task, runs } = recorder(clock);
    await scheduler.start();
    await scheduler.addJob(() => opened, 'interval', { seconds: 10, id: 'long' });
    await scheduler.addJob(task, 'interval', { seconds: 11, id: 'other' });
    await clock.advance(10_000);
    const ended = scheduler.shutdown();
    await clock.advance(5000);
    expect(scheduler.state).toBe('stopping');
    await expect(scheduler.addJob(task)).rejects.toThrow('cannot add a job: the scheduler is stopping');
    open();
    await ended;
    expect(runs).toEqual([]);
    expect([scheduler.state, clock.waiting]).toEqual(['shutdown', 0]);
  });

  test.each([
    ['after the time limit', { timeout: 20 }, 20_000],
    ['after 30 seconds where none is given', {}, 30_000],
    ['at once without waiting', { wait: false }, 0],
  ])('aborts what still runs: %s', async (_, options, afterMs) => {
    const store = new MemoryStore();
    const { scheduler, clock } = new Bench({ jobStores: { default: store } });
    const aborted: unknown[] = [];
    await scheduler.start();
    const owner = scheduler.health().schedulerId;
    await scheduler.addJob(
      () => {
        const signal = currentRun()?.signal;
        signal?.addEventListener('abort', () => aborted.push([clock.now(), signal.reason]));
        return new Promise(() => {});
      },
      'interval',
      { seconds: 10, id: 'stubborn' },
    );
    await clock.advance(10_000);
    const from = clock.now();
    const ended = scheduler.shutdown(options);
    await clock.advance(afterMs + 1);
    await ended;
    expect(aborted).toEqual([[from + afterMs, expect.objectContaining({ code: 'run-aborted', why: 'shutdown' })]]);
    expect(clock.waiting).toBe(0);
    await store.open({ clock });
    expect((await store.getRuns({}, {})).items).toMatchObject([{ state: 'cancelled', owner }]);
  });

  test('refuses a time limit that is none', async () => {
    const { scheduler } = new Bench();
    await scheduler.start();
    await expect(scheduler.shutdown({ timeout: Number.NaN })).rejects.toMatchObject({ field: 'timeout' });
    expect(scheduler.state).toBe('running');
    await scheduler.shutdown();
  });

  test('goes on when something does not close', async () => {
    const broken = Object.assign(new LocalExecutor(), {
      close: () => {
        throw new Error('stuck');
      },
    });
    const store = new RefusingStore();
    store.refuses = false;
    const { scheduler, events } = new Bench({ executors: { default: broken }, jobStores: { default: store } });
    await scheduler.start();
    await scheduler.shutdown();
    expect([scheduler.state, store.closed]).toEqual(['shutdown', 1]);
    expect(events.find((event) => event.type === 'scheduler:error')).toMatchObject({ during: "closing 'default'" });
  });

  test('await using shuts down', async () => {
    const { scheduler, clock } = new Bench();
    await scheduler.start();
    await scheduler[Symbol.asyncDispose]();
    expect([scheduler.state, clock.waiting]).toEqual(['shutdown', 0]);
  });

  test('fifty lives leave no timer behind', async () => {
    const clock = new VirtualClock();
    const store = new MemoryStore();
    const { task, runs } = recorder(clock);
    for (let life = 0; life < 50; life++) {
      const scheduler = new Scheduler({ clock, logger: null, jobStores: { default: store } });
      await scheduler.start();
      await scheduler.addJob(task, 'interval', { seconds: 10, id: 'a', replaceExisting: true });
      await clock.advance(10_000);
      await scheduler.shutdown();
      expect(clock.waiting).toBe(0);
    }
    expect(runs).toHaveLength(50);
  });
});
