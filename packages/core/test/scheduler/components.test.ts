// Executors and job stores that come and go while the scheduler runs.
import { describe, expect, test } from 'vitest';
import { currentRun, type Executor, LocalExecutor, MemoryStore } from '../../src/index.ts';
import { Bench, gate, RefusingStore, recorder } from './bench.ts';

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

  test('while the start is under way, at whatever moment', async () => {
    for (let moment = 0; moment < 25; moment++) {
      const { scheduler, clock } = new Bench({
        jobStores: { gone: { type: 'memory' } },
        executors: { gone: { type: 'local' } },
      });
      const start = scheduler.start();
      for (let turn = 0; turn < moment; turn++) await Promise.resolve();
      const changes = [
        scheduler.addJobStore('new', { type: 'memory' }),
        scheduler.addExecutor('new', { type: 'local' }),
      ];
      await Promise.all([start, ...changes, scheduler.removeJobStore('gone'), scheduler.removeExecutor('gone')]);
      const { jobStores, executors } = scheduler.health();
      expect([Object.keys(jobStores), Object.keys(executors)]).toEqual([
        ['default', 'new'],
        ['default', 'new'],
      ]);
      await scheduler.shutdown();
      expect(clock.waiting).toBe(0);
    }
  });

  test.each([false, true])('a taken alias is refused (started: %s)', async (started) => {
    const { scheduler } = new Bench();
    if (started) await scheduler.start();
    await expect(scheduler.addJobStore('default', { type: 'memory' })).rejects.toMatchObject({
      field: 'job store alias',
    });
    await expect(scheduler.addExecutor('default', { type: 'local' })).rejects.toMatchObject({
      field: 'executor alias',
    });
    await scheduler.shutdown();
  });

  test('what does not open is not there, and can be added again', async () => {
    const { scheduler, told } = new Bench();
    const store = new RefusingStore();
    const executor: Executor = Object.assign(new LocalExecutor(), {
      start: () => Promise.reject(new Error('no threads')),
    });
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
    const task = () => {
      started++;
      return opened;
    };
    await scheduler.addJob(task, 'interval', { seconds: 10, id: 'a', executor: 'side', maxInstances: 9 });
    await clock.advance(10_000);
    const removed = scheduler.removeExecutor('side');
    await clock.advance(10_000);
    expect(started).toBe(1);
    open();
    await removed;
    expect(told('executor:')).toEqual(['executor:unknown', 'executor:removed']);
    await clock.advance(10_000);
    expect((await scheduler.getRuns({ state: 'queued' })).length).toBe(2);
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
    await scheduler.addJob(
      () => {
        const signal = currentRun()?.signal;
        signal?.addEventListener('abort', () => reasons.push(signal.reason));
        return new Promise(() => {});
      },
      'interval',
      { seconds: 10, id: 'a', jobStore: 'side' },
    );
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

  test('an executor that two stores share never gets more than it takes: the rest waits its turn', async () => {
    const executors = { default: { type: 'local', maxWorkers: 2 } };
    const { scheduler, clock, seconds, told } = new Bench({ executors, jobStores: { other: { type: 'memory' } } });
    let [open, most] = [0, 0];
    const task = async () => {
      most = Math.max(most, ++open);
      await new Promise<void>((resolve) => clock.setTimer(1000, resolve));
      open--;
    };
    await scheduler.start();
    for (const jobStore of ['default', 'other']) {
      for (const id of ['a', 'b', 'c'])
        await scheduler.addJob(task, 'date', { runDate: '2026-01-01 00:00:10', id, jobStore });
    }
    await seconds(13);
    expect((await scheduler.getRuns()).map((run) => `${run.state} ${run.attempt}`)).toEqual(
      Array(6).fill('succeeded 1'),
    );
    expect(most).toBe(2);
    expect(told('run:failed')).toEqual([]);
    await scheduler.shutdown();
  });

  test('a store that is removed while its runs are being claimed: they are aborted, too', async () => {
    const { opened, open } = gate();
    const claiming = gate();
    let isSlow = false;
    const store = new (class extends MemoryStore {
      override async claimRuns(request: Parameters<MemoryStore['claimRuns']>[0]) {
        if (isSlow) {
          claiming.open();
          await opened;
        }
        return await super.claimRuns(request);
      }
    })();
    const { scheduler, clock, told } = new Bench({ jobStores: { side: store } });
    await scheduler.start();
    await scheduler.addJob(() => new Promise(() => {}), 'interval', { seconds: 10, id: 'a', jobStore: 'side' });
    await clock.settle();
    isSlow = true;
    await clock.advance(10_000);
    await claiming.opened;
    const removed = scheduler.removeJobStore('side');
    await clock.settle();
    open();
    await removed;
    expect(told('run:')).toEqual(['run:started', 'run:cancelled']);
    expect(scheduler.health().running).toBe(0);
    await scheduler.shutdown();
    expect(clock.waiting).toBe(0);
  });
});
