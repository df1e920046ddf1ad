// A worker by itself: `node worker.mjs <Redis> <queue> <stall interval>`.
import { createWorker } from '@sched/bullmq';
import { work } from './tasks.mjs';

const [, , connection, queue, stallInterval] = process.argv;
const worker = createWorker({ tasks: [work], connection, queue, concurrency: 2, stallInterval: Number(stallInterval) });
await worker.ready();
console.log('ready');
process.once('SIGTERM', async () => {
  await worker.close();
  console.log('closed');
});
