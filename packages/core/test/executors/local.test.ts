// The executor in this event loop: the contract, and what is its own.
import { describe, expect, it, test } from 'vitest';
import { currentRun, type Execution, LocalExecutor, type RunInfo, runWith, Scheduler } from '../../src/index.ts';
import { executorContract, VirtualClock } from '../../src/testing/index.ts';
import { gate, rejection } from '../scheduler/bench.ts';

executorContract(
  { name: 'LocalExecutor', create: (maxWorkers) => new LocalExecutor({ maxWorkers }) },
  { describe, it },
);

function execution(call: Execution['call'], signal: AbortSignal = new AbortController().signal): Execution {
  const run: RunInfo = {
    ...{
      runId: 'a/1/0',
      jobId: 'a',
      fireTime: new Date(0),
      startedAt: new Date(1),
      attempt: 1,
      reason: 'scheduled' as const,
    },
    ...{ coalesced: 0, idempotencyKey: 'a/1/0', fencingToken: 7, signal, log: () => {} },
    progress: () => {},
  };
  return { task: 'test', call, args: [], run };
}

describe('options', () => {
  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '3'])('maxWorkers: %s is refused', (maxWorkers) => {
    expect(() => new LocalExecutor({ maxWorkers: maxWorkers as number })).toThrow(
      /^maxWorkers: expected a whole number/,
    );
  });

  test('ten at a time where nothing is said', () => {
    expect(new LocalExecutor().free).toBe(10);
  });
});

describe('a slot', () => {
  test('is taken while its task runs, also by one that throws at once', async () => {
    const executor = new LocalExecutor({ maxWorkers: 2 });
    const { opened, open } = gate();
    const running = executor.execute(execution(() => opened));
    expect(executor.free).toBe(1);
    await rejection(
      executor.execute(
        execution(() => {
          throw new Error('no');
        }),
      ),
    );
    expect(executor.free).toBe(1);
    open();
    await running;
    expect(executor.free).toBe(2);
  });

  test('is free again once the signal aborts, whether the task heeds it or not', async () => {
    const executor = new LocalExecutor({ maxWorkers: 1 });
    const abort = new AbortController();
    const running = rejection(executor.execute(execution(() => new Promise(() => {}), abort.signal)));
    abort.abort(new Error('enough'));
    expect(await running).toMatchObject({ message: 'enough' });
    expect(executor.free).toBe(1);
    await executor.close();
  });

  test('of a task that was aborted before it began is never used', async () => {
    const executor = new LocalExecutor();
    let called = false;
    const aborted = AbortSignal.abort(new Error('too late'));
    expect(
      await rejection(
        executor.execute(
          execution(() => {
            called = true;
          }, aborted),
        ),
      ),
    ).toMatchObject({ message: 'too late' });
    expect([called, executor.free]).toEqual([false, 10]);
  });

  test('a late rejection of an aborted task ends nothing and nobody', async () => {
    const unhandled: unknown[] = [];
    const onUnhandled = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', onUnhandled);
    const executor = new LocalExecutor();
    const abort = new AbortController();
    const { opened, fail } = gate();
    const running = rejection(executor.execute(execution(() => opened, abort.signal)));
    abort.abort(new Error('enough'));
    await running;
    fail(new Error('too late'));
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', onUnhandled);
    expect(unhandled).toEqual([]);
  });
});

describe('values', () => {
  test('anything that can be waited for is waited for', async () => {
    const executor = new LocalExecutor();
    // biome-ignore lint/suspicious/noThenProperty: what is tested is that such values are waited for.
    const thenable = { then: (resolve: (value: string) => void) => resolve('later') };
    expect(await executor.execute(execution(() => thenable))).toBe('later');
    expect(await executor.execute(execution(() => undefined))).toBeUndefined();
  });
});

describe('currentRun', () => {
  test('is the run of the code that asks, over awaits and side by side', async () => {
    const clock = new VirtualClock();
    const scheduler = new Scheduler({ clock, logger: null });
    const seen: string[] = [];
    const task = async (name: string) => {
      for (let step = 0; step < 3; step++) {
        await new Promise<void>((resolve) => clock.setTimer(10, resolve));
        seen.push(`${name} ${currentRun()?.jobId}`);
      }
    };
    await scheduler.start();
    for (const id of ['a', 'b', 'c']) await scheduler.addJob(task, 'interval', { seconds: 1, id, args: [id] });
    await clock.advance(1500);
    expect(seen).toHaveLength(9);
    expect(seen.every((line) => line.split(' ')[0] === line.split(' ')[1])).toBe(true);
    expect(currentRun()).toBeUndefined();
    await scheduler.shutdown();
  });

  test('tells what a task may know of its run', async () => {
    const clock = new VirtualClock();
    const scheduler = new Scheduler({ clock, logger: null });
    let seen: RunInfo | undefined;
    await scheduler.start();
    await scheduler.addJob(
      () => {
        seen = currentRun();
      },
      'interval',
      { seconds: 10, id: 'a' },
    );
    await clock.advance(10_000);
    expect(seen).toMatchObject({
      ...{
        runId: 'a/1/1767225610000',
        idempotencyKey: 'a/1/1767225610000',
        jobId: 'a',
        attempt: 1,
        reason: 'scheduled',
      },
      ...{
        coalesced: 0,
        fencingToken: 1,
        fireTime: new Date('2026-01-01T00:00:10Z'),
        startedAt: new Date('2026-01-01T00:00:10Z'),
      },
    });
    await scheduler.shutdown();
  });

  test('can be set by tests of tasks', () => {
    const { run } = execution(() => {});
    expect(runWith(run, () => currentRun()?.jobId)).toBe('a');
  });
});
