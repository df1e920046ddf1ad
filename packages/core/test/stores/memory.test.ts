// The memory store against the contract, and what only it has.
import { describe, expect, it } from 'vitest';
import { MemoryStore, type MemoryStoreOptions } from '../../src/stores/memory/memory-store.ts';
import { storeContract, VirtualClock } from '../../src/testing/index.ts';
import { commitOf, NODE, newJob } from '../../src/testing/store-contract/bench.ts';

storeContract({ name: 'MemoryStore', create: () => new MemoryStore() }, { describe, it });

async function open(store: MemoryStore, clock = new VirtualClock()): Promise<MemoryStore> {
  await store.open({ clock });
  return store;
}

/** Adds a job and runs it to its end as often as asked. */
async function runOften(store: MemoryStore, times: number): Promise<void> {
  await store.putJobs([newJob('a', { nextFireAt: 1 })], 'fail');
  for (let n = 0; n < times; n++) {
    const { jobs } = await store.claimDue({ ...NODE, limit: 1, ttlMs: 1000 });
    await store.commitFires(jobs.map((job) => commitOf(job, { nextFireAt: (job.nextFireAt ?? 0) + 1 })));
    const { runs } = await store.claimRuns({ ...NODE, slots: { default: 1 }, leaseMs: 1000 });
    await store.finishRuns(
      runs.map(({ id, token }) => ({ runId: id, token, outcome: 'succeeded', error: null, retryInMs: null })),
    );
  }
}

it('keeps the newest ended runs, over all jobs, up to its limit', async () => {
  const store = await open(new MemoryStore({ maxHistory: 3 }));
  await runOften(store, 3000);
  const { items } = await store.getRuns({}, {});
  expect(items.map((run) => run.fireAt)).toEqual([3000, 2999, 2998]);
  expect(await store.getRun(items[0]?.id.replace('/3000', '/2997') ?? '')).toBeNull();
});

it('keeps what is open beyond any limit of history', async () => {
  const store = await open(new MemoryStore({ maxHistory: 0 }));
  await runOften(store, 5);
  expect((await store.getRuns({}, {})).items).toEqual([]);
  await store.addRun('a', { reason: 'manual', key: 'manual-1' });
  expect((await store.getRuns({}, {})).items).toHaveLength(1);
});

it('keeps its jobs while it is closed', async () => {
  const store = await open(new MemoryStore());
  await store.putJobs([newJob('a')], 'fail');
  await store.close();
  await expect(store.getJob('a')).rejects.toMatchObject({ code: 'store-failure' });
  await open(store);
  expect((await store.getJob('a'))?.id).toBe('a');
});

it.each([
  [{ maxHistory: -1 }, 'maxHistory'],
  [{ maxHistory: 1.5 }, 'maxHistory'],
  [{ maxHistory: '10' }, 'maxHistory'],
  [{ history: 10 }, 'history'],
])('refuses the options %j', (options, field) => {
  expect(() => new MemoryStore(options as MemoryStoreOptions)).toThrow(
    expect.objectContaining({ code: 'invalid-option', field }),
  );
});
