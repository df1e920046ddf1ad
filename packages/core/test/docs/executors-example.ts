import { defineTask, Scheduler } from '@sched/core';

const countPrimes = defineTask('count-primes', {
  module: new URL('./count-primes.js', import.meta.url),
  export: 'countPrimes',
});

export const scheduler = new Scheduler({
  executors: {
    default: { type: 'local', maxWorkers: 100 },
    cpu: { type: 'threadpool', maxWorkers: 2, maxMemory: 256 },
    apart: { type: 'processpool', maxWorkers: 1, killGrace: 1 },
  },
});
scheduler.on('run:succeeded', ({ jobId, result }) => console.log(jobId, result));
scheduler.on('run:timed-out', ({ jobId }) => console.log(jobId, 'timed out'));
await scheduler.start();
await scheduler.addJob(countPrimes, undefined, { id: 'small', args: [1000], executor: 'cpu' });
// It computes for hours and never looks at its signal: after the timeout, and another second, its process is killed.
await scheduler.addJob(countPrimes, undefined, { id: 'endless', args: [1e12], executor: 'apart', timeout: 1 });
