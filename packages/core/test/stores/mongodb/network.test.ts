// The network fails: replies get lost, so that nobody knows whether a statement was carried out; and the news of others with it.
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { systemClock } from '../../../src/index.ts';
import type { MongodbStore } from '../../../src/stores/mongodb/index.ts';
import { commitOf, existing, NODE, newJob } from '../../../src/testing/store-contract/bench.ts';
import { serviceUrl, type TcpProxy, tcpProxy } from '../../services.ts';
import { DUE, MongodbBench, SLOTS } from './mongodb-bench.ts';
import { mortalClient } from './mortal-client.ts';

const server = await serviceUrl('mongodb');

/** Statements of the longest operation here, and some more. */
const MOST_STATEMENTS = 40;

describe.skipIf(server === '')('over a network that loses replies', () => {
  const bench = new MongodbBench(server);
  let proxy: TcpProxy;
  let client: MongoClient;

  beforeAll(async () => {
    proxy = await tcpProxy(Number(new URL(server).port));
    client = await new MongoClient(proxy.through(bench.url)).connect();
  });
  afterAll(async () => {
    await client.close();
    await proxy.close();
  });

  /** Loses the reply to each statement of an operation in turn; it has to come to the same whichever it is. */
  async function withEachReplyLost<Prepared>(steps: {
    prepare: (store: MongodbStore) => Promise<Prepared>;
    operate: (store: MongodbStore, prepared: Prepared) => Promise<void>;
    check: (other: MongodbStore, prepared: Prepared) => Promise<void>;
  }): Promise<void> {
    for (let statement = 0; statement < MOST_STATEMENTS; statement++) {
      await bench.clear();
      let isOver = true;
      const mortal = mortalClient(client, (current) => {
        if (current === statement) void proxy.dropReply();
        isOver &&= current !== statement;
      });
      const store = await bench.open({ client: mortal.client });
      const prepared = await steps.prepare(store);
      mortal.begin();
      try {
        await steps.operate(store, prepared);
        await steps.check(await bench.open(), prepared);
      } catch (error) {
        throw new Error(`the reply to statement ${statement} was lost`, { cause: error });
      }
      if (isOver) return;
    }
    throw new Error(`there were more than ${MOST_STATEMENTS} statements`);
  }

  it('each fire is recorded once', { timeout: 60_000 }, async () => {
    await withEachReplyLost({
      prepare: async (store) => {
        const due = { nextFireAt: bench.clock.now(), policies: { overlap: 'replace' } } as const;
        await store.putJobs([newJob('a', due), newJob('b', due)], 'fail');
        await bench.fire(store);
        await bench.clock.advance(1);
        for (const id of ['a', 'b']) {
          const { version } = existing(await store.getJob(id));
          await store.updateJob(id, version, { nextFireAt: bench.clock.now() });
        }
        return (await store.claimDue(DUE)).jobs;
      },
      operate: async (store, jobs) => {
        const results = await store.commitFires(jobs.map((job) => commitOf(job)));
        expect(results.map(({ ok, runs }) => [ok, runs.map((run) => run.state)])).toEqual([
          [true, ['queued', 'cancelled']],
          [true, ['queued', 'cancelled']],
        ]);
      },
      check: async (other) => {
        for (const jobId of ['a', 'b']) {
          const { items } = await other.getRuns({ jobId }, {});
          expect(items.map((run) => run.state)).toEqual(['queued', 'cancelled']);
        }
        expect((await other.claimDue(DUE)).jobs).toEqual([]);
      },
    });
  });

  it('jobs are added, changed and removed once', { timeout: 60_000 }, async () => {
    await withEachReplyLost({
      prepare: async () => {},
      operate: async (store) => {
        const added = await store.putJobs([newJob('a'), newJob('b'), newJob('c')], 'fail');
        expect(added.map(({ status }) => status)).toEqual(['added', 'added', 'added']);
        const put = await store.putJobs([newJob('a', { name: 'x' }), newJob('d')], 'replace');
        expect(put.map(({ status }) => status)).toEqual(['replaced', 'added']);
        expect(await store.removeJobs(['b', 'c'])).toMatchObject({ jobIds: ['b', 'c'] });
      },
      check: async (other) => {
        const { items } = await other.getJobs({}, {});
        expect(items.map((job) => [job.id, job.name, job.version])).toEqual([
          ['a', 'x', 2],
          ['d', 'd', 1],
        ]);
      },
    });
  });

  it('runs are claimed and ended once', { timeout: 60_000 }, async () => {
    await withEachReplyLost({
      prepare: async (store) => {
        await store.putJobs([newJob('a', { policies: { maxInstances: 2 } })], 'fail');
        for (const key of ['1', '2']) await store.addRun('a', { reason: 'manual', key });
      },
      operate: async (store) => {
        const { runs } = await store.claimRuns({ ...NODE, ...SLOTS });
        expect(runs.map((run) => run.attempt)).toEqual([1, 1]);
        const claims = runs.map(({ id, token }) => ({ runId: id, token }));
        expect(await store.heartbeat(claims, 1000)).toEqual(['ok', 'ok']);
        const finishes = claims.map(
          (claim) => ({ ...claim, outcome: 'succeeded', error: null, retryInMs: null }) as const,
        );
        expect((await store.finishRuns(finishes)).map((run) => run?.state)).toEqual(['succeeded', 'succeeded']);
      },
      check: async (other) => {
        expect((await other.getRuns({ states: ['succeeded'] }, {})).items).toHaveLength(2);
      },
    });
  });

  it('what gets no answer is given up after ten seconds', async () => {
    const store = await bench.open({ client });
    proxy.swallow();
    const refused = expect(store.getJob('a')).rejects.toMatchObject({
      code: 'store-failure',
      message: expect.stringContaining('10 s'),
    });
    await bench.clock.advance(10_000);
    await refused;
    proxy.pass();
    proxy.cut();
    await vi.waitFor(async () => expect(await store.getJob('a')).toBeNull(), 5000);
  });

  it('news come again by themselves, after one that tells of all that may have been missed', {
    timeout: 60_000,
  }, async () => {
    const clock = systemClock({ keepAlive: false });
    const listening = bench.store({ client });
    const other = bench.store();
    for (const store of [listening, other]) await store.open({ clock });
    let told = 0;
    onTestFinished(listening.subscribe(() => told++));
    const announced = async (id: string) => {
      const before = told;
      await vi.waitFor(
        async () => {
          await other.removeJobs([id]);
          await other.putJobs([newJob(id, { nextFireAt: clock.now() })], 'keep');
          expect(told).toBeGreaterThan(before);
        },
        { timeout: 20_000, interval: 50 },
      );
    };
    await announced('before');
    await proxy.refuse();
    await other.putJobs([newJob('meanwhile', { nextFireAt: clock.now() })], 'keep');
    const before = told;
    await new Promise((resolve) => setTimeout(resolve, 300));
    await proxy.accept();
    await vi.waitFor(() => expect(told).toBeGreaterThan(before), { timeout: 20_000, interval: 50 });
    await announced('after');
  });
});
