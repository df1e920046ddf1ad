// A scheduler that starts before its job store is up, and stores whose clock is not ours.
import { expect, it } from 'vitest';
import { InvalidOptionError, MemoryStore, SchedError } from '../../src/index.ts';
import { Bench, MINUTE, RefusingStore } from './bench.ts';

it('start() fails at the first refusal, unless it is told to wait', async () => {
  const { scheduler, told } = new Bench({ jobStores: { default: new RefusingStore() } });
  await expect(scheduler.start()).rejects.toThrow('the disk is gone');
  expect(scheduler.state).toBe('stopped');
  expect(told('job-store:')).toEqual([]);
});

it('start() waits for a store that comes up, and tells it once', async () => {
  const store = new RefusingStore();
  const { scheduler, clock, told, states, seconds } = new Bench({ jobStores: { default: store } });
  await scheduler.addJob(() => {}, 'interval', { id: 'a', seconds: 1 });
  const starting = scheduler.start({ waitForStores: { minutes: 5 } });
  await clock.advance(MINUTE);
  expect([scheduler.state, ...told('job-store:')]).toEqual(['starting', 'job-store:degraded']);
  store.refuses = false;
  await clock.advance(10_000);
  await starting;
  expect(told('job-store:')).toEqual(['job-store:degraded', 'job-store:recovered']);
  await seconds(2);
  expect((await states('a')).length).toBeGreaterThan(0);
  await scheduler.shutdown();
});

it('start() gives up when its time is over, with what the store said', async () => {
  const { scheduler, clock, settle } = new Bench({ jobStores: { default: new RefusingStore() } });
  const starting = expect(scheduler.start({ waitForStores: 30 })).rejects.toThrow('the disk is gone');
  await clock.advance(29_000);
  expect(scheduler.state).toBe('starting');
  await clock.advance(2000);
  await starting;
  await settle();
  expect(scheduler.state).toBe('stopped');
  expect(clock.waiting).toBe(0);
});

it('start() does not wait for what waiting does not mend', async () => {
  class Wrong extends MemoryStore {
    override async open() {
      throw new SchedError('driver-missing', 'npm install it');
    }
  }
  const { scheduler } = new Bench({ jobStores: { default: new Wrong() } });
  await expect(scheduler.start({ waitForStores: true })).rejects.toThrow('npm install it');
});

it('shutdown() ends a start that waits', async () => {
  const { scheduler, clock } = new Bench({ jobStores: { default: new RefusingStore() } });
  const starting = expect(scheduler.start({ waitForStores: true })).rejects.toThrow('the disk is gone');
  await clock.advance(MINUTE);
  await scheduler.shutdown();
  await starting;
  expect(clock.waiting).toBe(0);
});

it.each([{ waitForStores: -1 }, { waitForStores: 'long' }, { wait: 5 }])('start(%o) is refused', async (options) => {
  const { scheduler } = new Bench();
  await expect(scheduler.start(options as object)).rejects.toBeInstanceOf(InvalidOptionError);
  expect(scheduler.state).toBe('stopped');
});

it('a store whose clock differs by a second is told once, and its skew is in health()', async () => {
  class Ahead extends MemoryStore {
    aheadMs = 0;
    override async nextWake(...request: Parameters<MemoryStore['nextWake']>) {
      const { now, at } = await super.nextWake(...request);
      return { now: now + this.aheadMs, at };
    }
  }
  const store = new Ahead();
  const { scheduler, told, seconds } = new Bench({ jobStores: { default: store } });
  await scheduler.addJob(() => {}, 'interval', { id: 'a', seconds: 1 });
  await scheduler.start();
  await seconds(2);
  expect(scheduler.health().jobStores).toMatchObject({ default: { clockSkewMs: 0 } });
  store.aheadMs = 5000;
  await seconds(60);
  expect(told('clock:')).toEqual(['clock:skewed']);
  expect(scheduler.health().jobStores['default']?.clockSkewMs).toBeGreaterThan(4000);
  await scheduler.shutdown();
});

it.each([['a\0b'], ['half \ud83d'], ['x'.repeat(256)], ['']])(
  'the id %j is refused: not every store could keep it',
  async (id) => {
    const { scheduler } = new Bench();
    await expect(scheduler.addJob(() => {}, 'interval', { id, seconds: 1 })).rejects.toMatchObject({ field: 'id' });
  },
);

it('a reason for a pause is kept; one that is no text, or endless, is refused', async () => {
  const { scheduler } = new Bench();
  await scheduler.addJob(() => {}, 'interval', { id: 'a', seconds: 1 });
  await scheduler.start();
  expect((await scheduler.pauseJob('a', { reason: 'no \0 and no \ud83d' })).note).toBe('no \ufffd and no \ufffd');
  for (const reason of [5, 'x'.repeat(1001)])
    await expect(scheduler.pauseJob('a', { reason: reason as string })).rejects.toMatchObject({ field: 'reason' });
  await scheduler.shutdown();
});
