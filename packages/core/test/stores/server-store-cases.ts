// What every store on a server has to do beyond the contract: work beside others on the same data, and outlive its server.
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { systemClock } from '../../src/index.ts';
import type { RunRecord } from '../../src/jobs/records.ts';
import type { JobStore } from '../../src/stores/store.ts';
import { commitOf, existing, NODE, newJob, OTHER_NODE } from '../../src/testing/store-contract/bench.ts';
import {
  canStart,
  freshDatabase,
  freshName,
  type Server,
  type ServiceKind,
  serviceUrl,
  startServer,
  tcpProxy,
} from '../services.ts';

/** A kind of store under test. */
export interface ServerStoreKind {
  readonly kind: ServiceKind;
  /** A store on the server at this URL, whose rows are apart from all others under this name. */
  make(url: string, name: string): JobStore;
  /** Whether it hears of what others change. */
  readonly hears: boolean;
}

const DUE = { ...NODE, limit: 100, ttlMs: 10_000 };
const SLOTS = { slots: { default: 100 }, leaseMs: 60_000 };
const clock = systemClock({ keepAlive: false });

/** Registers the cases; a kind whose server is not to be had is skipped, and the run says how to get it. */
export async function serverStoreCases({ kind, make, hears }: ServerStoreKind): Promise<void> {
  const url = await serviceUrl(kind);
  const database = url === '' ? null : await freshDatabase(url);
  const open = async (name: string, at = database?.url ?? '') => {
    const store = make(at, name);
    onTestFinished(() => store.close());
    await store.open({ clock });
    return store;
  };

  describe.skipIf(database === null)(`several processes on ${kind}`, () => {
    it('open it at the same time', async () => {
      const name = freshName();
      const stores = await Promise.all(Array.from({ length: 4 }, () => open(name)));
      await addDue(stores[0], 'a');
      for (const store of stores) expect((await store.getJob('a'))?.id).toBe('a');
    });

    it('never get the same job or run', async () => {
      const [one, two] = await both(open);
      const ids = Array.from({ length: 40 }, (_, n) => `job-${n}`);
      await addDue(one, ...ids);
      const jobs = new Map<string, Awaited<ReturnType<JobStore['claimDue']>>['jobs'][number]>();
      await vi.waitFor(async () => {
        const claims = await Promise.all([one, two, one, two].map((store) => store.claimDue({ ...DUE, limit: 15 })));
        for (const job of claims.flatMap((claim) => claim.jobs)) {
          expect(jobs.has(job.id), `${job.id} was claimed twice`).toBe(false);
          jobs.set(job.id, job);
        }
        expect(jobs.size).toBe(40);
      }, 5000);
      const commits = [...jobs.values()].map((job) => commitOf(job));
      const results = (await Promise.all([one.commitFires(commits), two.commitFires(commits)])).flat();
      expect(results.filter((result) => result.ok)).toHaveLength(40);
      const runs: RunRecord[] = [];
      await vi.waitFor(async () => {
        const claims = [one.claimRuns({ ...NODE, ...SLOTS }), two.claimRuns({ ...OTHER_NODE, ...SLOTS })];
        runs.push(...(await Promise.all(claims)).flatMap((claim) => claim.runs));
        expect(runs).toHaveLength(40);
      }, 5000);
      expect(new Set(runs.map((run) => run.id)).size).toBe(40);
      expect(new Set(runs.map((run) => run.token)).size).toBe(40);
    });

    it('add the same jobs once, all or none', async () => {
      const stores = await Promise.all([...(await both(open)), ...(await both(open))]);
      const jobs = Array.from({ length: 50 }, (_, n) => newJob(`job-${n}`));
      const pair = [existing(stores[0]), existing(stores[1])];
      const [first, second] = await Promise.all(pair.map((store) => store.putJobs(jobs, 'fail')));
      const statuses = [first, second].map((results) => [...new Set(results?.map((result) => result.status))].join());
      expect(statuses.sort()).toEqual(['added', 'conflict']);
    });

    it('never run more of a job than it may have at once', async () => {
      const name = freshName();
      const stores = await Promise.all(Array.from({ length: 4 }, () => open(name)));
      const [store] = stores;
      await existing(store).putJobs([newJob('a', { policies: { maxInstances: 2, overlap: 'queue' } })], 'fail');
      await Promise.all(
        Array.from({ length: 40 }, (_, n) => existing(store).addRun('a', { reason: 'manual', key: `manual-${n}` })),
      );
      const held = new Set<string>();
      const ended: string[] = [];
      const work = async (mine: JobStore, owner: string) => {
        while (ended.length < 40) {
          const { runs } = await mine.claimRuns({ ...NODE, owner, slots: { default: 3 }, leaseMs: 60_000 });
          for (const run of runs) held.add(run.id);
          expect(held.size).toBeLessThanOrEqual(2);
          if (runs.length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
          for (const run of runs) held.delete(run.id);
          const finishes = runs.map(({ id, token }) => ({
            ...{ runId: id, token, outcome: 'succeeded' as const, error: null, retryInMs: null },
          }));
          for (const run of await mine.finishRuns(finishes)) ended.push(existing(run).id);
        }
      };
      await Promise.all(stores.map((each, index) => work(each, `node-${index}`)));
      expect(new Set(ended).size).toBe(40);
    });

    it('record nothing of a job that another has paused', async () => {
      const [one, two] = await both(open);
      await addDue(one, 'a');
      const { jobs } = await one.claimDue(DUE);
      const job = existing(await two.getJob('a'));
      expect(await two.updateJob('a', job.version, { state: 'paused' })).not.toBeNull();
      expect(await one.commitFires(jobs.map((claimed) => commitOf(claimed)))).toEqual([{ ok: false, runs: [] }]);
    });

    it.skipIf(!hears)('hear of what others change, and not of what they change themselves', async () => {
      const [one, two] = await both(open);
      const told = { one: 0, two: 0 };
      for (const [name, store] of [['one', one] as const, ['two', two] as const])
        onTestFinished(store.subscribe?.(() => told[name]++) ?? (() => {}));
      // Listening begins a moment after it was asked for.
      await vi.waitFor(async () => {
        await addDue(two, freshName());
        expect(told.one).toBeGreaterThan(0);
      }, 5000);
      await vi.waitFor(async () => {
        await addDue(one, freshName());
        expect(told.two).toBeGreaterThan(0);
      }, 5000);
      const before = { ...told };
      await addDue(one, 'own');
      await vi.waitFor(() => expect(told.two).toBeGreaterThan(before.two), 5000);
      expect(told.one).toBe(before.one);
    });

    it.each([
      ['quotes \' " ` \\ and %_?$1', "it's"],
      ['a tail of blanks  ', 'b '],
      ['emoji 😀 and é', '\u0001\u007f'],
      ['__proto__', 'constructor'],
      ['; DROP TABLE job; --', '{}[]()*'],
    ])('get back %j as it was given', async (id, name) => {
      const [one, two] = await both(open);
      const args = JSON.stringify(['\0', id, name, 'x'.repeat(1_000_000)]);
      const job = newJob(id, { name, tags: [id], args, nextFireAt: 5 });
      await one.putJobs([job], 'fail');
      expect(await two.getJob(id)).toMatchObject(job);
      expect((await two.getJobs({ tags: [id] }, {})).items.map((found) => found.id)).toEqual([id]);
      const run = existing(await two.addRun(id, { reason: 'manual', key: id }));
      expect(await one.getRun(run.id)).toMatchObject({ jobId: id, jobName: name, args });
      expect((await one.removeJobs([id])).jobIds).toEqual([id]);
    });
  });

  describe.skipIf(database === null || !(await canStart(kind)))(`an outage of ${kind}`, () => {
    it('fails what is asked, and is over when the server is back', { timeout: 60_000 }, async () => {
      const own = await startOwn(kind);
      const store = await open(freshName(), own.url);
      await addDue(store, 'a');
      await own.kill();
      await expect(store.claimDue(DUE)).rejects.toMatchObject({ code: 'store-failure' });
      await own.restart();
      await vi.waitFor(async () => expect((await store.getJob('a'))?.id).toBe('a'), { timeout: 20_000, interval: 50 });
      expect((await store.claimDue(DUE)).jobs).toHaveLength(1);
    });

    it('of its connections alone is over at once', { timeout: 60_000 }, async () => {
      const own = await startOwn(kind);
      const proxy = await tcpProxy(own.port);
      onTestFinished(() => proxy.close());
      const store = await open(freshName(), proxy.through(own.url));
      await addDue(store, 'a');
      for (let cut = 0; cut < 3; cut++) {
        proxy.cut();
        await vi.waitFor(async () => expect((await store.getJob('a'))?.id).toBe('a'), {
          timeout: 10_000,
          interval: 20,
        });
      }
    });
  });
}

async function startOwn(kind: ServiceKind): Promise<Server> {
  const own = await startServer(kind);
  onTestFinished(() => own.stop());
  return own;
}

async function both(open: (name: string) => Promise<JobStore>): Promise<[JobStore, JobStore]> {
  const name = freshName();
  return [await open(name), await open(name)];
}

async function addDue(store: JobStore | undefined, ...ids: string[]): Promise<void> {
  const jobs = ids.map((id) => newJob(id, { nextFireAt: Date.now() - 1000 }));
  await existing(store).putJobs(jobs, 'fail');
}
