// What our stores do: adding, committing and executing fires, and how late a run starts when there is little to do.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { currentRun, defineTask, Scheduler } from '@sched/core';
import type { StoreConfig } from './backends.ts';

/** Does nothing, as fast as it can. */
const noop = defineTask('noop', async () => {});
const ONE_HOUR_MS = 3_600_000;

function schedulerOn(store: StoreConfig, tasks = [noop]): Scheduler {
  return new Scheduler({
    jobStores: { default: store },
    executors: { default: { type: 'local', maxWorkers: 1000 } },
    tasks,
    logger: null,
  });
}

/** Jobs a second: added one after the other, for a while; and many in one call. */
export async function addingRates(single: StoreConfig, bulk: StoreConfig, count: number) {
  const runDate = new Date(Date.now() + ONE_HOUR_MS);
  const one = schedulerOn(single);
  await one.start({ paused: true });
  const start = performance.now();
  let added = 0;
  while (performance.now() - start < 2000) await one.addJob(noop, 'date', { id: `job-${added++}`, runDate });
  const singleRate = added / ((performance.now() - start) / 1000);
  await one.shutdown();
  return { single: singleRate, bulk: await addDue(bulk, count, runDate) };
}

/** Adds one-shot jobs for one instant; answers how many a second. */
async function addDue(store: StoreConfig, count: number, runDate: Date): Promise<number> {
  const scheduler = schedulerOn(store);
  await scheduler.start({ paused: true });
  const jobs = Array.from({ length: count }, (_, index) => ({
    ...{ task: noop, trigger: 'date' as const, id: `job-${index}`, runDate },
  }));
  const start = performance.now();
  await scheduler.addJobs(jobs);
  const rate = count / ((performance.now() - start) / 1000);
  await scheduler.shutdown();
  return rate;
}

/** Fires a second that so many processes commit and execute, all of them due when they begin. */
export async function fireRate(store: StoreConfig, count: number, processes: number): Promise<number> {
  await addDue(store, count, new Date(Date.now() - 1000));
  const workers = Array.from({ length: processes }, () => {
    const worker = fork(fileURLToPath(import.meta.url.replace(/[^/]+$/, 'worker.js')), [JSON.stringify(store)]);
    return { worker, ready: once(worker, 'message') };
  });
  await Promise.all(workers.map(({ ready }) => ready));
  const start = performance.now();
  let done = 0;
  let last = start;
  await new Promise<void>((resolve) => {
    for (const { worker } of workers) {
      worker.on('message', (finished: number) => {
        done += finished;
        last = performance.now();
        if (done >= count) resolve();
      });
      worker.send('go');
    }
    setTimeout(resolve, 120_000).unref();
  });
  for (const { worker } of workers) worker.disconnect();
  await Promise.all(workers.map(({ worker }) => once(worker, 'exit')));
  return done / ((last - start) / 1000);
}

/** What a process of `fireRate` does. */
export async function work(store: StoreConfig): Promise<void> {
  const scheduler = schedulerOn(store);
  let finished = 0;
  scheduler.on('run:succeeded', () => finished++);
  await scheduler.start({ paused: true });
  process.send?.(0);
  process.once('message', () => void scheduler.resume());
  const timer = setInterval(() => {
    if (finished > 0) process.send?.(finished);
    finished = 0;
  }, 5);
  await once(process, 'disconnect');
  clearInterval(timer);
  await scheduler.shutdown({ timeout: 5 });
  process.exit(0);
}

/** How late runs start, in milliseconds, when a few jobs are due each second. */
export async function startLags(store: StoreConfig, seconds: number): Promise<number[]> {
  const lags: number[] = [];
  const tell = defineTask('tell', async () => {
    lags.push(Date.now() - (currentRun()?.fireTime.getTime() ?? Number.NaN));
  });
  const scheduler = schedulerOn(store, [tell]);
  await scheduler.start();
  for (let index = 0; index < 20; index++) {
    const startDate = new Date(Date.now() + 1000 + index * 50);
    await scheduler.addJob(tell, 'interval', { id: `job-${index}`, seconds: 1, startDate });
  }
  await sleep((seconds + 2) * 1000);
  await scheduler.shutdown();
  // The first fires have warmed it up.
  return lags.slice(20).sort((a, b) => a - b);
}
