// A scheduler by itself: `node scheduler.mjs <Redis> <queue> <file> <ms>` runs one job of so many milliseconds, now.
import { bullmq } from '@sched/bullmq';
import { Scheduler } from '@sched/core';
import { work } from './tasks.mjs';

const [, , url, queue, file, ms] = process.argv;
const scheduler = new Scheduler({
  jobStores: { default: { type: 'redis', url, prefix: queue } },
  executors: { default: bullmq({ connection: url, queue }) },
  tasks: [work],
  leaseTime: 4,
});
scheduler.on('run:started', () => console.log('started'));
await scheduler.start();
await scheduler.addJob(work, 'date', { id: 'one', args: [file, Number(ms)] });
process.once('SIGTERM', async () => {
  await scheduler.shutdown({ timeout: 0 });
  process.exit();
});
