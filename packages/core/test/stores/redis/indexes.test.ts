// The sorted sets by which jobs and runs are found: right after whatever several processes did at once, and no dearer for
// what is not due.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/clock.ts';
import { systemClock } from '../../../src/index.ts';
import type { RunRecord } from '../../../src/jobs/records.ts';
import type { RedisStore } from '../../../src/stores/redis/index.ts';
import { commitOf, existing, fireOf, NODE, newJob, retryUpTo } from '../../../src/testing/store-contract/bench.ts';
import { canStart, startServer } from '../../services.ts';
import { indexFaults } from './index-check.ts';
import { DUE, RedisBench, SLOTS, url } from './redis-bench.ts';

const bench = new RedisBench();
const LEASE_MS = 4000;

describe.skipIf(url === '')('indexes', () => {
  type Act = (store: RedisStore) => Promise<unknown>;

  const id = fc.constantFrom('a', 'b', 'c/d', 'e%', 'f');
  const policies = fc.record({
    maxInstances: fc.integer({ min: 1, max: 2 }),
    overlap: fc.constantFrom('queue' as const, 'skip' as const, 'replace' as const),
    priority: fc.integer({ min: 0, max: 1 }),
    keepRuns: fc.integer({ min: 0, max: 5 }),
    retry: fc.constantFrom(1, 3).map(retryUpTo),
  });
  const traits = fc.record({ policies, ephemeral: fc.boolean(), executor: fc.constantFrom('default', 'pool') });

  const fire: Act = async (store) => {
    const { jobs } = await store.claimDue({ ...DUE, limit: 3, ttlMs: 2000 });
    const next = (at: number | null) => bench.clock.now() - ((at ?? 0) % 7) + 500;
    return store.commitFires(
      jobs.map((job) =>
        job.ephemeral
          ? commitOf(job, { state: 'finished', nextFireAt: null })
          : commitOf(job, {
              nextFireAt: next(job.nextFireAt),
              fires: [fireOf(job), fireOf(job, { fireAt: (job.nextFireAt ?? 0) - 1 })],
            }),
      ),
    );
  };
  const work =
    (outcome: 'succeeded' | 'failed', leave: number): Act =>
    async (store) => {
      const slots = { default: 3, pool: 1 };
      const { runs } = await store.claimRuns({ ...NODE, slots, leaseMs: LEASE_MS });
      return store.finishRuns(runs.slice(leave).map((run) => endOf(run, outcome)));
    };
  const change =
    (jobId: string, state: 'active' | 'paused'): Act =>
    async (store) => {
      const job = await store.getJob(jobId);
      return job && store.updateJob(jobId, job.version, { state });
    };
  const cancel: Act = async (store) => {
    const { items } = await store.getRuns({ states: ['queued', 'running'] }, { limit: 1 });
    return items[0] && store.cancelRun(items[0].id);
  };

  const act: fc.Arbitrary<Act> = fc.oneof(
    { weight: 3, arbitrary: fc.constant(fire) },
    {
      weight: 4,
      arbitrary: fc.tuple(fc.constantFrom('succeeded', 'failed'), fc.nat(2)).map(([end, leave]) => work(end, leave)),
    },
    fc.tuple(id, traits, fc.constantFrom('keep' as const, 'replace' as const)).map(
      ([jobId, more, how]): Act =>
        (store) =>
          store.putJobs([newJob(jobId, { ...more, nextFireAt: bench.clock.now() })], how),
    ),
    id.map(
      (jobId): Act =>
        (store) =>
          store.removeJobs([jobId]),
    ),
    fc.tuple(id, fc.nat(99)).map(
      ([jobId, key]): Act =>
        (store) =>
          store.addRun(jobId, { reason: 'manual', key: `manual-${key}` }),
    ),
    fc.tuple(id, fc.constantFrom('active' as const, 'paused' as const)).map(([jobId, state]) => change(jobId, state)),
    fc.constant(cancel),
    fc.constant<Act>((store) => store.prune({ limit: 10, maxAgeMs: 5000 })),
  );
  const rounds = fc.array(fc.tuple(fc.array(act, { minLength: 4, maxLength: 8 }), fc.nat(1500)), {
    minLength: 5,
    maxLength: 12,
  });

  it('are right after what four processes did at once, and nothing stays held back', { timeout: 60_000 }, async () => {
    // Time stands still while several are at work; what they wait for is real.
    const clock: Clock = { ...systemClock({ keepAlive: false }), now: () => bench.clock.now() };
    const raw = bench.connect();
    const { prefix } = bench;
    let turn = 0;
    await fc.assert(
      fc.asyncProperty(rounds, async (storm) => {
        bench.prefix = `${prefix}${turn++}`;
        const stores = await Promise.all(Array.from({ length: 4 }, () => bench.open({}, [], clock)));
        for (const [acts, ms] of storm) {
          await Promise.all(acts.map((does, at) => does(existing(stores[at % stores.length]))));
          await bench.clock.advance(ms);
          expect(await indexFaults(raw, `{${bench.prefix}}`)).toEqual([]);
        }
        const store = existing(stores[0]);
        await bench.clock.advance(LEASE_MS + 1);
        const worked = { runs: 1 };
        while (worked.runs > 0) {
          const { runs, ended } = await store.claimRuns({ ...NODE, slots: { default: 9, pool: 9 }, leaseMs: LEASE_MS });
          await store.finishRuns(runs.map((run) => endOf(run, 'succeeded')));
          worked.runs = runs.length + ended.length;
        }
        expect((await store.getRuns({ states: ['queued', 'running'] }, {})).items).toEqual([]);
        const left = (await raw.keys(`{${bench.prefix}}:*`)).filter((key) => /:(queue|leases|open|held):/.test(key));
        expect(left).toEqual([]);
        const finished = (await store.getJobs({ states: ['finished'] }, {})).items;
        expect(finished.filter((job) => job.ephemeral)).toEqual([]);
        for (const each of stores) await each.close();
      }),
      { numRuns: Number(process.env['SCHED_STORM_RUNS'] ?? 12) },
    );
  });

  it('let go of a job that is used up, though its last runs end in two processes at once', async () => {
    const clock: Clock = { ...systemClock({ keepAlive: false }), now: () => bench.clock.now() };
    // Two that remember nothing go at the same pace.
    const open = () => bench.open({}, [], clock);
    const [one, two, three] = [await open(), await open(), await open()];
    const ids = Array.from({ length: 60 }, (_, n) => `once-${n}`);
    const traits = { ephemeral: true, nextFireAt: bench.clock.now(), policies: { maxInstances: 2 } };
    await one.putJobs(
      ids.map((id) => newJob(id, traits)),
      'fail',
    );
    const { jobs } = await one.claimDue(DUE);
    const fires = (at: number | null) => [{ fireAt: at ?? 0 }, { fireAt: (at ?? 0) - 1 }];
    await one.commitFires(
      jobs.map((job) =>
        commitOf(job, {
          ...{ state: 'finished', nextFireAt: null },
          fires: fires(job.nextFireAt).map((fire) => fireOf(job, fire)),
        }),
      ),
    );
    const { runs } = await one.claimRuns({ ...NODE, ...SLOTS });
    expect(runs).toHaveLength(120);
    const firstOf = new Set(ids.map((id) => runs.find((run) => run.jobId === id)));
    const ends = (first: boolean) =>
      runs.filter((run) => firstOf.has(run) === first).map((run) => endOf(run, 'succeeded'));
    await Promise.all([
      ...ends(true).map((end) => three.finishRuns([end])),
      ...ends(false).map((end) => two.finishRuns([end])),
    ]);
    expect((await one.getJobs({}, {})).items).toEqual([]);
  });

  it('keep the runs that wait for their job out of the way of others', async () => {
    const store = await bench.open();
    await store.putJobs([newJob('busy', { policies: { overlap: 'queue' } }), newJob('free')], 'fail');
    for (let n = 0; n < 600; n++) await store.addRun('busy', { reason: 'manual', key: `manual-${n}` });
    await bench.clock.advance(1);
    await store.addRun('free', { reason: 'manual', key: 'manual' });
    const claimed = await store.claimRuns({ ...NODE, slots: { default: 3 }, leaseMs: LEASE_MS });
    expect(claimed.runs.map((run) => run.jobId)).toEqual(['busy', 'free']);
    for (let n = 0; n < 5; n++) {
      const { runs } = await store.claimRuns({ ...NODE, ...SLOTS });
      expect(runs).toEqual([]);
      await store.finishRuns([endOf(existing(claimed.runs[0]), 'succeeded')]);
      const [next] = (await store.claimRuns({ ...NODE, ...SLOTS })).runs;
      claimed.runs[0] = existing(next);
    }
  });
});

