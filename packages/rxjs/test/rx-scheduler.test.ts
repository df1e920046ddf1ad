// A scheduler's events, runs and jobs as observables.
import { currentRun, InvalidOptionError, type Job, MemoryStore } from '@sched/core';
import { filter, map, type Observable } from 'rxjs';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { bench, listen, started } from './bench.ts';

const noop = () => {};

describe('events$', () => {
  test('tells every event with its type, and completes with the shutdown', async () => {
    const { scheduler, clock } = bench();
    const { told } = listen(scheduler.events$.pipe(map(({ type }) => type)));
    await scheduler.start();
    await scheduler.addJob(noop, 'interval', { seconds: 10, id: 'a' });
    await clock.advance(10_000);
    await scheduler.shutdown();
    expect(told).toEqual([
      ...['scheduler:started', 'job:added', 'run:started', 'run:succeeded'],
      ...['scheduler:shutdown', 'complete'],
    ]);
  });

  test('is narrowed by its type', async () => {
    const { scheduler, clock } = await started();
    const failures = scheduler.events$.pipe(
      filter((event) => event.type === 'run:failed'),
      map(({ run, error }) => {
        expectTypeOf(error).toEqualTypeOf<Error>();
        return `${run.jobId}: ${error.message}`;
      }),
    );
    const { told } = listen(failures);
    const fail = () => Promise.reject(new Error('no luck'));
    await scheduler.addJob(fail, 'interval', { seconds: 10, id: 'a' });
    await clock.advance(20_000);
    expect(told).toEqual(['a: no luck', 'a: no luck']);
    await scheduler.shutdown();
  });

  test('is hot: each subscriber hears what comes after it, until it unsubscribes', async () => {
    const { scheduler } = await started();
    const first = listen(scheduler.events$.pipe(map(({ type }) => type)));
    await scheduler.addJob(noop, 'interval', { hours: 1, id: 'a' });
    const second = listen(scheduler.events$.pipe(map(({ type }) => type)));
    await scheduler.pauseJob('a');
    first.subscription.unsubscribe();
    await scheduler.resumeJob('a');
    expect([first.told, second.told]).toEqual([
      ['job:added', 'job:paused'],
      ['job:paused', 'job:resumed'],
    ]);
    await scheduler.shutdown();
  });

  test('outlives a shutdown before the start, and is complete for whoever comes after the end', async () => {
    const { scheduler } = bench();
    const { told } = listen(scheduler.events$.pipe(map(({ type }) => type)));
    await scheduler.shutdown();
    expect(told).toEqual([]);
    await scheduler.start();
    await scheduler.shutdown();
    expect(told).toEqual(['scheduler:started', 'scheduler:shutdown', 'complete']);
    expect(listen(scheduler.events$).told).toEqual(['complete']);
    expect(listen(scheduler.runs$).told).toEqual(['complete']);
    expect(listen(scheduler.job$('a')).told).toEqual(['complete']);
  });
});

describe('runs$', () => {
  test('tells each run as it starts, is tried again, and ends', async () => {
    const { scheduler, clock } = await started();
    const { told } = listen(scheduler.runs$.pipe(map(({ jobId, state, attempt }) => `${jobId} ${state} ${attempt}`)));
    let calls = 0;
    const once = () => {
      currentRun()?.log('half done');
      currentRun()?.progress(0.5, 'half done');
      if (calls++ === 0) throw new Error('no luck');
    };
    const retry = { maxAttempts: 2, delay: 1 };
    await scheduler.addJob(once, 'interval', { seconds: 10, id: 'a', retry });
    await clock.advance(12_000);
    await scheduler.shutdown();
    expect(told).toEqual(['a running 1', 'a queued 1', 'a running 2', 'a succeeded 2', 'complete']);
  });
});

