// The options of the module and of the decorators.
import type { ConfigurableModuleAsyncOptions } from '@nestjs/common';
import {
  type DurationInput,
  type FlatConfiguration,
  InvalidOptionError,
  onlyBoolean,
  type PolicyOptions,
  type SchedulerOptions,
  toDurationMs,
} from '@sched/core';

/** What a module has besides the scheduler's own options. Those that `@nestjs/schedule` has too may be assigned to, as there. */
export interface ModuleOptions {
  /** Whether methods with `@Cron` are scheduled. @default true */
  cronJobs?: boolean;
  /** Whether methods with `@Interval` are scheduled. @default true */
  intervals?: boolean;
  /** Whether methods with `@Timeout` are scheduled. @default true */
  timeouts?: boolean;
  /** Start without firing: jobs can be managed, and fire elsewhere or after `scheduler.resume()`. @default false */
  readonly paused?: boolean;
  /**
   * How long the start of the application waits for a job store that cannot be opened: seconds or units, `true` for as
   * long as it takes. @default false: the first failure counts
   */
  readonly waitForStores?: DurationInput | boolean;
  /** Whether the application's global guards, interceptors, pipes and filters are there for runs too. @default false */
  readonly inheritAppConfig?: boolean;
  /** Whether jobs whose decorator is gone are removed from the stores at the start; else they are logged. @default false */
  readonly removeOrphans?: boolean;
  /** How long runs may take when the application closes, before they are aborted: seconds or units. @default 30 */
  readonly shutdownTimeout?: DurationInput;
}

/**
 * Options of {@link SchedModule.forRoot}: the module's, and the scheduler's as objects or as one flat object of strings.
 * Unlike a bare scheduler's, its `timezone` is by default the host's, its local executor runs up to 100 runs at once, its
 * `logger` is Nest's, and it has a second job store, `process`, which is memory.
 */
export interface ScheduleModuleOptions extends ModuleOptions, SchedulerOptions, FlatConfiguration {}

/** {@link ScheduleModuleOptions} with the name of the scheduler. */
export interface NamedScheduleModuleOptions extends ScheduleModuleOptions {
  /** Which scheduler this is, where there are several. @default 'default' */
  readonly name?: string;
}

/** Makes the options of a module: for `useClass` and `useExisting`. */
export interface ScheduleModuleOptionsFactory {
  createScheduleOptions(): Promise<ScheduleModuleOptions> | ScheduleModuleOptions;
}

/** Options of {@link SchedModule.forRootAsync}: one of `useFactory` (with `inject`), `useClass` and `useExisting`, and `imports`. */
export interface ScheduleModuleAsyncOptions
  extends ConfigurableModuleAsyncOptions<ScheduleModuleOptions, keyof ScheduleModuleOptionsFactory> {
  /** Which scheduler this is, where there are several. @default 'default' */
  readonly name?: string;
}

/** What every decorator of a job takes, the job's policies included. */
export interface DeclaredJobOptions extends PolicyOptions {
  /** Which scheduler keeps it. @default 'default' */
  readonly scheduler?: string;
  /** Alias of the job store that keeps it; `process`: in memory, for each process by itself. @default 'default'; of `@Timeout` 'process' */
  readonly jobStore?: string;
  /** Alias of the executor that runs it; a local one, because the method needs the container of this process. @default 'default' */
  readonly executor?: string;
  /** Words to find it by; `nestjs` is added. @default [] */
  readonly tags?: readonly string[];
  /** Whether it is there, but does not fire until it is started. @default false */
  readonly disabled?: boolean;
  /** Whether the process may end while the job is scheduled. @default false */
  readonly unrefTimeout?: boolean;
}

/** Options of {@link Interval} and {@link Timeout}. */
export interface TimerOptions extends DeclaredJobOptions {
  /** Whether a fire is skipped, and recorded as such, while a run is open; else up to 10 may be open at once. @default false */
  readonly waitForCompletion?: boolean;
}

/** Options of {@link Cron}; may be assigned to, as in `@nestjs/schedule`. */
export type CronOptions = { -readonly [Name in keyof TimerOptions]: TimerOptions[Name] } & {
  /** The job's id and its name in the registry. @default `Class.method`; `Class.method#2` of a second decorator */
  name?: string;
  /** How late a run may start, in milliseconds; what is later is recorded as missed. The same as `misfireGraceTime`. @default however late */
  threshold?: number;
  /** How long after the start this process takes part in the job, in milliseconds. @default 0 */
  initialDelay?: number;
  /** The zone whose clock is looked at. @default the scheduler's: the host's */
  timeZone?: unknown;
  /** The same as a distance to UTC, in minutes. */
  utcOffset?: unknown;
} & ({ timeZone?: string; utcOffset?: never } | { timeZone?: never; utcOffset?: number });

/** Options of {@link ScheduledJob}. */
export interface ScheduledJobOptions extends DeclaredJobOptions {
  /** The job's id and its name in the registry. @default `Class.method`; `Class.method#2` of a second decorator */
  readonly id?: string;
  /** For people. @default its id */
  readonly name?: string;
  /** What the method is called with. @default [] */
  readonly args?: readonly unknown[];
}

/** The module's own options, and how each is checked. */
const MODULE: Readonly<Record<keyof ModuleOptions, (name: string, value: unknown) => unknown>> = {
  ...{ cronJobs: onlyBoolean, intervals: onlyBoolean, timeouts: onlyBoolean, paused: onlyBoolean },
  ...{ inheritAppConfig: onlyBoolean, removeOrphans: onlyBoolean },
  shutdownTimeout: (name, value) => toDurationMs(value, name),
  // The scheduler checks it, when it starts.
  waitForStores: () => {},
};

/** The module's options apart from the scheduler's. @throws InvalidOptionError naming the one that is wrong */
export function splitOptions(options: ScheduleModuleOptions): {
  readonly module: ModuleOptions;
  readonly scheduler: SchedulerOptions | FlatConfiguration;
} {
  if (typeof options !== 'object' || options === null) {
    throw new InvalidOptionError('options', options, 'an object, as SchedModule.forRoot takes it');
  }
  const isOwn = ([name]: [string, unknown]) => Object.hasOwn(MODULE, name);
  const given = Object.entries(options);
  const own = given.filter(isOwn).filter(([, value]) => value !== undefined);
  for (const [name, value] of own) MODULE[name as keyof ModuleOptions](name, value);
  return {
    module: Object.fromEntries(own),
    scheduler: Object.fromEntries(given.filter((entry) => !isOwn(entry))),
  };
}