describe.skipIf(!(await canStart('redis')))('work in the server', () => {
  it('does not depend on what is not due, or held back', { timeout: 60_000 }, async () => {
    await using server = await startServer('redis');
    const store = await bench.open({ url: server.url });
    const raw = bench.connect(server.url);
    await store.putJobs([newJob('busy', { policies: { overlap: 'queue' } })], 'fail');
    const cycle = async () => {
      await bench.clock.advance(1);
      await bench.addDue(store, `due-${bench.clock.now()}`);
      await bench.fire(store);
      const { runs } = await store.claimRuns({ ...NODE, ...SLOTS });
      await store.nextWake(NODE);
      await store.finishRuns(runs.filter((run) => run.jobId !== 'busy').map((run) => endOf(run, 'succeeded')));
    };
    const commandsOf = async (work: () => Promise<void>) => {
      const before = await commandCount(raw.info('commandstats'));
      await work();
      return (await commandCount(raw.info('commandstats'))) - before;
    };
    for (let n = 0; n < 2; n++) await store.addRun('busy', { reason: 'manual', key: `first-${n}` });
    await cycle();
    const few = await commandsOf(cycle);
    const ahead = bench.clock.now() + 1e6;
    for (let part = 0; part < 5; part++)
      await store.putJobs(
        Array.from({ length: 1000 }, (_, n) => newJob(`later-${part}-${n}`, { nextFireAt: ahead })),
        'fail',
      );
    for (let n = 0; n < 300; n++) await store.addRun('busy', { reason: 'manual', key: `manual-${n}` });
    await cycle();
    expect(await commandsOf(cycle)).toBe(few);
  });
});

function endOf(run: RunRecord, outcome: 'succeeded' | 'failed') {
  const retryInMs = outcome === 'failed' && run.attempt < run.policies.retry.maxAttempts ? 100 : null;
  return { runId: run.id, token: run.token, outcome, error: outcome === 'failed' ? 'Error: no' : null, retryInMs };
}

async function commandCount(stats: Promise<string>): Promise<number> {
  return [...(await stats).matchAll(/cmdstat_(?!info)\S+:calls=(\d+)/g)].reduce(
    (sum, [, calls]) => sum + Number(calls),
    0,
  );
}
