// Runs tied to subscriptions: of jobs, and of functions that heed a signal.
import {
  currentRun,
  InvalidOptionError,
  JobNotFoundError,
  MemoryStore,
  Scheduler,
  SchedulerStateError,
} from '@sched/core';
import { concatMap, exhaustMap, type Observable, of, switchMap } from 'rxjs';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { abortable, fromTrigger, RunFailedError, runJob } from '../src/index.ts';
import { bench, listen, started } from './bench.ts';

/** A scheduler with a job that takes `seconds`, and what became of its runs. */
async function withJob({ seconds = 5, ...options }: { readonly seconds?: number; readonly keepRuns?: number } = {}) {
  const made = await started();
  const { scheduler, clock } = made;
  const aborted: unknown[] = [];
  const work = () =>
    new Promise<void>((resolve) => {
      const timer = clock.setTimer(seconds * 1000, resolve);
      const signal = currentRun()?.signal;
      signal?.addEventListener('abort', () => {
        timer.cancel();
        aborted.push(signal.reason.why);
      });
    });
  await scheduler.addJob(work, 'interval', { weeks: 1, id: 'job', maxInstances: 3, ...options });
  const states = async () => (await scheduler.getRuns({ jobId: 'job' })).map((run) => run.state);
  return { ...made, aborted, states };
}

