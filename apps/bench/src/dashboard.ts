// `npm run bench:dashboard`: every question that the page asks, on 100,000 jobs and 1,000,000 runs, and how soon the page is painted.
// `--quick` for a first look at a tenth of that.

import { BackgroundScheduler } from '@sched/background';
import type { Scheduler } from '@sched/core';
import { createDashboard, type DashboardHandler } from '@sched/dashboard';
import { callsOf, timesOf } from './dashboard/calls.ts';
import { paintOf } from './dashboard/paint.ts';
import { type Size, seed } from './dashboard/seed.ts';
import { seedingOf } from './dashboard/seeding.ts';
import { median, table } from './harness.ts';
import { type Backend, backends } from './stores/backends.ts';

const MEASURED = ['SQLite', 'PostgreSQL'];
const FULL: Size = { jobs: 100_000, runs: 1_000_000 };
const QUICK: Size = { jobs: 10_000, runs: 100_000 };
const size = process.argv.includes('--quick') ? QUICK : FULL;
/** What is asked for. */
const GOAL_MS = 100;

const measured = backends().filter(({ name }) => MEASURED.includes(name));
console.log(
  `${size.jobs.toLocaleString('en')} jobs, ${size.runs.toLocaleString('en')} runs: ${measured.map(({ name }) => name).join(', ')}`,
);
const results = new Map<string, Map<string, readonly number[]>>();
for (const backend of measured) results.set(backend.name, await measureOn(backend));
print(results);
process.exit(0);

async function measureOn(backend: Backend): Promise<Map<string, readonly number[]>> {
  const config = backend.fresh();
  const store = await backend.make(config);
  const scheduler = new BackgroundScheduler({ jobStores: { default: store }, logger: null });
  await scheduler.start();
  try {
    const begunAt = performance.now();
    const seeding = await seedingOf(backend.name, config, store);
    await seed(seeding, size);
    await seeding.close();
    console.log(`\n… ${backend.name}: filled in ${((performance.now() - begunAt) / 1000).toFixed(0)} s`);
    return await measureCalls(scheduler);
  } finally {
    await scheduler.shutdown();
  }
}

async function measureCalls(scheduler: Scheduler): Promise<Map<string, readonly number[]>> {
  const handler: DashboardHandler = createDashboard(scheduler, { authorize: () => true });
  console.log(await paintOf(handler));
  const times = new Map<string, readonly number[]>();
  for (const call of callsOf(size)) times.set(call.name, await timesOf(handler, call));
  return times;
}

function print(results: ReadonlyMap<string, ReadonlyMap<string, readonly number[]>>): void {
  const names = [...(results.values().next().value?.keys() ?? [])];
  const rows = names.map((name) => [
    name,
    ...[...results.values()].flatMap((times) => {
      const ofCall = times.get(name) ?? [];
      const middle = median(ofCall);
      return [`${middle.toFixed(1)} ms${middle > GOAL_MS ? ' !' : ''}`, `${Math.max(...ofCall).toFixed(1)} ms`];
    }),
  ]);
  console.log(`\n${table(['', ...[...results.keys()].flatMap((name) => [`${name} p50`, 'slowest'])], rows)}`);
  console.log(`\nEach asked 25 times, or for 3 s. "!" where the median is over ${GOAL_MS} ms.`);
}
