// A process dies between any two statements of an operation, and the others go on: nothing is lost, doubled or half done.
import { describe, expect, it } from 'vitest';
import type { RunRecord } from '../../../src/jobs/records.ts';
import type { MongodbStore } from '../../../src/stores/mongodb/index.ts';
import {
  commitOf,
  existing,
  fireOf,
  NODE,
  newJob,
  OTHER_NODE,
  retryUpTo,
} from '../../../src/testing/store-contract/bench.ts';
import { serviceUrl } from '../../services.ts';
import { DUE, MongodbBench, SLOTS } from './mongodb-bench.ts';
import { diesBefore, mortalClient } from './mortal-client.ts';

const server = await serviceUrl('mongodb');

/** Statements of the longest operation here, and some more. */
const MOST_STATEMENTS = 40;

describe.skipIf(server === '')('a process that dies', () => {
  const bench = new MongodbBench(server);

  /** Has a process die at each point of an operation in turn, until it gets to the end; and looks at what the others make of it. */
  async function atEachPoint<Prepared>(steps: {
    prepare: (store: MongodbStore) => Promise<Prepared>;
    operate: (mortal: MongodbStore, prepared: Prepared) => Promise<unknown>;
    check: (other: MongodbStore, prepared: Prepared) => Promise<void>;
  }): Promise<void> {
    for (let statement = 1; statement < MOST_STATEMENTS; statement++) {
      await bench.clear();
      const other = await bench.open();
      const { client, begin, silence } = mortalClient(bench.client, diesBefore(statement));
      const mortal = await bench.open({ client });
      const prepared = await steps.prepare(mortal);
      begin();
      const outcome = await steps.operate(mortal, prepared).then(
        () => 'done',
        (error: Error) => error.message,
      );
      if (outcome !== 'done') expect(outcome).toContain('the process is dead');
      await silence();
      try {
        await steps.check(other, prepared);
      } catch (error) {
        throw new Error(`after a death before statement ${statement}`, { cause: error });
      }
      if (outcome === 'done') return;
    }
    throw new Error(`there were more than ${MOST_STATEMENTS} statements`);
  }

  /** Lets time pass until every claim has run out and every letter is anybody's to deliver, then does what is due. */
  async function goOn(other: MongodbStore): Promise<void> {
    await bench.clock.advance(DUE.ttlMs + 1);
    await bench.fire(other);
    expect(
      await bench
        .collection('job')
        .find({ outbox: { $exists: true } })
        .toArray(),
    ).toEqual([]);
  }

  async function runsOf(store: MongodbStore, jobId: string): Promise<RunRecord[]> {
    return [...(await store.getRuns({ jobId }, {})).items];
  }

  it('over a commit: each fire is recorded once, its job moved on', { timeout: 60_000 }, async () => {
    await atEachPoint({
      prepare: async (store) => {
        await bench.addDue(store, 'a', 'b', 'c');
        return (await store.claimDue(DUE)).jobs;
      },
      operate: (mortal, jobs) => mortal.commitFires(jobs.map((job) => commitOf(job))),
      check: async (other, jobs) => {
        await goOn(other);
        for (const { id, nextFireAt } of jobs) {
          expect((await runsOf(other, id)).map((run) => [run.fireAt, run.state])).toEqual([[nextFireAt, 'queued']]);
          expect(await other.getJob(id)).toMatchObject({ lastFireAt: nextFireAt, nextFireAt: null });
        }
        expect((await other.claimRuns({ ...NODE, ...SLOTS })).runs).toHaveLength(3);
      },
    });
  });

  it('over a commit that replaces a run: the old one goes if and only if the new one comes', {
    timeout: 60_000,
  }, async () => {
    await atEachPoint({
      prepare: async (store) => {
        await store.putJobs([newJob('a', { nextFireAt: bench.clock.now(), policies: { overlap: 'replace' } })], 'fail');
        const [first] = await bench.fire(store);
        await bench.clock.advance(1);
        const job = existing(await store.getJob('a'));
        await store.updateJob('a', job.version, { nextFireAt: bench.clock.now() });
        const { jobs } = await store.claimDue(DUE);
        return { old: existing(first?.runs[0]), job: existing(jobs[0]) };
      },
      operate: (mortal, { job }) => mortal.commitFires([commitOf(job)]),
      check: async (other, { old }) => {
        await bench.clock.advance(1001);
        await other.claimDue({ ...DUE, tasks: new Set() });
        const states = (await runsOf(other, 'a')).map((run) => run.state);
        const job = existing(await other.getJob('a'));
        expect(states).toEqual(job.nextFireAt === null ? ['queued', 'cancelled'] : ['queued']);
        await goOn(other);
        expect((await runsOf(other, 'a')).map((run) => run.state)).toEqual(['queued', 'cancelled']);
        expect((await other.getRun(old.id))?.state).toBe('cancelled');
      },
    });
  });

  it('over a commit with which its job goes: both or neither', { timeout: 60_000 }, async () => {
    await atEachPoint({
      prepare: async (store) => {
        await store.putJobs([newJob('once', { nextFireAt: bench.clock.now(), ephemeral: true })], 'fail');
        return existing((await store.claimDue(DUE)).jobs[0]);
      },
      operate: (mortal, job) =>
        mortal.commitFires([commitOf(job, { state: 'finished', fires: [fireOf(job, { missed: true })] })]),
      check: async (other, job) => {
        await bench.clock.advance(1001);
        await other.claimDue({ ...DUE, tasks: new Set() });
        const [run] = await runsOf(other, 'once');
        expect((await other.getJob('once'))?.version).toBe(run === undefined ? job.version : undefined);
        expect(run?.state ?? 'missed').toBe('missed');
        expect(await bench.collection('job').countDocuments()).toBe(run === undefined ? 1 : 0);
      },
    });
  });

  it('over a run outside the trigger: it is recorded once, when that is tried again', { timeout: 60_000 }, async () => {
    await atEachPoint({
      prepare: (store) => store.putJobs([newJob('a')], 'fail'),
      operate: (mortal) => mortal.addRun('a', { reason: 'manual', key: 'manual-1' }),
      check: async (other) => {
        const run = existing(await other.addRun('a', { reason: 'manual', key: 'manual-1' }));
        expect(await runsOf(other, 'a')).toEqual([run]);
        expect((await other.claimRuns({ ...NODE, ...SLOTS })).runs.map(({ id }) => id)).toEqual([run.id]);
      },
    });
  });

  it('over a removal: the job and what waits of it go together', { timeout: 60_000 }, async () => {
    await atEachPoint({
      prepare: async (store) => {
        await bench.addDue(store, 'a', 'b');
        await bench.fire(store);
      },
      operate: (mortal) => mortal.removeJobs(['a', 'b']),
      check: async (other) => {
        await bench.clock.advance(1001);
        await other.claimDue(DUE);
        for (const id of ['a', 'b']) {
          const isThere = (await other.getJob(id)) !== null;
          expect((await runsOf(other, id)).map((run) => run.state)).toEqual([isThere ? 'queued' : 'cancelled']);
        }
        await other.removeJobs('all');
        expect(await bench.collection('job').countDocuments()).toBe(0);
        expect((await other.getRuns({ states: ['queued'] }, {})).items).toEqual([]);
      },
    });
  });

  it('over the end of the last run of a job that nobody can ask for: both go in the end', {
    timeout: 60_000,
  }, async () => {
    await atEachPoint({
      prepare: async (store) => {
        await store.putJobs([newJob('once', { nextFireAt: bench.clock.now(), ephemeral: true })], 'fail');
        const { jobs } = await store.claimDue(DUE);
        await store.commitFires(jobs.map((job) => commitOf(job, { state: 'finished' })));
        return existing((await store.claimRuns({ ...NODE, ...SLOTS })).runs[0]);
      },
      operate: (mortal, run) => mortal.finishRuns([finishOf(run)]),
      check: async (other, run) => {
        expect((await other.finishRuns([finishOf(run)]))[0]?.state).toBe('succeeded');
        await other.prune({ limit: 100, maxAgeMs: 1e9 });
        expect(await other.getJob('once')).toBeNull();
        expect((await other.getRun(run.id))?.state).toBe('succeeded');
      },
    });
  });

  it('over jobs that are added together: all of them are there, or none', { timeout: 60_000 }, async () => {
    const jobs = ['a', 'b', 'c'].map((id) => newJob(id, { nextFireAt: 5 }));
    await atEachPoint({
      prepare: async () => {},
      operate: (mortal) => mortal.putJobs(jobs, 'fail'),
      check: async (other) => {
        const seen = (await other.getJobs({}, {})).items.map((job) => job.id);
        expect([0, 3]).toContain(seen.length);
        for (const id of ['a', 'b', 'c']) expect((await other.getJob(id)) === null).toBe(seen.length === 0);
        const again = await other.putJobs(jobs, 'fail');
        expect([...new Set(again.map((result) => result.status))]).toEqual([seen.length === 0 ? 'added' : 'conflict']);
        expect((await other.claimDue(DUE)).jobs).toHaveLength(3);
        await bench.clock.advance(60_001);
        await other.prune({ limit: 1, maxAgeMs: 1e9 });
        expect(await bench.collection('job').countDocuments()).toBe(3);
        expect(await bench.collection('meta').countDocuments({ _id: /^batch/ })).toBe(0);
      },
    });
  });

  it('over jobs that nobody wants any more: what is left behind of them is cleared away', {
    timeout: 60_000,
  }, async () => {
    await atEachPoint({
      prepare: async () => {},
      operate: (mortal) => mortal.putJobs([newJob('a'), newJob('b')], 'fail'),
      check: async (other) => {
        await bench.clock.advance(60_001);
        await other.prune({ limit: 1, maxAgeMs: 1e9 });
        expect(await bench.collection('job').countDocuments()).toBe((await other.getJobs({}, {})).items.length);
        expect(await bench.collection('meta').countDocuments({ _id: /^batch/ })).toBe(0);
      },
    });
  });

  it('over a claim of runs: another starts them after the lease, each under a new token', {
    timeout: 60_000,
  }, async () => {
    const retry = retryUpTo(9);
    await atEachPoint({
      prepare: async (store) => {
        const due = { nextFireAt: bench.clock.now(), policies: { retry } };
        await store.putJobs([newJob('a', due), newJob('b', due)], 'fail');
        await bench.fire(store);
      },
      operate: (mortal) => mortal.claimRuns({ ...NODE, ...SLOTS }),
      check: async (other) => {
        const early = await other.claimRuns({ ...OTHER_NODE, ...SLOTS });
        await bench.clock.advance(SLOTS.leaseMs + 1);
        const late = await other.claimRuns({ ...OTHER_NODE, ...SLOTS });
        expect(new Set([...early.runs, ...late.runs].map(({ jobId }) => jobId))).toEqual(new Set(['a', 'b']));
        expect(new Set([...early.runs, ...late.runs].map(({ token }) => token)).size).toBe(
          early.runs.length + late.runs.length,
        );
      },
    });
  });

  it('tells others when to look after what it has left behind', async () => {
    await bench.addDue(await bench.open(), 'a');
    const other = await bench.open();
    // The commit itself, and nothing after it.
    const { client, begin } = mortalClient(bench.client, diesBefore(4));
    const mortal = await bench.open({ client });
    const { jobs } = await mortal.claimDue(DUE);
    begin();
    await expect(mortal.commitFires(jobs.map((job) => commitOf(job)))).rejects.toThrow('dead');
    expect(await bench.collection('job').countDocuments({ outbox: { $exists: true } })).toBe(1);
    const { now, at } = await other.nextWake(NODE);
    expect(existing(at) - now).toBe(1001);
    await bench.clock.advance(1001);
    await other.claimDue(DUE);
    expect((await other.claimRuns({ ...NODE, ...SLOTS })).runs).toHaveLength(1);
  });
});

