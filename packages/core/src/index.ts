// The public surface of `@sched/core`, room by room: names only.

// Time
export { type Clock, type SystemClockOptions, systemClock, type Timer } from './clock.ts';
// Errors
export {
  CorruptRecordError,
  InvalidOptionError,
  InvalidTriggerError,
  JobChangedError,
  JobConflictError,
  JobNotFoundError,
  RunNotFoundError,
  RunStateError,
  SchedError,
  type SchedErrorCode,
  SchedulerStateError,
  toError,
  UnserializableArgumentsError,
  WorkerLostError,
} from './errors.ts';
// Executors
export { currentRun, type RunInfo, runWith } from './executors/current-run.ts';
// For authors of job stores and executors
export { type ErrorFields, errorFields, errorFromFields } from './executors/error-fields.ts';
export type { Execution, Executor, ExecutorContext } from './executors/executor.ts';
export { LocalExecutor, type LocalExecutorOptions } from './executors/local.ts';
export type { PoolOptions } from './executors/pool/options.ts';
export { ProcessPoolExecutor } from './executors/processpool.ts';
export { ThreadPoolExecutor } from './executors/threadpool.ts';
// Tasks, jobs and runs
export { decodeArguments, encodeArguments } from './jobs/arguments.ts';
export type { ArgumentsOption, JobAndTriggerOptions, JobOptions, JobSettings, TaskInput } from './jobs/draft.ts';
export type { Backfill, BackfillOptions, Job, JobChanges, RunQuery } from './jobs/job.ts';
export { POLICY_NAMES, type PolicyOptions, type RetryOptions } from './jobs/policies.ts';
export type {
  JobDefinition,
  JobPolicies,
  JobRecord,
  JobState,
  NewJob,
  OverlapPolicy,
  RetryPolicy,
  RunOutcome,
  RunReason,
  RunRecord,
  RunState,
} from './jobs/records.ts';
export type { Run, RunAttempt, RunLogEntry } from './jobs/run.ts';
export type { RunProgress } from './jobs/run-notes.ts';
export {
  type ArgumentsOf,
  defineTask,
  isTask,
  type ModuleTaskOptions,
  type Task,
  type TaskFunction,
  type TaskModule,
} from './jobs/task.ts';
export type {
  IfRevision,
  ImportOptions,
  InStore,
  JobInput,
  OptionsTail,
  PrintOptions,
  RunJobOptions,
  ShutdownOptions,
  StartOptions,
} from './scheduler/call-options.ts';
// For packages over the scheduler: how options are checked, what holds a process and what ends it
export { onlyBoolean, onlyOptions, shutdownLimitMs } from './scheduler/call-options.ts';
// The scheduler
export { RunAbortedError } from './scheduler/engine/active-run.ts';
export type { RunWrapper } from './scheduler/engine/enclosed.ts';
export type {
  AnySchedulerEvent,
  JobEvent,
  Listener,
  RunEvent,
  SchedulerEventName,
  SchedulerEvents,
} from './scheduler/events.ts';
export { type NextFireTimesOptions, nextFireTimes } from './scheduler/fire-times.ts';
export type { Health, SchedulerState } from './scheduler/health.ts';
export type { Listed } from './scheduler/job-directory.ts';
export type { Logger } from './scheduler/log.ts';
export { holdProcess, readSignals } from './scheduler/process-life.ts';
export type { SchedulerProcess } from './scheduler/processes.ts';
export type { JobQuery } from './scheduler/queries.ts';
export type { ScheduledJobDecorator } from './scheduler/scheduled-job.ts';
export { Scheduler } from './scheduler/scheduler.ts';
export {
  type Configuration,
  type ExecutorOption,
  type FlatConfiguration,
  type JobStoreOption,
  parseConfiguration,
  type SchedulerOptions,
} from './scheduler/setup/configuration.ts';
export { MemoryStore, type MemoryStoreOptions } from './stores/memory/memory-store.ts';
export type {
  ClaimRequest,
  CommitResult,
  ExtraRun,
  FireCommit,
  JobFilter,
  JobPatch,
  JobStore,
  OnConflict,
  Page,
  PageRequest,
  PlannedFire,
  ProcessCheckIn,
  ProcessRecord,
  PutResult,
  RemovedJobs,
  RunClaim,
  RunFilter,
  RunFinish,
  RunHeartbeat,
  RunNotes,
  StoreContext,
  UnknownExecutors,
} from './stores/store.ts';
export { type DurationInput, type DurationUnits, toDurationMs } from './time/duration.ts';
export type { InstantInput, TemporalInstant } from './time/instant.ts';
export type { TimezoneInput } from './time/zone.ts';
// Triggers
export { CalendarIntervalTrigger, type CalendarIntervalTriggerOptions } from './triggers/calendar-interval.ts';
export {
  AndTrigger,
  type CombinationOptions,
  ExceptTrigger,
  type ExceptTriggerOptions,
  OrTrigger,
} from './triggers/combine.ts';
export { createTrigger, type TriggerKind, type TriggerOptionsByKind } from './triggers/create.ts';
export {
  type CronBoundsOptions,
  type CronFieldOptions,
  CronTrigger,
  type CronTriggerOptions,
  type CrontabTriggerOptions,
  type FromCrontabOptions,
} from './triggers/cron/cron.ts';
export type { CronDialect } from './triggers/cron/crontab.ts';
export type { CronFieldInput, CronFields } from './triggers/cron/fields.ts';
export { formatCrontab } from './triggers/cron/format.ts';
export type { CronSpec, DayMatch, DayRules, DstPolicy } from './triggers/cron/spec.ts';
export { DateTrigger, type DateTriggerOptions } from './triggers/date.ts';
export { explain } from './triggers/explain.ts';
export type { FireTimes, FireTimesOptions } from './triggers/fire-times.ts';
export { IntervalTrigger, type IntervalTriggerOptions } from './triggers/interval.ts';
export { isTrigger, type RestoreTrigger, registerTrigger, triggerFromJson } from './triggers/json.ts';
export type { Trigger, TriggerContext, TriggerJson } from './triggers/trigger.ts';