describe('runJob', () => {
  test('runs the job now, and emits the run that has succeeded', async () => {
    const { scheduler, clock, states } = await withJob();
    const { told } = listen(runJob(scheduler, 'job')());
    await clock.advance(4999);
    expect([told, await states()]).toEqual([[], ['running']]);
    await clock.advance(1);
    expect(told).toMatchObject([{ jobId: 'job', outcome: 'succeeded', reason: 'manual', attempt: 1 }, 'complete']);
    expect(scheduler.listeners).toBe(0);
    await scheduler.shutdown();
    expect(clock.waiting).toBe(0);
  });

  test('does nothing before it is subscribed to, and runs for each subscription', async () => {
    const { scheduler, clock, states } = await withJob();
    const observable = runJob(scheduler, 'job')();
    await clock.advance(10_000);
    expect(await states()).toEqual([]);
    const both = [listen(observable), listen(observable)];
    await clock.advance(10_000);
    expect(await states()).toEqual(['succeeded', 'succeeded']);
    expect(both.map(({ told }) => told.length)).toEqual([2, 2]);
    await scheduler.shutdown();
  });

  test('unsubscribing cancels the run: its signal aborts', async () => {
    const { scheduler, clock, states, aborted } = await withJob();
    const { told, subscription } = listen(runJob(scheduler, 'job')());
    await clock.advance(2000);
    subscription.unsubscribe();
    await clock.settle();
    await clock.settle();
    expect([told, aborted, await states()]).toEqual([[], ['cancelled'], ['cancelled']]);
    await scheduler.shutdown();
  });

  test('unsubscribing before the run is recorded cancels it, too', async () => {
    const { scheduler, clock, states } = await withJob();
    runJob(scheduler, 'job')().subscribe().unsubscribe();
    await clock.advance(1000);
    expect(await states()).toEqual(['cancelled']);
    await scheduler.shutdown();
  });

  test('unsubscribing after its end does nothing', async () => {
    const { scheduler, clock, states } = await withJob();
    const { subscription } = listen(runJob(scheduler, 'job')());
    await clock.advance(6000);
    let cancels = 0;
    scheduler.cancelRun = () => {
      cancels++;
      return Promise.reject(new Error('never called'));
    };
    subscription.unsubscribe();
    expect([cancels, await states()]).toEqual([0, ['succeeded']]);
    await scheduler.shutdown();
  });

  test('a run that fails is an error that carries it and its cause', async () => {
    const { scheduler, clock } = await started();
    const cause = new TypeError('no luck');
    await scheduler.addJob(() => Promise.reject(cause), 'interval', { weeks: 1, id: 'job' });
    const { told } = listen(runJob(scheduler, 'job')());
    await clock.advance(0);
    const [error] = told;
    expect(error).toBeInstanceOf(RunFailedError);
    expect(error).toMatchObject({ name: 'RunFailedError', code: 'run-failed', cause, run: { outcome: 'failed' } });
    expect(String(error)).toMatch(/^RunFailedError: run job\/\d+\/manual-\S+ ended as failed: TypeError: no luck$/);
    await scheduler.shutdown();
  });

  test('a run that is tried again is followed to its end', async () => {
    const { scheduler, clock } = await started();
    let calls = 0;
    const work = () => {
      if (++calls < 3) throw new Error('no luck');
    };
    const policy = { maxAttempts: 3, delay: 10 };
    await scheduler.addJob(work, 'interval', { weeks: 1, id: 'job', retry: policy });
    const { told } = listen(runJob(scheduler, 'job')());
    await clock.advance(60_000);
    expect(told).toMatchObject([{ outcome: 'succeeded', attempt: 3 }, 'complete']);
    await scheduler.shutdown();
  });

  test('one that times out, or is cancelled by somebody, is an error', async () => {
    const { scheduler, clock } = await withJob();
    const cancelled = listen(runJob(scheduler, 'job')());
    await clock.advance(1000);
    const [run] = await scheduler.getRuns({ jobId: 'job' });
    await scheduler.cancelRun(run?.id ?? '');
    await clock.settle();
    await scheduler.modifyJob('job', { timeout: 2 });
    const timedOut = listen(runJob(scheduler, 'job')());
    await clock.advance(3000);
    expect(cancelled.told).toMatchObject([{ code: 'run-failed', run: { outcome: 'cancelled' } }]);
    expect(timedOut.told).toMatchObject([
      { code: 'run-failed', run: { outcome: 'timed-out' }, cause: { why: 'timeout' } },
    ]);
    await scheduler.shutdown();
  });

  test('a job that is not there, and a scheduler that has not started, are errors', async () => {
    const { scheduler, clock } = bench();
    const early = listen(runJob(scheduler, 'job')());
    await clock.settle();
    await scheduler.start();
    const absent = listen(runJob(scheduler, 'job')());
    await clock.settle();
    expect(early.told[0]).toBeInstanceOf(SchedulerStateError);
    expect(absent.told[0]).toBeInstanceOf(JobNotFoundError);
    // @ts-expect-error -- the option is called jobStore
    expect(() => runJob(scheduler, 'job', { store: 'a' })).toThrow(InvalidOptionError);
    await scheduler.shutdown();
  });

  test('a job that is removed while its run waits is an error', async () => {
    const { scheduler, clock } = await withJob();
    await scheduler.pause();
    const { told } = listen(runJob(scheduler, 'job')());
    await clock.settle();
    await scheduler.removeJob('job');
    await clock.advance(2000);
    expect(told).toMatchObject([{ code: 'run-failed', run: { outcome: 'cancelled' } }]);
    await scheduler.shutdown();
  });

  test('a shutdown lets the run come to its end, and is an error for one that does not', async () => {
    const { scheduler, clock } = await withJob();
    const { told } = listen(runJob(scheduler, 'job')());
    await clock.advance(1000);
    const closing = scheduler.shutdown();
    await clock.advance(5000);
    await closing;
    expect(told).toMatchObject([{ outcome: 'succeeded' }, 'complete']);

    const slow = await withJob({ seconds: 60 });
    const aborted = listen(runJob(slow.scheduler, 'job')());
    await slow.clock.advance(1000);
    await slow.scheduler.pause();
    const queued = listen(runJob(slow.scheduler, 'job')());
    await slow.clock.settle();
    await slow.scheduler.shutdown({ wait: false });
    expect(aborted.told).toMatchObject([{ code: 'run-failed', run: { outcome: 'cancelled' } }]);
    expect(queued.told).toMatchObject([{ code: 'scheduler-state' }]);
    expect(slow.clock.waiting).toBe(0);
  });

  test('a run that another process executes is seen in the store', async () => {
    const store = new MemoryStore();
    const { scheduler, clock } = await started({ jobStores: { default: store } });
    const other = new Scheduler({ clock, logger: null, jobStores: { default: store } });
    await other.start();
    let runs = 0;
    await other.addJob(
      () => new Promise<void>((resolve) => clock.setTimer(5000, () => resolve(void runs++))),
      'interval',
      {
        weeks: 1,
        id: 'job',
      },
    );
    const { told } = listen(runJob(scheduler, 'job')());
    await clock.advance(7000);
    expect([runs, told.length]).toEqual([1, 2]);
    expect(told[0]).toMatchObject({ outcome: 'succeeded' });
    const cancelled = listen(runJob(scheduler, 'job')());
    await clock.advance(1000);
    cancelled.subscription.unsubscribe();
    await clock.advance(60_000);
    expect((await scheduler.getRuns()).map((run) => run.outcome)).toEqual(['cancelled', 'succeeded']);
    await Promise.all([scheduler.shutdown(), other.shutdown()]);
    expect(clock.waiting).toBe(0);
  });

  test('one that fails there is an error with its text', async () => {
    const store = new MemoryStore();
    const { scheduler, clock } = await started({ jobStores: { default: store } });
    const other = new Scheduler({ clock, logger: null, jobStores: { default: store } });
    await other.start();
    await other.addJob(() => Promise.reject(new TypeError('no luck')), 'interval', { weeks: 1, id: 'job' });
    const { told } = listen(runJob(scheduler, 'job')());
    await clock.advance(3000);
    expect(told).toMatchObject([
      { code: 'run-failed', message: expect.stringMatching(/as failed: TypeError: no luck$/) },
    ]);
    expect(told[0]).not.toHaveProperty('cause');
    await Promise.all([scheduler.shutdown(), other.shutdown()]);
  });

  test('a store that fails meanwhile is asked again', async () => {
    const store = new MemoryStore();
    const { scheduler, clock } = await started({ jobStores: { default: store } });
    const slow = () => new Promise<void>((resolve) => clock.setTimer(5000, resolve));
    await scheduler.addJob(slow, 'interval', { weeks: 1, id: 'job' });
    const { told } = listen(runJob(scheduler, 'job')());
    await clock.advance(1000);
    const getRuns = store.getRuns.bind(store);
    store.getRuns = () => Promise.reject(new Error('the disk is gone'));
    await clock.advance(2000);
    store.getRuns = getRuns;
    await clock.advance(5000);
    expect(told).toMatchObject([{ outcome: 'succeeded' }, 'complete']);
    await scheduler.shutdown();
  });

  test('what cannot be cancelled is told to the log', async () => {
    const warnings: string[] = [];
    const logger = { warn: (text: string) => warnings.push(text), error: () => {} };
    const { scheduler, clock } = await started({ logger });
    await scheduler.addJob(() => new Promise(() => {}), 'interval', { weeks: 1, id: 'job' });
    const { subscription } = listen(runJob(scheduler, 'job')());
    await clock.advance(1000);
    scheduler.cancelRun = () => Promise.reject(new Error('the disk is gone'));
    subscription.unsubscribe();
    await clock.settle();
    expect(warnings).toEqual([
      expect.stringMatching(/^\[sched\] run job\/1\/manual-\S+ could not be cancelled: Error: the disk is gone$/),
    ]);
    await scheduler.shutdown({ wait: false });
  });
});

