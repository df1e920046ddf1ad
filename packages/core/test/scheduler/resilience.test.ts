// What must not bring a scheduler down, lose a run or run it twice: jumps of the clock, stores that hang or refuse, odd policies.
import { describe, expect, it } from 'vitest';
import { defineTask, MemoryStore, type RunFinish, Scheduler } from '../../src/index.ts';
import { VirtualClock } from '../../src/testing/index.ts';

const noop = () => {};

function bench(options: object = {}) {
  const clock = new VirtualClock({ now: '2026-01-01T00:00:00Z' });
  const scheduler = new Scheduler({ clock, logger: null, ...options });
  return { clock, scheduler };
}

/** A task that takes so long by the clock. */
function lasting(clock: VirtualClock, ms: number, bodies: number[]) {
  return async () => {
    bodies.push(clock.now());
    await new Promise<void>((resolve) => clock.setTimer(ms, resolve));
  };
}

describe('a jump of the wall clock, longer than a lease', () => {
  it.each([null, { maxAttempts: 3 }])('leaves a run that executes alone (retry %o)', async (retry) => {
    const { clock, scheduler } = bench({ leaseTime: 60 });
    const [bodies, lost]: [number[], unknown[]] = [[], []];
    scheduler.on('run:lost', (event) => void lost.push(event));
    await scheduler.start();
    await scheduler.addJob(noop, 'interval', { id: 'other', seconds: 1 });
    await scheduler.addJob(lasting(clock, 30_000, bodies), 'interval', { id: 'long', days: 1, retry });
    await scheduler.runJob('long');
    await clock.advance(2000);
    clock.jump(600_000);
    await clock.advance(60_000);
    const [run] = await scheduler.getRuns({ jobId: 'long' });
    expect(run).toMatchObject({ outcome: 'succeeded', attempt: 1 });
    expect([bodies.length, lost]).toEqual([1, []]);
    await scheduler.shutdown();
  });
});

describe('a store that refuses the end of a run once', () => {
  class Refusing extends MemoryStore {
    refusals = 1;
    override async finishRuns(finishes: readonly RunFinish[]) {
      if (this.refusals-- > 0) throw new Error('not now');
      return await super.finishRuns(finishes);
    }
  }

  it('gets it again while the scheduler is paused', async () => {
    const { clock, scheduler } = bench({ jobStores: { default: new Refusing() } });
    await scheduler.start();
    await scheduler.addJob(lasting(clock, 5000, []), undefined, { id: 'once' });
    await clock.advance(1000);
    await scheduler.pause();
    await clock.advance(10_000);
    expect(await scheduler.getRuns()).toMatchObject([{ outcome: 'succeeded' }]);
    await scheduler.shutdown();
  });

  it('gets it again within the time limit of a shutdown', async () => {
    const store = new Refusing();
    const { clock, scheduler } = bench({ jobStores: { default: store } });
    const other = new Scheduler({ clock, logger: null, jobStores: { default: store } });
    await other.start({ paused: true });
    await scheduler.start();
    await scheduler.addJob(lasting(clock, 5000, []), undefined, { id: 'once' });
    await clock.advance(1000);
    const ended = scheduler.shutdown({ timeout: 30 });
    await clock.advance(10_000);
    await ended;
    // The store outlives the first of its schedulers.
    expect(await other.getRuns()).toMatchObject([{ outcome: 'succeeded' }]);
    await other.shutdown();
  });
});

it('a store that never answers holds up neither another one nor the shutdown', async () => {
  class Hanging extends MemoryStore {
    override async claimDue(): Promise<never> {
      return await new Promise<never>(noop);
    }
  }
  const { clock, scheduler } = bench({ jobStores: { default: { type: 'memory' }, hanging: new Hanging() } });
  let fires = 0;
  await scheduler.start();
  await scheduler.addJob(() => void fires++, 'interval', { seconds: 1 });
  await clock.advance(10_000);
  expect(fires).toBe(10);
  const ended = scheduler.shutdown({ wait: false });
  await clock.advance(10_000);
  await ended;
  expect(scheduler.state).toBe('shutdown');
});

describe('policies at their edges', () => {
  it('a retry without delay comes to its end, however many attempts it has', async () => {
    const { clock, scheduler } = bench();
    await scheduler.start();
    const fails = () => {
      throw new Error('again');
    };
    await scheduler.addJob(fails, undefined, { id: 'fails', retry: { maxAttempts: 1100, delay: 0 } });
    await clock.advance(60_000);
    expect(await scheduler.getRuns()).toMatchObject([{ outcome: 'failed', attempt: 1100 }]);
    await scheduler.shutdown();
  });

  it('a run that may start early is not too late before its fire time', async () => {
    const { clock, scheduler } = bench();
    await scheduler.start();
    for (let index = 0; index < 20; index++) {
      const policies = { id: `job-${index}`, jitter: [-60, 0] as const, misfireGraceTime: 10 };
      await scheduler.addJob(noop, 'date', { runDate: '2026-01-01T00:00:20Z', ...policies });
    }
    await clock.advance(60_000);
    const runs = await scheduler.getRuns();
    expect(runs.map((run) => `${run.outcome} ${run.reason}`)).toEqual(Array(20).fill('succeeded scheduled'));
    await scheduler.shutdown();
  });

  it('under overlap skip at most one late fire waits behind a run that hangs', async () => {
    const { clock, scheduler } = bench();
    await scheduler.start();
    await scheduler.addJob(() => new Promise(noop), 'interval', { id: 'hangs', seconds: 20 });
    await clock.advance(20_000);
    for (let gap = 0; gap < 10; gap++) {
      await scheduler.pause();
      await clock.advance(27_000);
      await scheduler.resume();
      await clock.advance(1000);
    }
    const states = (await scheduler.getRuns({ jobId: 'hangs' })).map((run) => run.state);
    expect(states.filter((state) => state === 'queued')).toHaveLength(1);
    expect(states.filter((state) => state === 'skipped').length).toBeGreaterThan(5);
    await scheduler.shutdown({ wait: false });
  });

  it('an error with anything in its fields is kept as text', async () => {
    const { clock, scheduler } = bench();
    await scheduler.start();
    await scheduler.addJob(() => {
      throw Object.assign(new Error('odd'), { stack: 42, name: null });
    });
    await clock.advance(1000);
    expect(await scheduler.getRuns()).toMatchObject([{ outcome: 'failed', error: 'Error: odd' }]);
    await scheduler.shutdown();
  });

  it('keeps the names of functions without one for itself', () => {
    expect(() => defineTask('local:backup', noop)).toThrow("a name that does not begin with 'local:'");
  });
});
