// The jobs that are to be kept through all faults: a grid of due times with a beginning and an end, and mixed policies.
import { Scheduler } from '@sched/core';
import { type MutantName, mutatedStore } from '../../src/mutants.ts';
import { makeStore, type StoreAddress } from '../../src/stores.ts';
import { type Work, workTask } from '../../src/work.ts';

/** One job and what is expected of it. */
export interface PlannedJob {
  readonly id: string;
  /** Its due times: `startAt + n * everyMs`, in epoch milliseconds, up to `endAt`. */
  readonly startAt: number;
  readonly everyMs: number;
  readonly endAt: number;
  readonly coalesce: boolean;
  readonly overlap: 'skip' | 'queue';
  readonly maxInstances: number;
  readonly misfireGraceTime: number | null;
  readonly maxAttempts: number;
  readonly work: Work;
}

const EVERY_MS = [200, 250, 300, 400, 500, 600, 800, 1000];

/** Policies and works in turn. What waits instead of being skipped has to be over sooner than the next comes. */
const KINDS: readonly Omit<PlannedJob, 'id' | 'startAt' | 'everyMs' | 'endAt'>[] = [
  kind({ coalesce: true, overlap: 'skip', maxInstances: 1, work: { ms: 30, failsOneIn: 0 } }),
  kind({ coalesce: true, overlap: 'queue', maxInstances: 1, work: { ms: 60, failsOneIn: 20 } }),
  kind({ coalesce: false, overlap: 'queue', maxInstances: 2, work: { ms: 20, failsOneIn: 0 } }),
  kind({ coalesce: true, overlap: 'skip', maxInstances: 3, work: { ms: 400, failsOneIn: 10 } }),
  kind({ coalesce: false, overlap: 'skip', maxInstances: 1, work: { ms: 150, failsOneIn: 0 }, misfireGraceTime: 1 }),
  kind({ coalesce: true, overlap: 'queue', maxInstances: 1, work: { ms: 10, failsOneIn: 0 }, maxAttempts: 1 }),
  // Longer than a lease: only heartbeats keep these.
  kind({ coalesce: true, overlap: 'skip', maxInstances: 2, work: { ms: 1500, failsOneIn: 0 } }),
];

/** So many jobs of all kinds, with due times between these instants. */
export function plannedJobs(count: number, startAt: number, endAt: number): PlannedJob[] {
  return Array.from({ length: count }, (_, index) => {
    const everyMs = EVERY_MS[index % EVERY_MS.length] ?? 1000;
    const template = KINDS[index % KINDS.length] ?? kind({});
    return { ...template, id: `job-${index}`, startAt: startAt + index * 7, everyMs, endAt };
  });
}

/** A job that comes once a second, is over soon and may wait, unless something else is said. */
export function kind(differences: Partial<PlannedJob>): Omit<PlannedJob, 'id' | 'startAt' | 'everyMs' | 'endAt'> {
  return {
    ...{ coalesce: true, overlap: 'queue', maxInstances: 1, misfireGraceTime: null, maxAttempts: 20 },
    work: { ms: 20, failsOneIn: 0 },
    ...differences,
  };
}

/** Adds the jobs to the store; a mutant of it may keep less than it is told. */
export async function addJobs(
  address: StoreAddress,
  jobs: readonly PlannedJob[],
  mutant: MutantName | null = null,
): Promise<void> {
  const store = await makeStore(address);
  const task = workTask(() => undefined);
  await using scheduler = new Scheduler({
    jobStores: { default: mutant === null ? store : mutatedStore(store, mutant) },
    tasks: [task],
    logger: null,
  });
  await scheduler.start({ paused: true });
  await scheduler.addJobs(
    jobs.map(({ startAt, everyMs, endAt, work, maxAttempts, ...policies }) => ({
      ...policies,
      task,
      args: [work] as [Work],
      trigger: 'interval' as const,
      ...{ milliseconds: everyMs, startDate: new Date(startAt), endDate: new Date(endAt) },
      // Also where a busy machine adds the job only after its first due time.
      nextRunTime: new Date(startAt),
      retry: { maxAttempts, delay: 0.05, backoff: 1 },
      keepRuns: 100_000,
    })),
  );
}

/** The due times of a job, by how many there are. */
export function dueCount({ startAt, everyMs, endAt }: PlannedJob): number {
  return endAt < startAt ? 0 : Math.floor((endAt - startAt) / everyMs) + 1;
}
