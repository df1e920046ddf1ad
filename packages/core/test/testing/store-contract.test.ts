// The store contract is not kept by broken stores: each fault is found by the case that is about it.
import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../../src/stores/memory/memory-store.ts';
import type { JobStore } from '../../src/stores/store.ts';
import { storeContract } from '../../src/testing/index.ts';

type Fault = (store: JobStore) => Partial<JobStore>;

/** The titles of the cases that a store with this fault fails. */
async function failedCases(fault: Fault): Promise<string[]> {
  const cases: [string, () => Promise<void>][] = [];
  const create = () => {
    const store = new MemoryStore();
    const replaced = fault(store);
    return new Proxy<JobStore>(store, {
      get(_, name) {
        const owner = name in replaced ? replaced : store;
        const value: unknown = Reflect.get(owner, name);
        return typeof value === 'function' ? value.bind(owner) : value;
      },
    });
  };
  storeContract(
    { name: 'broken', create },
    { describe: (_, body) => body(), it: (title, body) => cases.push([title, body]) },
  );
  const failed: string[] = [];
  for (const [title, body] of cases) await body().catch(() => failed.push(title));
  return failed;
}

const FAULTS: readonly (readonly [fault: string, found: string, Fault])[] = [
  [
    'a commit that does not look at the version',
    'writes nothing unless version, generation and fire time are as they were',
    (store) => ({
      commitFires: async (commits) => {
        const jobs = await Promise.all(commits.map((commit) => store.getJob(commit.jobId)));
        return store.commitFires(commits.map((commit, n) => ({ ...commit, version: jobs[n]?.version ?? 0 })));
      },
    }),
  ],
  [
    'a change that does not look at the version',
    'changes a job whose version is the one that was read, once',
    (store) => ({
      updateJob: async (id, _, patch) => store.updateJob(id, (await store.getJob(id))?.version ?? 0, patch),
    }),
  ],
  [
    'a finish that does not look at the token',
    'refuses a finish with a wrong token, or of a run that was never started',
    (store) => ({
      finishRuns: async (finishes) => {
        const runs = await Promise.all(finishes.map(({ runId }) => store.getRun(runId)));
        return store.finishRuns(finishes.map((finish, n) => ({ ...finish, token: runs[n]?.token ?? 0 })));
      },
    }),
  ],
  [
    'claims that are never refused',
    'gives a claim to one at a time, until its time is up',
    (store) => ({
      claimDue: (request) => store.claimDue({ ...request, ttlMs: -1 }),
    }),
  ],
  [
    'claims on tasks that are not known',
    'claims active jobs of known tasks alone',
    (store) => ({
      claimDue: (request) => store.claimDue({ ...request, tasks: new Set([...request.tasks, 'other']) }),
    }),
  ],
  [
    'leases that are not renewed',
    'keeps a run with who renews its lease',
    (store) => ({
      heartbeat: (claims) => store.heartbeat(claims, 0),
    }),
  ],
  [
    'removed jobs whose runs go on',
    'removes jobs and cancels the runs that wait',
    (store) => ({
      removeJobs: async (ids) => {
        const removed = await store.removeJobs(ids);
        await store.putJobs([], 'keep');
        return { ...removed, jobIds: removed.jobIds.slice(1) };
      },
    }),
  ],
  [
    'conflicts that half a batch gets past',
    'adds all or none under `fail`',
    (store) => ({
      putJobs: async (jobs, onConflict) =>
        (await Promise.all(jobs.map((job) => store.putJobs([job], onConflict)))).flat(),
    }),
  ],
  [
    'a prune that takes too much',
    'deletes what a job has beyond the runs it keeps, oldest first',
    (store) => ({
      prune: (request) => store.prune({ ...request, maxAgeMs: 0 }),
    }),
  ],
  [
    'pages that overlap',
    'lists in parts without leaving out or repeating any',
    (store) => ({
      getJobs: async (filter, page) => store.getJobs(filter, { ...page, limit: (page.limit ?? 1000) + 1 }),
    }),
  ],
];

describe('the store contract finds', () => {
  it('nothing wrong with what is right', async () => {
    expect(await failedCases(() => ({}))).toEqual([]);
  });

  it.each(FAULTS)('%s', async (_, found, fault) => {
    expect(await failedCases(fault)).toContain(found);
  });
});
