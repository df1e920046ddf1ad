// Several processes claim, end, give back and retry runs of the same few jobs, as fast as they can.
import { describe, expect, it } from 'vitest';
import type { RunRecord } from '../../../src/jobs/records.ts';
import { NODE, newJob, retryUpTo } from '../../../src/testing/store-contract/bench.ts';
import { serviceUrl } from '../../services.ts';
import { MongodbBench } from './mongodb-bench.ts';

const server = await serviceUrl('mongodb');
const LIMITS = [1, 2, 3];
const RUNS_PER_JOB = 6;
const ROUNDS = 20;

describe.skipIf(server === '')('a storm', () => {
  const bench = new MongodbBench(server);

  it('never has more runs of a job in execution than it may, and ends each run once', {
    timeout: 300_000,
  }, async () => {
    const stores = await Promise.all([1, 2, 3, 4].map(() => bench.open()));
    const [first] = stores;
    const retry = retryUpTo(1000);
    await first?.putJobs(
      LIMITS.map((maxInstances) => newJob(`job-${maxInstances}`, { policies: { maxInstances, retry } })),
      'fail',
    );
    for (const limit of LIMITS)
      for (let n = 0; n < RUNS_PER_JOB; n++) await first?.addRun(`job-${limit}`, { reason: 'manual', key: `${n}` });

    const executing = new Map<string, Set<string>>(LIMITS.map((limit) => [`job-${limit}`, new Set()]));
    const succeeded: string[] = [];
    const isOver = () => succeeded.length === LIMITS.length * RUNS_PER_JOB;
    const endOf = ({ id, token }: RunRecord, dice: number) => ({
      ...{ runId: id, token, error: null },
      outcome: dice < 0.5 ? ('succeeded' as const) : ('failed' as const),
      retryInMs: dice < 0.5 ? null : 0,
    });
    const work = async (store: (typeof stores)[number], owner: string) => {
      while (!isOver()) {
        const { runs } = await store.claimRuns({ ...NODE, owner, slots: { default: 4 }, leaseMs: 60_000 });
        for (const { id, jobId, policies } of runs) {
          const own = executing.get(jobId);
          expect(own?.has(id), `${id} is executed already`).toBe(false);
          own?.add(id);
          expect(own?.size).toBeLessThanOrEqual(policies.maxInstances);
        }
        for (const { id, jobId } of runs) executing.get(jobId)?.delete(id);
        const [given, ...ended] = runs;
        if (given !== undefined) await store.releaseRuns([{ runId: given.id, token: given.token }]);
        for (const run of await store.finishRuns(ended.map((run) => endOf(run, bench.clock.random())))) {
          expect(run, 'its holder ends it').not.toBeNull();
          if (run?.state === 'succeeded') succeeded.push(run.id);
        }
        // What is given back last is nobody else's to start.
        if (ended.length === 0 && given !== undefined) {
          const again = await store.claimRuns({ ...NODE, owner, slots: { default: 1 }, leaseMs: 60_000 });
          for (const run of await store.finishRuns(again.runs.map((each) => endOf(each, 0))))
            if (run !== null) succeeded.push(run.id);
        }
      }
    };
    const watch = async () => {
      while (!isOver()) {
        const running = await bench.collection('run').find({ state: 'running' }).toArray();
        for (const { job_id, slot, max_instances } of running) {
          expect(slot, job_id).toBeGreaterThanOrEqual(0);
          expect(slot, job_id).toBeLessThan(max_instances);
        }
      }
    };
    await Promise.all([watch(), ...stores.map((store, index) => work(store, `node-${index}`))]);
    expect(new Set(succeeded).size).toBe(succeeded.length);
    expect(await bench.collection('run').countDocuments({ slot: { $exists: true } })).toBe(0);
  });

  it('of leases that end too soon leaves each run either waiting or running, never half of both', {
    timeout: 300_000,
  }, async () => {
    const stores = await Promise.all([1, 2, 3, 4].map(() => bench.open()));
    const [first] = stores;
    const retry = retryUpTo(1000);
    const policies = { maxInstances: 2, retry };
    await first?.putJobs([newJob('a', { policies }), newJob('b', { policies })], 'fail');
    for (const id of ['a', 'b'])
      for (let n = 0; n < RUNS_PER_JOB; n++) await first?.addRun(id, { reason: 'manual', key: `${n}` });
    const check = async () => {
      for (const run of await bench
        .collection('run')
        .find({ slot: { $exists: true } })
        .toArray()) {
        const { _id, state, slot, owner, lease_until } = run;
        if (state === 'queued') expect([_id, typeof slot, owner, lease_until]).toEqual([_id, 'string', null, 0]);
        else expect([_id, state, typeof slot]).toEqual([_id, 'running', 'number']);
      }
    };
    const work = async (store: (typeof stores)[number], owner: string) => {
      for (let round = 0; round < ROUNDS; round++) {
        const { runs } = await store.claimRuns({ ...NODE, owner, slots: { default: 3 }, leaseMs: 1 });
        bench.clock.jump(2);
        await store.releaseRuns(runs.map(({ id, token }) => ({ runId: id, token })));
      }
    };
    await Promise.all([...stores.map((store, index) => work(store, `node-${index}`)), check(), check()]);
    await check();
  });
});
