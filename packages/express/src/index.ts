// `@sched/express`: a scheduler tied to the life of an Express app.

export type { AttachOptions } from './attach-options.ts';
export { attachScheduler, type SchedulerAttachment } from './attach-scheduler.ts';
export { type SchedRouter, schedRouter } from './sched-router.ts';
export { type SchedulerMiddleware, schedulerMiddleware } from './scheduler-middleware.ts';
