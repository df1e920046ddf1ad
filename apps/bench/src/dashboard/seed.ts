// A store as it is after some years: very many jobs, and the runs of a week. Jobs go through the store, runs as plain SQL.
import type { JobStore, NewJob } from '@sched/core';
import { newJob } from '../stores/new-job.ts';

/** How large the store is made. */
export interface Size {
  readonly jobs: number;
  readonly runs: number;
}

/** Whoever executes SQL on the tables of the store. */
export type Execute = (sql: string) => Promise<void> | void;

/** The dialects differ in how they count. */
export interface Seeding {
  readonly store: JobStore;
  readonly execute: Execute;
  /** The name of the table of runs. */
  readonly table: string;
  /** A table `n` of one column `i`, from 0 to below a number. */
  readonly numbers: (count: number) => string;
}

const WEEK_MS = 7 * 86_400_000;
const TASKS = 10;
const BATCH = 5000;

/** Fills an open, empty store. */
export async function seed({ store, execute, table, numbers }: Seeding, size: Size): Promise<void> {
  const now = Date.now();
  for (let first = 0; first < size.jobs; first += BATCH) {
    const count = Math.min(BATCH, size.jobs - first);
    await store.putJobs(
      Array.from({ length: count }, (_, index) => jobAt(first + index, now, size.jobs)),
      'fail',
    );
  }
  await execute(runsSql({ table, numbers, now, ...size }));
}

function jobAt(index: number, now: number, jobs: number): NewJob {
  const job = newJob(`customer-${index}/report`, now + 60_000 + Math.floor((index / jobs) * WEEK_MS));
  return {
    ...job,
    name: `Report of customer ${index}`,
    task: `task-${index % TASKS}`,
    tags: index % 100 === 0 ? ['nightly', 'reports'] : ['reports'],
    state: index % 50 === 49 ? 'paused' : 'active',
  };
}

/** Nearly all runs succeeded; one in fifty failed, a handful were lost, some wait and some execute. */
function runsSql({
  table,
  numbers,
  now,
  jobs,
  runs,
}: Size & Pick<Seeding, 'table' | 'numbers'> & { now: number }): string {
  const stepMs = WEEK_MS / runs;
  const fireAt = `${now} - CAST((${runs} - i) * ${stepMs} AS bigint)`;
  const isOpen = `i >= ${runs - 60}`;
  const state = `CASE WHEN i >= ${runs - 20} THEN 'running' WHEN ${isOpen} THEN 'queued' WHEN i % 200000 = 7 THEN 'lost'
    WHEN i % 1000 = 1 THEN 'missed' WHEN i % 50 = 0 THEN 'failed' ELSE 'succeeded' END`;
  const error = `CASE WHEN i % 50 = 0 AND NOT ${isOpen}
    THEN '{"name":"Error","message":"the invoice has no address","stack":"Error: the invoice has no address"}' END`;
  const columns = {
    ...{ id: `'run-' || i`, job_id: `'customer-' || (i % ${jobs}) || '/report'`, generation: '1' },
    ...{ job_name: `'Report of customer ' || (i % ${jobs})`, task: `'task-' || (i % ${TASKS})`, args: `'[]'` },
    ...{ executor: `'default'`, policies: `'${JSON.stringify(newJob('', 0).policies)}'`, priority: '0' },
    ...{ max_instances: '1', fire_at: fireAt, available_at: fireAt, reason: `'scheduled'`, coalesced: '0' },
    ...{ attempt: '1', token: '1', lease_until: `${now + WEEK_MS}`, cancel_requested: '0', state, error },
    ...{ owner: `'bench'`, started_at: `CASE WHEN i % 1000 <> 1 THEN ${fireAt} + i % 9 END` },
    finished_at: `CASE WHEN NOT ${isOpen} THEN ${fireAt} + 40 + i % 500 END`,
  };
  const names = Object.keys(columns).join(', ');
  return `INSERT INTO ${table} (${names}) ${numbers(runs)} SELECT ${Object.values(columns).join(', ')} FROM n`;
}
