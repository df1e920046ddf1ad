// A scheduler reduced to its dealings with the store.
import type { JobRecord, RunRecord } from '../../../src/jobs/records.ts';
import type { FireCommit, JobStore } from '../../../src/stores/store.ts';
import { commitOf, fireOf } from '../../../src/testing/store-contract/bench.ts';
import { GRID_MS, LEASE_MS, TASKS, TTL_MS } from './times.ts';
import type { Watch } from './watch.ts';

/** Every yield is a place where anything else may happen. */
export type Scheduler = Generator<() => Promise<unknown>, void, unknown>;

export function* scheduler(store: JobStore, owner: string, watch: Watch): Scheduler {
  for (;;) {
    const { now, jobs } = (yield () => store.claimDue({ owner, tasks: TASKS, limit: 2, ttlMs: TTL_MS })) as Awaited<
      ReturnType<JobStore['claimDue']>
    >;
    if (jobs.length > 0) yield () => store.commitFires(jobs.map((due) => plan(due, now)));
    const claim = { owner, tasks: TASKS, slots: { default: 1 }, leaseMs: LEASE_MS };
    const runs = (yield async () => watch.started((await store.claimRuns(claim)).runs)) as RunRecord[];
    for (const run of runs) {
      yield () => store.getJob(run.jobId);
      const finish = { runId: run.id, token: run.token, outcome: 'succeeded', error: null, retryInMs: null } as const;
      yield async () => watch.finished(run, (await store.finishRuns([finish]))[0] ?? null);
    }
  }
}

/** At most three of the fires that are due; what is left stays due. */
function plan(due: JobRecord, now: number): FireCommit {
  const from = due.nextFireAt ?? 0;
  const times = [0, 1, 2].map((n) => from + n * GRID_MS).filter((at) => at <= now);
  const last = times.at(-1) ?? from;
  return commitOf(due, {
    nextFireAt: last + GRID_MS,
    lastFireAt: last,
    fires: times.map((fireAt) => fireOf(due, { fireAt })),
  });
}
