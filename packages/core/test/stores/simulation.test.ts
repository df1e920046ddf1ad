// Every interleaving of schedulers on one store: nodes crash, answers get lost, the clock jumps, people pause and remove.
// A correct protocol over the memory store never breaks a promise; each way to break the protocol is found.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JobRecord } from '../../src/jobs/records.ts';
import type { FireCommit } from '../../src/stores/store.ts';
import { GRID_MS, JOBS, LEASE_MS } from './simulation/times.ts';
import { type Step, type StoreMutant, World } from './simulation/world.ts';

const node = fc.nat({ max: 2 });
const job = fc.constantFrom(...JOBS);
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: node.map((n): Step => ({ do: 'run', node: n })) },
    { weight: 5, arbitrary: fc.integer({ min: 1, max: 6 }).map((ticks): Step => ({ do: 'tick', ticks })) },
    { weight: 1, arbitrary: node.map((n): Step => ({ do: 'crash', node: n })) },
    { weight: 1, arbitrary: node.map((n): Step => ({ do: 'lose-answer', node: n })) },
    { weight: 1, arbitrary: fc.integer({ min: -20, max: 20 }).map((ticks): Step => ({ do: 'jump', ticks })) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.constantFrom('pause' as const, 'resume' as const), job)
        .map(([what, id]): Step => ({ do: what, job: id })),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom('remove' as const, 'add' as const), job)
        .map(([what, id]): Step => ({ do: what, job: id })),
    },
  ),
  { minLength: 10, maxLength: 90 },
);

async function firstFailure(mutant: StoreMutant, numRuns: number): Promise<string | null> {
  const fates = fc.asyncProperty(steps, (fate) => new World(mutant).live(fate));
  const { errorInstance, failed } = await fc.check(fates, { numRuns, endOnFailure: true });
  return failed ? String(errorInstance) : null;
}

const RUNS = Number(process.env['SCHED_SIMULATION_RUNS'] ?? 400);

describe('three schedulers on one store', () => {
  it('keep every promise', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(steps, (fate) => new World().live(fate)),
      { numRuns: RUNS },
    );
  });

  it('keep them even if everybody claims the same jobs: claims only save work', { timeout: 120_000 }, async () => {
    const generous: StoreMutant = (store) => ({
      async claimDue(request) {
        const { items } = await store.getJobs({ states: ['active'] }, {});
        const { now } = await store.nextWake(request);
        return { now, jobs: items.filter((found) => (found.nextFireAt ?? Number.POSITIVE_INFINITY) <= now) };
      },
    });
    expect(await firstFailure(generous, RUNS)).toBeNull();
  });
});

/** Rewrites each commit so that it holds, whatever has happened to the job since it was worked out. */
function forcingCommits(rewrite: (commit: FireCommit, current: JobRecord) => FireCommit): StoreMutant {
  return (store) => ({
    async commitFires(commits) {
      const results = [];
      for (const commit of commits) {
        const current = await store.getJob(commit.jobId);
        results.push(...(await store.commitFires([current === null ? commit : rewrite(commit, current)])));
      }
      return results;
    },
  });
}

const STORE_MUTANTS: Readonly<Record<string, StoreMutant>> = {
  'commits that compare neither version nor fire time': forcingCommits((commit, current) => ({
    ...commit,
    version: current.version,
    generation: current.generation,
    fromFireAt: current.nextFireAt ?? 0,
  })),
  'a pause that a commit does not see': (store) => ({
    async commitFires(commits) {
      for (const { jobId } of commits) {
        const current = await store.getJob(jobId);
        if (current?.state !== 'paused') continue;
        await store.updateJob(jobId, current.version, { state: 'active' });
      }
      return (
        forcingCommits((commit, current) => ({ ...commit, version: current.version }))(store).commitFires?.(commits) ??
        []
      );
    },
  }),
  'a finish without a token': (store) => ({
    async finishRuns(finishes) {
      const tokens = await Promise.all(finishes.map(async ({ runId }) => (await store.getRun(runId))?.token ?? 0));
      return store.finishRuns(finishes.map((finish, n) => ({ ...finish, token: tokens[n] ?? 0 })));
    },
  }),
  'leases that never end': (store) => ({
    async claimRuns(request) {
      const { items } = await store.getRuns({ states: ['running'] }, {});
      await store.heartbeat(
        items.map((run) => ({ runId: run.id, token: run.token })),
        LEASE_MS,
      );
      return store.claimRuns(request);
    },
  }),
  'fires that are recorded before their time': (store) => ({
    async claimDue(request) {
      const { now, jobs } = await store.claimDue(request);
      return { now: now + GRID_MS, jobs };
    },
  }),
  'runs that are handed out twice': (store) => ({
    async claimRuns(request) {
      const { items } = await store.getRuns({ states: ['running'] }, { limit: 1 });
      const claimed = await store.claimRuns(request);
      return items.length > 0 ? { ...claimed, runs: [...items] } : claimed;
    },
  }),
  'a limit that is not looked at': (store) => ({
    async putJobs(jobs, onConflict) {
      return store.putJobs(
        jobs.map((added) => ({ ...added, policies: { ...added.policies, maxInstances: 3 } })),
        onConflict,
      );
    },
  }),
};

describe('a broken protocol is found:', () => {
  it.each(Object.entries(STORE_MUTANTS))('%s', { timeout: 60_000 }, async (_, mutant) => {
    expect(await firstFailure(mutant, 2000)).not.toBeNull();
  });
});