describe('runJob with the flattening operators', () => {
  /** Two fires at once: what becomes of the run of the first is the operator's to say. */
  async function twice(operator: typeof exhaustMap | typeof concatMap | typeof switchMap) {
    const { scheduler, clock, states } = await withJob();
    const { told } = listen(of(1, 2).pipe((operator as typeof exhaustMap)(runJob(scheduler, 'job'))));
    await clock.advance(11_000);
    const emitted = told.map((value) => (value instanceof Error || value === 'complete' ? value : value.outcome));
    const ended = (await states()).sort();
    await scheduler.shutdown();
    return { emitted, ended };
  }

  test('exhaustMap leaves the second out', async () => {
    expect(await twice(exhaustMap)).toEqual({ emitted: ['succeeded', 'complete'], ended: ['succeeded'] });
  });

  test('concatMap lets it wait', async () => {
    expect(await twice(concatMap)).toEqual({
      emitted: ['succeeded', 'succeeded', 'complete'],
      ended: ['succeeded', 'succeeded'],
    });
  });

  test('switchMap cancels the first', async () => {
    expect(await twice(switchMap)).toEqual({ emitted: ['succeeded', 'complete'], ended: ['cancelled', 'succeeded'] });
  });

  test('fifty lives leave no timer and no listener, and cancel every run', async () => {
    const { scheduler, clock, states } = await withJob({ keepRuns: 1000 });
    await clock.settle();
    const waiting = clock.waiting;
    for (let life = 0; life < 50; life++) {
      const subscription = of(1)
        .pipe(exhaustMap(runJob(scheduler, 'job')))
        .subscribe();
      if (life % 2 === 0) await clock.advance(10);
      subscription.unsubscribe();
      await clock.settle();
      await clock.advance(10);
    }
    // Past the last heartbeat of their leases.
    await clock.advance(60_000);
    expect(new Set(await states())).toEqual(new Set(['cancelled']));
    expect((await states()).length).toBe(50);
    expect([clock.waiting, scheduler.listeners]).toEqual([waiting, 0]);
    await scheduler.shutdown();
    expect(clock.waiting).toBe(0);
  });
});

