// From start to shutdown: the states a scheduler goes through, and what each lets one do.
import { describe, expect, test } from 'vitest';
import {
  currentRun,
  type Executor,
  LocalExecutor,
  MemoryStore,
  Scheduler,
  SchedulerStateError,
} from '../../src/index.ts';
import { VirtualClock } from '../../src/testing/index.ts';
import { Bench, gate, MINUTE, recorder, rejection } from './bench.ts';

/** A store that does not open while `refuses` is set. */
class RefusingStore extends MemoryStore {
  refuses = true;
  closed = 0;

  override async open(context: Parameters<MemoryStore['open']>[0]): Promise<void> {
    if (this.refuses) throw new Error('the disk is gone');
    await super.open(context);
  }

  override async close(): Promise<void> {
    this.closed++;
    await super.close();
  }
}

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
      ...[['a', 'pending'], ['b', 'pending'], ['c', 'pending']],
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
    await scheduler.addJob(() => {
      const signal = currentRun()?.signal;
      signal?.addEventListener('abort', () => aborted.push([clock.now(), signal.reason]));
      return new Promise(() => {});
    }, 'interval', { seconds: 10, id: 'stubborn' });
    await clock.advance(10_000);
    const from = clock.now();
    const ended = scheduler.shutdown(options);
    await clock.advance(afterMs + 1);
    await ended;
    expect(aborted).toEqual([[from + afterMs, expect.objectContaining({ code: 'run-aborted', why: 'shutdown' })]]);
    expect(clock.waiting).toBe(0);
    await store.open({ clock });
    expect((await store.getRuns({}, {})).items).toMatchObject([{ state: 'cancelled', owner: null }]);
  });

  test('refuses a time limit that is none', async () => {
    const { scheduler } = new Bench();
    await scheduler.start();
    await expect(scheduler.shutdown({ timeout: Number.NaN })).rejects.toMatchObject({ field: 'timeout' });
    expect(scheduler.state).toBe('running');
    await scheduler.shutdown();
  });

  test('goes on when something does not close', async () => {
    const broken = Object.assign(new LocalExecutor(), { close: () => { throw new Error('stuck'); } });
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

describe('executors and stores come and go', () => {
  test('before the start and after it', async () => {
    const { scheduler, clock, told } = new Bench();
    const { task, runs } = recorder(clock);
    await scheduler.addJobStore('early', { type: 'memory' });
    await scheduler.addExecutor('early', { type: 'local', maxWorkers: 1 });
    await scheduler.start();
    await scheduler.addJobStore('late', { type: 'memory' });
    await scheduler.addExecutor('late', new LocalExecutor());
    for (const jobStore of ['early', 'late']) {
      await scheduler.addJob(task, 'interval', { seconds: 1, id: 'a', jobStore, executor: jobStore });
    }
    await clock.advance(1000);
    expect(runs).toHaveLength(2);
    expect(Object.keys(scheduler.health().jobStores)).toEqual(['default', 'early', 'late']);
    expect(told('job-store:')).toEqual(['job-store:added', 'job-store:added']);
    expect(told('executor:')).toEqual(['executor:added', 'executor:added']);
    await scheduler.shutdown();
  });

  test.each([false, true])('a taken alias is refused (started: %s)', async (started) => {
    const { scheduler } = new Bench();
    if (started) await scheduler.start();
    await expect(scheduler.addJobStore('default', { type: 'memory' })).rejects.toMatchObject({ field: 'job store alias' });
    await expect(scheduler.addExecutor('default', { type: 'local' })).rejects.toMatchObject({ field: 'executor alias' });
    await scheduler.shutdown();
  });

  test('what does not open is not there, and can be added again', async () => {
    const { scheduler, told } = new Bench();
    const store = new RefusingStore();
    const executor: Executor = Object.assign(new LocalExecutor(), { start: () => Promise.reject(new Error('no threads')) });
    await scheduler.start();
    await expect(scheduler.addJobStore('other', store)).rejects.toThrow('the disk is gone');
    await expect(scheduler.addExecutor('other', executor)).rejects.toThrow('no threads');
    expect(Object.keys(scheduler.configuration.jobStores)).toEqual(['default']);
    expect(Object.keys(scheduler.configuration.executors)).toEqual(['default']);
    store.refuses = false;
    await scheduler.addJobStore('other', store);
    expect(told('job-store:')).toEqual(['job-store:added']);
    await scheduler.shutdown();
  });

  test.each(['nobody', 'constructor', '__proto__'])('removing %s, which is not there, is refused', async (alias) => {
    const { scheduler } = new Bench();
    await scheduler.start();
    await expect(scheduler.removeExecutor(alias)).rejects.toMatchObject({ code: 'unknown-executor' });
    await expect(scheduler.removeJobStore(alias)).rejects.toMatchObject({ code: 'unknown-job-store' });
    await scheduler.shutdown();
  });

  test('a removed executor ends what it runs; its jobs wait for one of its alias', async () => {
    const { scheduler, clock, told } = new Bench({ executors: { side: { type: 'local' } } });
    const { opened, open } = gate();
    let started = 0;
    await scheduler.start();
    const task = () => { started++; return opened; };
    await scheduler.addJob(task, 'interval', { seconds: 10, id: 'a', executor: 'side', maxInstances: 9 });
    await clock.advance(10_000);
    const removed = scheduler.removeExecutor('side');
    await clock.advance(10_000);
    expect(started).toBe(1);
    open();
    await removed;
    expect(told('executor:')).toEqual(['executor:removed']);
    await clock.advance(10_000);
    expect((await scheduler.getRuns({ states: ['queued'] })).length).toBe(2);
    await scheduler.addExecutor('side', { type: 'local' });
    await clock.advance(0);
    expect(started).toBe(3);
    await scheduler.shutdown();
  });

  test('a removed store keeps its jobs; what runs of it is aborted', async () => {
    const store = new MemoryStore();
    const { scheduler, clock, told } = new Bench({ jobStores: { side: store } });
    const reasons: unknown[] = [];
    await scheduler.start();
    await scheduler.addJob(() => {
      const signal = currentRun()?.signal;
      signal?.addEventListener('abort', () => reasons.push(signal.reason));
      return new Promise(() => {});
    }, 'interval', { seconds: 10, id: 'a', jobStore: 'side' });
    await clock.advance(10_000);
    await scheduler.removeJobStore('side');
    expect(reasons).toMatchObject([{ why: 'shutdown' }]);
    expect(told('job-store:')).toEqual(['job-store:removed']);
    expect(await scheduler.getJobs()).toHaveLength(0);
    await expect(scheduler.getJobs({ jobStore: 'side' })).rejects.toMatchObject({ code: 'unknown-job-store' });
    await store.open({ clock });
    expect((await store.getJobs({}, {})).items).toMatchObject([{ id: 'a', state: 'active' }]);
    await scheduler.shutdown();
    expect(clock.waiting).toBe(0);
  });
});
