// Runs that end before their time: by their timeout, or because somebody cancelled them.
import { describe, expect, test } from 'vitest';
import { currentRun, type Run } from '../../src/index.ts';
import { VirtualClock } from '../../src/testing/index.ts';
import { Bench, gate, HOUR, rejection, SECOND } from './bench.ts';

/** Its runs, oldest first, as they come out of the store. */
async function runsOf({ scheduler }: Bench, jobId: string): Promise<Run[]> {
  return [...(await scheduler.getRuns({ jobId }))].reverse();
}

describe('timeout', () => {
  test.each([
    [
      'heeds its signal',
      () =>
        new Promise((_, reject) => {
          const signal = currentRun()?.signal;
          signal?.addEventListener('abort', () => reject(signal.reason));
        }),
    ],
    [
      'throws an error of its own at it',
      () =>
        new Promise((_, reject) => {
          currentRun()?.signal.addEventListener('abort', () => reject(new Error('interrupted')));
        }),
    ],
    [
      'returns at it as if nothing were',
      () =>
        new Promise((resolve) => {
          currentRun()?.signal.addEventListener('abort', resolve);
        }),
    ],
    ['does not heed its signal', () => new Promise(() => {})],
  ])('ends a run that %s', async (_, task) => {
    const bench = new Bench();
    await bench.scheduler.start();
    await bench.scheduler.addJob(task, 'interval', { minutes: 1, id: 'a', timeout: { seconds: 20 } });
    await bench.seconds(79);
    expect(await bench.states('a')).toEqual(['running']);
    await bench.seconds(1);
    expect(await runsOf(bench, 'a')).toMatchObject([
      { state: 'timed-out', error: expect.stringMatching(/timeout of 20 s/) },
    ]);
    expect(bench.told('run:')).toEqual(['run:started', 'run:timed-out']);
    await bench.seconds(40);
    expect(await bench.states('a')).toEqual(['timed-out', 'running']);
    await bench.scheduler.shutdown({ wait: false });
    expect(bench.clock.waiting).toBe(0);
  });

  test('is for each attempt, and followed by a retry', async () => {
    const bench = new Bench();
    await bench.scheduler.start();
    const options = { runDate: '2026-01-01 00:01', id: 'a', timeout: 5, retry: { maxAttempts: 2, delay: 10 } };
    await bench.scheduler.addJob(() => new Promise(() => {}), 'date', options);
    await bench.seconds(120);
    expect(bench.told('run:')).toEqual(['run:started', 'run:retrying', 'run:started', 'run:timed-out']);
    await bench.scheduler.shutdown();
  });

  test('beyond what a timer can wait for is kept all the same', async () => {
    const longest = 24 * HOUR;
    class ShortTimers extends VirtualClock {
      override setTimer(delayMs: number, fire: () => void) {
        return super.setTimer(Math.min(delayMs, longest), fire);
      }
    }
    const bench = new Bench({}, undefined, new ShortTimers());
    await bench.scheduler.start();
    await bench.scheduler.addJob(() => new Promise(() => {}), 'date', { id: 'a', timeout: { hours: 30 } });
    await bench.clock.advance(29 * HOUR);
    expect(await bench.states('a')).toEqual(['running']);
    await bench.clock.advance(HOUR);
    await bench.settle();
    expect(await bench.states('a')).toEqual(['timed-out']);
    await bench.scheduler.shutdown();
  });
});

describe('cancelRun', () => {
  test.each([
    [
      'heeds its signal',
      () =>
        new Promise((_, reject) => {
          const signal = currentRun()?.signal;
          signal?.addEventListener('abort', () => reject(signal.reason));
        }),
    ],
    ['does not', () => new Promise(() => {})],
  ])('ends a running one that %s; it is not retried', async (_, task) => {
    const bench = new Bench();
    await bench.scheduler.start();
    await bench.scheduler.addJob(task, 'date', { runDate: '2026-01-01 00:01', id: 'a', retry: { maxAttempts: 5 } });
    await bench.seconds(61);
    const [run] = await runsOf(bench, 'a');
    expect(await bench.scheduler.cancelRun(run?.id ?? '')).toMatchObject({ id: run?.id, state: 'running' });
    await bench.settle();
    expect(await bench.states('a')).toEqual(['cancelled']);
    await bench.seconds(60);
    expect(bench.told('run:')).toEqual(['run:started', 'run:cancelled']);
    await bench.scheduler.shutdown();
  });

  test('takes a waiting one out of the queue', async () => {
    const bench = new Bench();
    const { opened, open } = gate();
    let started = 0;
    await bench.scheduler.start();
    await bench.scheduler.addJob(
      () => {
        started++;
        return opened;
      },
      'interval',
      { seconds: 10, id: 'a', overlap: 'queue' },
    );
    await bench.seconds(25);
    const [, waiting] = await runsOf(bench, 'a');
    expect(await bench.scheduler.cancelRun(waiting?.id ?? '')).toMatchObject({ outcome: 'cancelled' });
    open();
    await bench.settle();
    expect(await bench.states('a')).toEqual(['succeeded', 'cancelled']);
    expect(started).toBe(1);
    expect(bench.told('run:cancelled')).toHaveLength(1);
    await bench.scheduler.shutdown();
  });

  test('of one that ended already changes nothing and tells nothing', async () => {
    const bench = new Bench();
    await bench.scheduler.start({ paused: true });
    await bench.scheduler.addJob(() => {}, 'interval', { seconds: 10, id: 'a', misfireGraceTime: 1 });
    bench.clock.jump(19 * SECOND);
    await bench.scheduler.resume();
    await bench.settle();
    const [run] = await runsOf(bench, 'a');
    for (let again = 0; again < 2; again++) expect(await bench.scheduler.cancelRun(run?.id ?? '')).toEqual(run);
    expect(bench.told('run:')).toEqual(['run:missed']);
    await bench.scheduler.shutdown();
  });

  test('of none is an error', async () => {
    const bench = new Bench();
    await bench.scheduler.start();
    expect(await rejection(bench.scheduler.cancelRun('a/1/2'))).toMatchObject({
      code: 'run-not-found',
      runId: 'a/1/2',
    });
    await bench.scheduler.shutdown();
  });
});
