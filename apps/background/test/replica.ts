// One of several processes on one job store: declares the jobs, as each replica of a program does, and writes down what it ran.
// Built beside the program so that it runs on the packages as they are published.
import { appendFileSync } from 'node:fs';
import { BackgroundScheduler } from '@sched/background';
import { currentRun, defineTask } from '@sched/core';

const [url = '', journal = '', startAt = '', seconds = '', jobs = ''] = process.argv.slice(2);

const record = defineTask('record', () => {
  appendFileSync(journal, `${currentRun()?.idempotencyKey}\n`);
});
const scheduler = new BackgroundScheduler({
  jobStores: { default: { type: 'sqlite', url } },
  executors: { default: { type: 'local', maxWorkers: 50 } },
  jobDefaults: { coalesce: false, maxInstances: 5, keepRuns: 10_000 },
  tasks: [record],
});
const startDate = new Date(Number(startAt));
const endDate = new Date(Number(startAt) + (Number(seconds) - 1) * 1000);
const declared = Array.from({ length: Number(jobs) }, (_, index) => ({
  task: record,
  trigger: 'interval' as const,
  ...{ seconds: 1, startDate, endDate },
  ...{ id: `job-${index}`, replaceExisting: true },
}));

await scheduler.start();
await scheduler.addJobs(declared);
setTimeout(() => void scheduler.shutdown(), endDate.getTime() - Date.now() + 3000);
