// A process stands still between any two statements of an operation, until the others have done its work and more, and then
// goes on as if nothing had happened.
import { describe, expect, it } from 'vitest';
import type { JobRecord, RunRecord } from '../../../src/jobs/records.ts';
import type { MongodbStore } from '../../../src/stores/mongodb/index.ts';
import { VirtualClock } from '../../../src/testing/index.ts';
import { commitOf, existing, NODE, newJob, OTHER_NODE, retryUpTo } from '../../../src/testing/store-contract/bench.ts';
import { serviceUrl } from '../../services.ts';
import { DUE, MongodbBench, SLOTS } from './mongodb-bench.ts';
import { mortalClient, standsStillBefore } from './mortal-client.ts';

const server = await serviceUrl('mongodb');

/** Statements of the longest operation here, and some more. */
const MOST_STATEMENTS = 40;
const LONG_MS = 1e9;

describe.skipIf(server === '')('a process that stands still', () => {
  const bench = new MongodbBench(server);

  /** Has a process stand still at each point of an operation in turn, until it gets through without. */
  async function atEachPoint<Prepared, Result>(steps: {
    prepare: (store: MongodbStore) => Promise<Prepared>;
    operate: (slow: MongodbStore, prepared: Prepared) => Promise<Result>;
    meanwhile: (other: MongodbStore, prepared: Prepared) => Promise<void>;
    check: (other: MongodbStore, result: Result) => Promise<void>;
  }): Promise<void> {
    for (let statement = 0; statement < MOST_STATEMENTS; statement++) {
      await bench.clear();
      const other = await bench.open();
      const { fate, isStanding, goOn } = standsStillBefore(statement);
      const { client, begin } = mortalClient(bench.client, fate);
      const slow = bench.store({ client });
      // Its time stands still with it.
      await slow.open({ clock: new VirtualClock({ now: bench.clock.now() }) });
      const prepared = await steps.prepare(slow);
      begin();
      const operation = steps.operate(slow, prepared);
      const stands = await Promise.race([isStanding.then(() => true), operation.then(() => false)]);
      try {
        await steps.meanwhile(other, prepared);
        goOn();
        await steps.check(other, await operation);
      } catch (error) {
        throw new Error(`standing still before statement ${statement}`, { cause: error });
      }
      if (!stands) return;
    }
    throw new Error(`there were more than ${MOST_STATEMENTS} statements`);
  }

  async function workOff(store: MongodbStore): Promise<RunRecord[]> {
    await bench.clock.advance(DUE.ttlMs + 1);
    await bench.fire(store);
    const { runs } = await store.claimRuns({ ...OTHER_NODE, ...SLOTS });
    await store.finishRuns(runs.map(finishOf));
    return runs;
  }

  it('in a commit records no fire again that was run, finished and forgotten meanwhile', {
    timeout: 60_000,
  }, async () => {
    let started: string[] = [];
    await atEachPoint({
      prepare: async (store): Promise<JobRecord[]> => {
        const due = { nextFireAt: bench.clock.now(), policies: { keepRuns: 0 } };
        await store.putJobs([newJob('a', due), newJob('b', due)], 'fail');
        return (await store.claimDue(DUE)).jobs;
      },
      operate: (slow, jobs) => slow.commitFires(jobs.map((job) => commitOf(job))),
      meanwhile: async (other) => {
        started = (await workOff(other)).map(({ jobId }) => jobId);
        expect(started.sort()).toEqual(['a', 'b']);
        expect(await other.prune({ limit: 100, maxAgeMs: LONG_MS })).toBe(2);
      },
      check: async (other) => {
        expect((await other.getRuns({}, {})).items).toEqual([]);
        expect(await workOff(other)).toEqual([]);
      },
    });
  });

  it('in a removal touches nothing of a job that came after', { timeout: 60_000 }, async () => {
    await atEachPoint({
      prepare: async (store) => {
        await bench.addDue(store, 'a');
        await bench.fire(store);
        return existing(await store.getJob('a'));
      },
      operate: (slow) => slow.removeJobs(['a']),
      meanwhile: async (other) => {
        await other.removeJobs(['a']);
        await bench.addDue(other, 'a');
        await bench.fire(other);
      },
      check: async (other, removed) => {
        // Before it has read the job it removes whichever is there, as somebody who came later would.
        const job = await other.getJob('a');
        const waiting = (await other.getRuns({ jobId: 'a', states: ['queued'] }, {})).items;
        expect(waiting.map((run) => run.generation)).toEqual(job === null ? [] : [job.generation]);
        expect(removed.jobIds.length + Number(job !== null)).toBeGreaterThan(0);
      },
    });
  });

  it('in a batch of jobs gets all of them in or none, whatever another adds of them', { timeout: 60_000 }, async () => {
    const jobs = ['a', 'b', 'c'].map((id) => newJob(id, { name: 'slow' }));
    let theirs: string[] = [];
    await atEachPoint({
      prepare: async () => {},
      operate: (slow) => slow.putJobs(jobs, 'fail'),
      meanwhile: async (other) => {
        const results = await other.putJobs([newJob('b', { name: 'other' }), newJob('d', { name: 'other' })], 'fail');
        theirs = results.map(({ status }) => status);
      },
      check: async (other, results) => {
        const names = new Map((await other.getJobs({}, {})).items.map((job) => [job.id, job.name]));
        const statuses = [...new Set(results.map(({ status }) => status))];
        if (theirs.includes('conflict')) {
          expect(statuses).toEqual(['added']);
          expect([...names]).toEqual(['a', 'b', 'c'].map((id) => [id, 'slow']));
        } else {
          expect(statuses).toEqual(['conflict']);
          expect([...names]).toEqual(['b', 'd'].map((id) => [id, 'other']));
        }
        expect(await bench.collection('job').countDocuments()).toBe(names.size);
        expect(await bench.collection('meta').countDocuments({ _id: /^batch/ })).toBe(0);
      },
    });
  });

  it('with the end of a run does not end the attempt of another', { timeout: 60_000 }, async () => {
    const retry = retryUpTo(5);
    await atEachPoint({
      prepare: async (store) => {
        await store.putJobs([newJob('a', { nextFireAt: bench.clock.now(), policies: { retry } })], 'fail');
        await bench.fire(store);
        return existing((await store.claimRuns({ ...NODE, ...SLOTS })).runs[0]);
      },
      operate: (slow, run) => slow.finishRuns([finishOf(run)]),
      meanwhile: async (other) => {
        await bench.clock.advance(SLOTS.leaseMs + 1);
        await other.claimRuns({ ...OTHER_NODE, ...SLOTS });
      },
      check: async (other, [finished]) => {
        const [run] = (await other.getRuns({}, {})).items;
        if (finished === null) expect(run).toMatchObject({ state: 'running', owner: OTHER_NODE.owner, attempt: 2 });
        else expect(run).toMatchObject({ state: 'succeeded', attempt: 1 });
      },
    });
  });

  it('with a retry lets no run of a job start that was removed meanwhile', { timeout: 60_000 }, async () => {
    await atEachPoint({
      prepare: async (store) => {
        await bench.addDue(store, 'a');
        await bench.fire(store);
        return existing((await store.claimRuns({ ...NODE, ...SLOTS })).runs[0]);
      },
      operate: (slow, run) => slow.finishRuns([{ ...finishOf(run), outcome: 'failed', retryInMs: 0 }]),
      meanwhile: async (other) => {
        await other.removeJobs(['a']);
      },
      check: async (other, [finished]) => {
        expect(['failed', 'queued']).toContain(finished?.state);
        expect((await other.claimRuns({ ...NODE, ...SLOTS })).runs).toEqual([]);
        const [run] = (await other.getRuns({}, {})).items;
        expect(run?.state).toBe(finished?.state === 'queued' ? 'cancelled' : 'failed');
      },
    });
  });

  it('in a claim of runs starts none that another has started', { timeout: 60_000 }, async () => {
    let theirs: RunRecord[] = [];
    await atEachPoint({
      prepare: async (store) => {
        const many = { maxInstances: 2, overlap: 'queue' } as const;
        await store.putJobs([newJob('a', { policies: many }), newJob('b', { policies: many })], 'fail');
        for (const id of ['a', 'b'])
          for (const key of ['1', '2', '3']) await store.addRun(id, { reason: 'manual', key });
      },
      operate: (slow) => slow.claimRuns({ ...NODE, slots: { default: 3 }, leaseMs: LONG_MS }),
      meanwhile: async (other) => {
        theirs = (await other.claimRuns({ ...OTHER_NODE, slots: { default: 3 }, leaseMs: LONG_MS })).runs;
      },
      check: async (other, { runs }) => {
        const all = [...runs, ...theirs];
        expect(new Set(all.map(({ id }) => id)).size).toBe(4);
        expect(all).toHaveLength(4);
        for (const id of ['a', 'b'])
          expect((await other.getRuns({ jobId: id, states: ['running'] }, {})).items).toHaveLength(2);
      },
    });
  });
});

function finishOf({ id, token }: RunRecord) {
  return { runId: id, token, outcome: 'succeeded', error: null, retryInMs: null } as const;
}
