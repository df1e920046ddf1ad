// The public surface of `@sched/bullmq`: names only.
export { bullmq } from './bullmq.ts';
export { type BullmqWorker, createWorker } from './create-worker.ts';
export type { BullmqOptions, QueuePlace, WorkerOptions } from './options.ts';
