// The entry `@sched/core/testing`: for authors of stores and executors, and for tests of code that uses a scheduler.
export type { ContractRunner } from './contract-runner.ts';
export { type ExecutorSubject, executorContract } from './executor-contract.ts';
export { type ExecutorTask, executorTasks, executorTasksUrl } from './executor-tasks.ts';
export { type SchedulerLife, type SchedulerSubject, schedulerContract } from './scheduler-contract.ts';
export type { StoreSubject } from './store-contract/bench.ts';
export { storeContract } from './store-contract/store-contract.ts';
export { VirtualClock, type VirtualClockOptions } from './virtual-clock.ts';
