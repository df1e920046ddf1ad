// The policies of jobs at work: overlap, retry, priority, history.
import { describe, expect, test } from 'vitest';
import { currentRun, type JobSettings, type Run, type RunInfo } from '../../src/index.ts';
import { Bench, HOUR, MINUTE, SECOND } from './bench.ts';

/** Its runs, oldest first, as they come out of the store. */
async function runsOf({ scheduler }: Bench, jobId: string): Promise<Run[]> {
  return [...(await scheduler.getRuns({ jobId }))].reverse();
}

describe('overlap', () => {
  /** A job of every 10 s whose runs take 25 s, for 60 s. */
  async function outcomes(settings: JobSettings) {
    const bench = new Bench();
    const { scheduler, clock } = bench;
    let [open, most] = [0, 0];
    await scheduler.start();
    const task = async () => {
      most = Math.max(most, ++open);
      const signal = currentRun()?.signal;
      await new Promise<void>((resolve) => {
        clock.setTimer(25 * SECOND, resolve);
        signal?.addEventListener('abort', () => resolve());
      });
      open--;
    };
    await scheduler.addJob(task, 'interval', { seconds: 10, id: 'a', ...settings });
    await bench.seconds(60);
    const states = await bench.states('a');
    await scheduler.shutdown({ wait: false });
    return { states: states.join(' '), most };
  }

  test('skip drops a fire while the limit is reached, and records it', async () => {
    expect(await outcomes({})).toEqual({ states: 'succeeded skipped skipped running skipped skipped', most: 1 });
  });

  test('skip with more at a time', async () => {
    expect(await outcomes({ maxInstances: 2 })).toEqual({
      ...{ states: 'succeeded succeeded skipped running running skipped', most: 2 },
    });
  });

  test('queue lets it wait', async () => {
    expect(await outcomes({ overlap: 'queue' })).toEqual({
      ...{ states: 'succeeded succeeded running queued queued queued', most: 1 },
    });
  });

  test('replace ends the run before it', async () => {
    expect(await outcomes({ overlap: 'replace' })).toEqual({
      ...{ states: 'cancelled cancelled cancelled cancelled cancelled running', most: 1 },
    });
  });

  test('a limit no run reaches lets all of them run', async () => {
    expect((await outcomes({ maxInstances: 3 })).states).toBe('succeeded succeeded succeeded running running running');
  });
});

describe('retry', () => {
  test('waits longer and longer, up to a bound, under one id', async () => {
    const bench = new Bench();
    const { scheduler, clock } = bench;
    const seen: Pick<RunInfo, 'attempt' | 'reason' | 'idempotencyKey'>[] = [];
    const starts: number[] = [];
    await scheduler.start();
    const retry = { maxAttempts: 5, delay: 2, backoff: 3, maxDelay: 10 };
    const task = () => {
      const run = currentRun();
      if (run === undefined) throw new Error('outside of a run');
      seen.push({ attempt: run.attempt, reason: run.reason, idempotencyKey: run.idempotencyKey });
      starts.push(clock.now());
      if (run.attempt < 5) throw new Error(`attempt ${run.attempt}`);
    };
    await scheduler.addJob(task, 'date', { runDate: '2026-01-01 00:00:10', id: 'a', retry });
    await bench.seconds(HOUR / SECOND);
    expect(starts.map((start) => (start - Date.UTC(2026, 0, 1)) / SECOND)).toEqual([10, 12, 18, 28, 38]);
    expect(seen.map((run) => `${run.attempt} ${run.reason}`)).toEqual([
      '1 scheduled',
      '2 retry',
      '3 retry',
      '4 retry',
      '5 retry',
    ]);
    expect(new Set(seen.map((run) => run.idempotencyKey)).size).toBe(1);
    expect(await runsOf(bench, 'a')).toMatchObject([{ state: 'succeeded', attempt: 5 }]);
    const retrying = bench.events.filter((event) => event.type === 'run:retrying');
    expect(retrying.map((event) => event.retryInMs)).toEqual([2000, 6000, 10_000, 10_000]);
    await scheduler.shutdown();
  });

  test('after the last attempt the run has failed, with the error of that attempt', async () => {
    const bench = new Bench();
    await bench.scheduler.start();
    const task = () => Promise.reject(new Error(`attempt ${currentRun()?.attempt}`));
    await bench.scheduler.addJob(task, 'interval', { minutes: 10, id: 'a', retry: { maxAttempts: 2, backoff: 1 } });
    await bench.seconds(630);
    expect(await runsOf(bench, 'a')).toMatchObject([
      { state: 'failed', attempt: 2, error: expect.stringContaining('attempt 2') },
    ]);
    expect(bench.told('run:')).toEqual(['run:started', 'run:retrying', 'run:started', 'run:failed']);
    await bench.scheduler.shutdown();
  });

  test('a wait is a whole number of milliseconds', async () => {
    const bench = new Bench();
    await bench.scheduler.start();
    const retry = { maxAttempts: 4, delay: 1, backoff: 1.1 };
    await bench.scheduler.addJob(
      () => {
        throw new Error('no');
      },
      'date',
      { runDate: '2026-01-01 00:00:10', id: 'a', retry },
    );
    await bench.seconds(60);
    const waits = bench.events.flatMap((event) => (event.type === 'run:retrying' ? [event.retryInMs] : []));
    expect(waits).toEqual([1000, 1100, 1210]);
    await bench.scheduler.shutdown();
  });

  test('of a job that was removed meanwhile does not come', async () => {
    const bench = new Bench();
    let started = 0;
    await bench.scheduler.start();
    const options = { seconds: 10, id: 'a', retry: { maxAttempts: 9, delay: 5 } };
    await bench.scheduler.addJob(
      () => {
        started++;
        throw new Error('no');
      },
      'interval',
      options,
    );
    await bench.seconds(11);
    await bench.scheduler.removeJob('a');
    await bench.seconds(60);
    expect(started).toBe(1);
    expect(await runsOf(bench, 'a')).toMatchObject([{ state: 'cancelled' }]);
    await bench.scheduler.shutdown();
  });
});

describe('priority', () => {
  test('among runs that could start together the higher starts first, while slots are few', async () => {
    const bench = new Bench({ executors: { default: { type: 'local', maxWorkers: 1 } } });
    const order: number[] = [];
    await bench.scheduler.start();
    for (const priority of [0, 5, -1, 3]) {
      const task = async () => {
        order.push(priority);
        await new Promise<void>((resolve) => bench.clock.setTimer(100, resolve));
      };
      await bench.scheduler.addJob(task, 'date', { runDate: '2026-01-01 00:01', priority });
    }
    await bench.clock.advance(2 * MINUTE);
    expect(order).toEqual([5, 3, 0, -1]);
    await bench.scheduler.shutdown();
  });
});

describe('keepRuns', () => {
  test('bounds the history of a job', async () => {
    const bench = new Bench();
    await bench.scheduler.start();
    await bench.scheduler.addJob(() => {}, 'interval', { seconds: 1, id: 'a', keepRuns: 5 });
    await bench.seconds(200);
    expect((await runsOf(bench, 'a')).length).toBeLessThanOrEqual(70);
    await bench.seconds(61);
    await bench.scheduler.pauseJob('a');
    await bench.seconds(61);
    expect(await runsOf(bench, 'a')).toHaveLength(5);
    await bench.scheduler.shutdown();
  });
});