describe('job$', () => {
  const shape = map((job: Job | null) => job && `${job.state} ${job.nextRunTime?.toISOString().slice(11, 19) ?? '-'}`);

  test('tells the job at once, and whatever becomes of it', async () => {
    const { scheduler, clock } = await started();
    await scheduler.addJob(noop, 'interval', { seconds: 10, id: 'a' });
    await scheduler.addJob(noop, 'interval', { seconds: 1, id: 'other' });
    const { told } = listen(scheduler.job$('a').pipe(shape));
    await clock.settle();
    expect(told.splice(0)).toEqual(['active 00:00:10']);
    await clock.advance(10_000);
    expect(told.splice(0)).toEqual(['active 00:00:20']);
    await scheduler.pauseJob('a');
    await clock.settle();
    await scheduler.resumeJob('a');
    await clock.settle();
    await scheduler.rescheduleJob('a', 'date', { runDate: '2026-01-01T00:01:00Z' });
    await clock.settle();
    expect(told.splice(0)).toEqual(['paused -', 'active 00:00:20', 'active 00:01:00']);
    await clock.advance(60_000);
    expect(told.splice(0)).toEqual(['finished -']);
    await scheduler.removeJob('a');
    await clock.settle();
    await scheduler.addJob(noop, 'interval', { hours: 1, id: 'a' });
    await clock.settle();
    await scheduler.shutdown();
    expect(told).toEqual([null, 'active 01:01:10', 'complete']);
  });

  test('begins with null where there is no such job, and tells of one that is pending', async () => {
    const { scheduler, clock } = bench();
    const absent = listen(scheduler.job$('absent').pipe(shape));
    await scheduler.addJob(noop, 'interval', { seconds: 10, id: 'a' });
    const pending = listen(scheduler.job$('a').pipe(shape));
    await clock.settle();
    await scheduler.start();
    await clock.settle();
    expect([absent.told, pending.told]).toEqual([[null], ['pending 00:00:10', 'active 00:00:10']]);
    await scheduler.shutdown();
  });

  test('tells of changes made through the very handle it gave out', async () => {
    const { scheduler, clock } = await started();
    await scheduler.addJob((..._: unknown[]) => {}, 'interval', { hours: 1, id: 'a', args: [1n] });
    const seen: string[] = [];
    const jobs: (Job | null)[] = [];
    scheduler.job$('a').subscribe((job) => {
      jobs.push(job);
      seen.push(`${job?.state} ${job?.args}`);
    });
    await clock.settle();
    await jobs[0]?.pause();
    await clock.settle();
    await jobs[0]?.modify({ args: [2n] });
    await clock.settle();
    expect(seen).toEqual(['active 1', 'paused 1', 'paused 2']);
    await scheduler.shutdown();
  });

  test('leaves out what changed nothing', async () => {
    const { scheduler, clock } = await started();
    await scheduler.addJob(noop, 'interval', { hours: 1, id: 'a' });
    const { told } = listen(scheduler.job$('a').pipe(shape));
    await scheduler.runJob('a');
    await clock.advance(1000);
    expect((await scheduler.getRuns({ jobId: 'a' })).map((run) => run.outcome)).toEqual(['succeeded']);
    expect(told).toEqual(['active 01:00:00']);
    await scheduler.shutdown();
  });

  test('reads a slow store once for all that happened meanwhile', async () => {
    const { scheduler, clock } = await started();
    await scheduler.addJob(noop, 'interval', { hours: 1, id: 'a' });
    let reads = 0;
    const read = scheduler.getJob.bind(scheduler);
    scheduler.getJob = async (id, where) => {
      reads++;
      await new Promise<void>((resolve) => clock.setTimer(5000, resolve));
      return await read(id, where);
    };
    const { told } = listen(scheduler.job$('a').pipe(shape));
    for (let change = 0; change < 10; change++) {
      await scheduler.pauseJob('a');
      await scheduler.resumeJob('a');
    }
    await scheduler.pauseJob('a');
    await clock.advance(20_000);
    expect([reads, told]).toEqual([2, ['paused -']]);
    await scheduler.shutdown();
  });

  test('errors when the job store cannot be read, and can be tried again', async () => {
    const store = new MemoryStore();
    const { scheduler, clock } = await started({ jobStores: { default: store } });
    await scheduler.addJob(noop, 'interval', { hours: 1, id: 'a' });
    const read = store.getJob.bind(store);
    store.getJob = () => Promise.reject(new Error('the disk is gone'));
    const failed = listen(scheduler.job$('a').pipe(shape));
    await clock.settle();
    expect(failed.told).toMatchObject([{ message: 'the disk is gone' }]);
    store.getJob = read;
    const retried = listen(scheduler.job$('a').pipe(shape));
    await clock.settle();
    expect(retried.told).toEqual(['active 01:00:00']);
    await scheduler.shutdown();
  });

  test('completes with a shutdown that is waiting for a run', async () => {
    const { scheduler, clock } = await started();
    await scheduler.addJob(() => new Promise((resolve) => clock.setTimer(5000, () => resolve(null))), 'interval', {
      seconds: 10,
      id: 'a',
    });
    await clock.advance(10_000);
    const { told } = listen(scheduler.job$('a').pipe(shape));
    await clock.settle();
    const closing = scheduler.shutdown();
    await clock.advance(5000);
    await closing;
    expect(told).toEqual(['active 00:00:20', 'complete']);
  });

  test('looks in the job store that is named', async () => {
    const jobStores = { default: { type: 'memory' }, other: { type: 'memory' } };
    const { scheduler, clock } = await started({ jobStores });
    await scheduler.addJob(noop, 'interval', { hours: 1, id: 'a' });
    const { told } = listen(scheduler.job$('a', { jobStore: 'other' }));
    await clock.settle();
    expect(told).toEqual([null]);
    // @ts-expect-error -- the option is called jobStore
    expect(() => scheduler.job$('a', { store: 'other' })).toThrow(InvalidOptionError);
    await scheduler.shutdown();
  });
});

describe('unsubscribing', () => {
  test('fifty times leaves no listener and no timer', async () => {
    const { scheduler, clock } = await started();
    await scheduler.addJob(noop, 'interval', { seconds: 10, id: 'a' });
    await clock.advance(10_000);
    const waiting = clock.waiting;
    for (let life = 0; life < 50; life++) {
      const observables: Observable<unknown>[] = [scheduler.events$, scheduler.runs$, scheduler.job$('a')];
      const subscriptions = observables.map((each) => each.subscribe());
      expect(scheduler.listeners).toBe(3);
      if (life % 2 === 0) await clock.advance(10_000);
      for (const subscription of subscriptions) subscription.unsubscribe();
      expect(scheduler.listeners).toBe(0);
    }
    expect(clock.waiting).toBe(waiting);
    await scheduler.shutdown();
    expect(clock.waiting).toBe(0);
  });
});
