// `@sched/nestjs`: jobs that stay, for NestJS. Names only.
export { CronExpression } from './cron-expression.ts';
export type { CronJob, CronTimeLike } from './declared/cron-job.ts';
export type { CronSource, CronTimeInput, CronZone } from './declared/when.ts';
export {
  Cron,
  DefineTask,
  Interval,
  JobArg,
  OnSchedEvent,
  ScheduledJob,
  Timeout,
} from './decorators.ts';
export { SchedHealthIndicator, type SchedHealthResult } from './health-indicator.ts';
export type { FromContainer } from './nest/from-container.ts';
export type {
  CronOptions,
  DeclaredJobOptions,
  ModuleOptions,
  NamedScheduleModuleOptions,
  ScheduledJobOptions,
  ScheduleModuleAsyncOptions,
  ScheduleModuleOptions,
  ScheduleModuleOptionsFactory,
  TimerOptions,
} from './options.ts';
export { type ForeignCronJob, type RegistryKind, SchedulerRegistry } from './registry.ts';
export { SchedModule, SchedModule as ScheduleModule } from './sched-module.ts';
export { DEFAULT_SCHEDULER, getSchedulerToken, InjectScheduler } from './tokens.ts';
