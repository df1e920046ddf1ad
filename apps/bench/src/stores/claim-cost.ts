// What it costs to claim and record a batch of due jobs while very many others are not due.
import { type JobStore, systemClock } from '@sched/core';
import { median } from '../harness.ts';
import type { Backend } from './backends.ts';
import { newJob } from './new-job.ts';

const BATCH = 100;
const ROUNDS = 15;
const TASKS = new Set(['noop']);
const FAR_AWAY_MS = 10 * 365 * 86_400_000;

/** Median time of one claim and commit of 100 due jobs, in milliseconds, for each number of jobs that are not due. */
export async function claimCosts(backend: Backend, sizes: readonly number[]): Promise<number[]> {
  const store = await backend.make(backend.fresh());
  await store.open({ clock: systemClock() });
  const costs: number[] = [];
  let idle = 0;
  try {
    for (const size of sizes) {
      await addIdle(store, idle, size);
      idle = size;
      costs.push(await claimCost(store));
    }
  } finally {
    await store.close();
  }
  return costs;
}

async function addIdle(store: JobStore, from: number, to: number): Promise<void> {
  const at = Date.now() + FAR_AWAY_MS;
  for (let first = from; first < to; first += 5000) {
    const count = Math.min(5000, to - first);
    await store.putJobs(
      Array.from({ length: count }, (_, index) => newJob(`idle-${first + index}`, at + first + index)),
      'keep',
    );
  }
}

let batches = 0;

async function claimCost(store: JobStore): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const name = `due-${++batches}`;
    await store.putJobs(
      Array.from({ length: BATCH }, (_, index) => newJob(`${name}-${index}`, Date.now() - 1000)),
      'fail',
    );
    const start = performance.now();
    const { jobs } = await store.claimDue({ owner: 'bench', tasks: TASKS, limit: BATCH, ttlMs: 10_000 });
    await store.commitFires(
      jobs.map((due) => ({
        ...{ jobId: due.id, generation: due.generation, version: due.version, fromFireAt: due.nextFireAt ?? 0 },
        ...{ nextFireAt: null, lastFireAt: due.nextFireAt, state: 'finished' as const, note: null },
        fires: [
          {
            ...{ fireAt: due.nextFireAt ?? 0, availableAt: due.nextFireAt ?? 0, deadlineAt: null },
            ...{ reason: 'scheduled' as const, coalesced: 0, missed: false },
          },
        ],
      })),
    );
    times.push(performance.now() - start);
    if (jobs.length !== BATCH) throw new Error(`${jobs.length} of ${BATCH} due jobs were claimed`);
  }
  return median(times);
}
