// Another process, from the built package: it executes one long run on the SQLite file it is given, and tells what happens to it.
import { currentRun, defineTask, Scheduler } from '@sched/core';

const [, , url] = process.argv;
const task = defineTask('long', () => {
  const { runId, signal } = currentRun();
  signal.addEventListener('abort', () => process.send({ aborted: signal.reason.why }));
  process.send({ began: runId });
  return new Promise(() => {});
});
const jobStores = { default: { type: 'sqlite', url } };
const scheduler = new Scheduler({ jobStores, tasks: [task], leaseTime: 2, logger: null });
await scheduler.start();
await scheduler.addJob(task, undefined, { id: 'long' });
process.once('message', async () => {
  await scheduler.shutdown();
  process.disconnect();
});
