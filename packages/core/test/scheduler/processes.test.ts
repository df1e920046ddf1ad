// Which schedulers work with a store: those that check in, by and by those that do not any more, not those that ended.
import { hostname } from 'node:os';
import { expect, it, onTestFinished } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { MemoryStore, Scheduler, type SchedulerOptions } from '../../src/index.ts';
import { SqliteStore } from '../../src/stores/sqlite/index.ts';
import { VirtualClock } from '../../src/testing/index.ts';

/** A store that says that others may look: with it schedulers check in by themselves. */
class SharedStore extends MemoryStore {
  override readonly durable: boolean = true;
  isAway = false;

  override async checkIn(...parameters: Parameters<MemoryStore['checkIn']>): Promise<void> {
    if (this.isAway) throw new Error('the server is away');
    await super.checkIn(...parameters);
  }
}

const START = '2026-01-01T00:00:00Z';

function bench() {
  const clock = new VirtualClock({ now: START });
  const store = new SharedStore();
  const started = async (options: SchedulerOptions = {}, paused = false) => {
    const scheduler = new Scheduler({ clock, logger: null, jobStores: { default: store }, ...options });
    await scheduler.start({ paused });
    await clock.settle();
    onTestFinished(() => scheduler.shutdown());
    return scheduler;
  };
  return { clock, store, started };
}

it('names each scheduler with where and since when it runs', async () => {
  const { clock, started } = bench();
  const one = await started();
  await clock.advance(15_000);
  const two = await started();
  const [first, second, ...others] = await one.getProcesses();
  expect(others).toEqual([]);
  expect(first).toEqual({
    ...{ schedulerId: one.health().schedulerId, jobStore: 'default', host: hostname(), pid: process.pid },
    ...{ version: manifest.version, startedAt: new Date(START), seenAt: new Date('2026-01-01T00:00:15Z') },
    ...{ seenAgoMs: 0, clockSkewMs: 0, isAlive: true, isHere: true },
  });
  expect(second).toMatchObject({ schedulerId: two.health().schedulerId, isAlive: true, isHere: false });
});

it('sees one that is paused, on every store it has', async () => {
  const { clock, started } = bench();
  const one = await started();
  await clock.advance(1);
  const two = await started({}, true);
  const more = new SharedStore();
  await two.addJobStore('more', more);
  await clock.advance(60_000);
  expect(two.state).toBe('paused');
  const seen = (await one.getProcesses()).find(({ isHere }) => !isHere);
  expect(seen).toMatchObject({ schedulerId: two.health().schedulerId, isAlive: true });
  expect((await two.getProcesses()).map(({ jobStore, isHere }) => [jobStore, isHere])).toEqual([
    ['default', false],
    ['default', true],
    ['more', true],
  ]);
});

it('says that one is gone which was not seen for 30 seconds, and forgets it after an hour', async () => {
  const { clock, store, started } = bench();
  const one = await started();
  const dead = { schedulerId: 'dead', host: 'h', pid: 1, version: '1.0.0', startedAt: 0, clockSkewMs: null };
  await store.checkIn(dead, 1e9);
  const find = async () => (await one.getProcesses()).find(({ schedulerId }) => schedulerId === 'dead');
  await clock.advance(29_000);
  expect(await find()).toMatchObject({ isAlive: true, seenAgoMs: 29_000 });
  await clock.advance(1000);
  expect(await find()).toMatchObject({ isAlive: false, seenAgoMs: 30_000 });
  await clock.advance(3_600_000);
  expect(await find()).toBeUndefined();
});

it('does not see one that was shut down or has left the store', async () => {
  const { started } = bench();
  const one = await started();
  const two = await started();
  const three = await started();
  expect(await one.getProcesses()).toHaveLength(3);
  await two.shutdown();
  await three.removeJobStore('default');
  expect((await one.getProcesses()).map(({ isHere }) => isHere)).toEqual([true]);
});

it('leaves an outage to the next time, and leaves no timer behind', async () => {
  const { clock, store, started } = bench();
  const one = await started();
  store.isAway = true;
  await clock.advance(20_000);
  await expect(one.getProcesses()).rejects.toThrow('the server is away');
  expect(one.health().status).toBe('ok');
  store.isAway = false;
  await clock.advance(10_000);
  const [seen] = (await store.getProcesses()).processes;
  expect(seen?.seenAt).toBe(clock.now());
  await one.shutdown();
  expect(clock.waiting).toBe(0);
});

it('tells by which clock it goes', async () => {
  const clock = new VirtualClock({ now: START });
  const store = new (class extends SharedStore {
    override async nextWake(...parameters: Parameters<MemoryStore['nextWake']>) {
      const { now, at } = await super.nextWake(...parameters);
      return { now: now + 5000, at };
    }
  })();
  const scheduler = new Scheduler({ clock, logger: null, jobStores: { default: store } });
  await scheduler.start();
  await clock.advance(10_000);
  expect(await scheduler.getProcesses()).toMatchObject([
    { clockSkewMs: 5000, startedAt: new Date('2026-01-01T00:00:05Z') },
  ]);
  await scheduler.shutdown();
});

it('is refused before start', async () => {
  await expect(new Scheduler().getProcesses()).rejects.toThrow('call start() first');
});

it('works on a database that two schedulers share', async () => {
  const store = new SqliteStore({ url: ':memory:' });
  const schedulers = [1, 2].map(() => new Scheduler({ jobStores: { default: store }, logger: null }));
  for (const scheduler of schedulers) await scheduler.start();
  const ids = schedulers.map((scheduler) => scheduler.health().schedulerId);
  const found = await schedulers[1]?.getProcesses();
  expect(found?.map(({ schedulerId }) => schedulerId).sort()).toEqual(ids.sort());
  for (const scheduler of schedulers) await scheduler.shutdown();
});

it('a store tells what should be known by an event, and the log has it', async () => {
  const warnings: string[] = [];
  const told: unknown[] = [];
  const store = new (class extends MemoryStore {
    override async open(context: Parameters<MemoryStore['open']>[0]): Promise<void> {
      await super.open(context);
      context.onNotice?.('the server was started again');
    }
  })();
  const logger = { warn: (message: string) => void warnings.push(message), error: () => {} };
  const scheduler = new Scheduler({ jobStores: { jobs: store }, logger });
  scheduler.on('job-store:notice', (event) => void told.push(event));
  await scheduler.start();
  expect(told).toEqual([{ type: 'job-store:notice', alias: 'jobs', notice: 'the server was started again' }]);
  expect(warnings).toEqual(["[sched] job store 'jobs': the server was started again"]);
  await scheduler.shutdown();
});