describe('abortable', () => {
  const later = <Value>(value: Value) => new Promise<Value>((resolve) => setImmediate(() => resolve(value)));
  const turns = async () => {
    for (let turn = 0; turn < 3; turn++) await later(null);
  };

  test('calls with a signal, the value and its index; emits what comes of it', async () => {
    const work = (signal: AbortSignal, value: string, index: number) => later(`${value}${index} ${signal.aborted}`);
    const { told } = listen(of('a', 'b').pipe(concatMap(abortable(work))));
    await turns();
    expect(told).toEqual(['a0 false', 'b1 false', 'complete']);
  });

  test('aborts on unsubscribing, and only what is not yet over', async () => {
    const signals: AbortSignal[] = [];
    const work = (signal: AbortSignal, value: number) => {
      signals.push(signal);
      return value === 1 ? 'at once' : new Promise<string>(() => {});
    };
    const { told, subscription } = listen(of(1, 2).pipe(concatMap(abortable(work))));
    await turns();
    subscription.unsubscribe();
    expect([told, signals.map(({ aborted }) => aborted)]).toEqual([['at once'], [false, true]]);
  });

  test('switchMap aborts the one before; its rejection goes nowhere', async () => {
    const work = (signal: AbortSignal, value: number) =>
      new Promise<number>((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
        setImmediate(() => resolve(value));
      });
    const { told } = listen(of(1, 2, 3).pipe(switchMap(abortable(work))));
    await turns();
    expect(told).toEqual([3, 'complete']);
  });

  test('what is rejected or thrown at once is the error', async () => {
    const rejecting = listen(abortable(() => Promise.reject(new Error('rejected')))(1, 0));
    const throwing = listen(
      abortable(() => {
        throw new Error('thrown');
      })(1, 0),
    );
    await turns();
    expect([...rejecting.told, ...throwing.told]).toMatchObject([{ message: 'rejected' }, { message: 'thrown' }]);
  });

  test('infers the value from where it stands', () => {
    const fires = fromTrigger('* * * * * *').pipe(exhaustMap(abortable((_, { fireTime }) => fireTime.getTime())));
    expectTypeOf(fires).toEqualTypeOf<Observable<number>>();
    const bodies = fromTrigger('* * * * * *').pipe(switchMap(abortable((signal) => fetch('', { signal }))));
    expectTypeOf(bodies).toEqualTypeOf<Observable<Response>>();
  });
});
