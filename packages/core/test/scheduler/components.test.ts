// Executors and job stores that come and go while the scheduler runs.
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
});
