// `@sched/rxjs`: fire times, events, runs and jobs as observables.
export { abortable } from './abortable.ts';
export { type CrontabStreamOptions, type Fire, fromTrigger, type TriggerStreamOptions } from './from-trigger.ts';
export { RunFailedError, runJob } from './run-job.ts';
export { RxScheduler } from './rx-scheduler.ts';
