// Functions without a name of their own are forgotten once nothing needs them, and not while something does.
import { expect, it } from 'vitest';
import { MemoryStore, Scheduler } from '../../src/index.ts';
import { VirtualClock } from '../../src/testing/index.ts';

it('keeps a function that gets a new job while those that are needed are looked for', async () => {
  const clock = new VirtualClock({ now: '2026-01-01T00:00:00Z' });
  let duringSearch = async () => {};
  class Watched extends MemoryStore {
    override async getRuns(...request: Parameters<MemoryStore['getRuns']>) {
      const once = duringSearch;
      duringSearch = async () => {};
      await once();
      return await super.getRuns(...request);
    }
  }
  await using scheduler = new Scheduler({ clock, logger: null, jobStores: { default: new Watched() } });
  await scheduler.start();
  let calls = 0;
  const functions = Array.from({ length: 1500 }, () => () => void calls++);
  for (const run of functions) await scheduler.addJob(run);
  const [first = () => {}] = functions;
  duringSearch = async () => void (await scheduler.addJob(first, 'interval', { id: 'again', seconds: 1 }));
  await clock.advance(60_000);
  expect(calls).toBeGreaterThan(1500 + 10);
  expect(scheduler.health().unknownTasks).toEqual({});
});
