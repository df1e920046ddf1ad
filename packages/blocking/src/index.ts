// `@sched/blocking`: a scheduler that holds the process.
export { type BlockingOptions, BlockingScheduler } from './blocking-scheduler.ts';