describe.skipIf(server === '')('a job whose last runs are on their way', () => {
  const bench = new MongodbBench(server);

  it('is claimed when it is due again, after they have arrived', async () => {
    const { client, begin } = mortalClient(bench.client, diesBefore(4));
    const [mortal, other] = [await bench.open({ client }), await bench.open()];
    await bench.addDue(other, 'a');
    const { jobs } = await mortal.claimDue(DUE);
    begin();
    const commits = jobs.map((job) => commitOf(job, { nextFireAt: bench.clock.now() }));
    await expect(mortal.commitFires(commits)).rejects.toThrow('dead');
    expect((await other.getRuns({}, {})).items).toEqual([]);
    expect((await other.claimDue(DUE)).jobs.map((job) => job.id)).toEqual(['a']);
    expect((await other.getRuns({}, {})).items).toHaveLength(1);
  });

  it('is changed or removed after they have arrived', async () => {
    const { client, begin } = mortalClient(bench.client, diesBefore(4));
    const [mortal, other] = [await bench.open({ client }), await bench.open()];
    await bench.addDue(other, 'a');
    const { jobs } = await mortal.claimDue(DUE);
    begin();
    await expect(mortal.commitFires(jobs.map((job) => commitOf(job)))).rejects.toThrow('dead');
    const job = existing(await other.getJob('a'));
    expect(await other.updateJob('a', job.version, { args: '["changed"]' })).not.toBeNull();
    expect((await other.getRuns({}, {})).items.map((run) => [run.state, run.args])).toEqual([['queued', '[]']]);
    await other.removeJobs(['a']);
    expect((await other.getRuns({}, {})).items.map((run) => run.state)).toEqual(['cancelled']);
  });
});

function finishOf({ id, token }: RunRecord) {
  return { runId: id, token, outcome: 'succeeded', error: null, retryInMs: null } as const;
}
