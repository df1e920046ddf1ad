// The configuration of a scheduler: the three ways to write one, brought to one complete form.

import type { Clock } from '../../clock.ts';
import { InvalidOptionError } from '../../errors.ts';
import type { Executor } from '../../executors/executor.ts';
import { applyPolicies, DEFAULT_POLICIES, isPolicy, POLICY_NAMES, type PolicyOptions } from '../../jobs/policies.ts';
import type { JobPolicies } from '../../jobs/records.ts';
import { isTask, type Task } from '../../jobs/task.ts';
import type { JobStore } from '../../stores/store.ts';
import { type DurationInput, toDurationMs } from '../../time/duration.ts';
import { type TimezoneInput, zone } from '../../time/zone.ts';
import type { Logger } from '../log.ts';
import { type ComponentConfig, readExecutor, readJobStore } from './components.ts';
import { refuseElsewhere } from './elsewhere.ts';
import { isFlat, unflatten } from './flat-configuration.ts';

/** A job store as configured: one that was made already, or its type with its options: `{ type: 'sqlite', url: 'jobs.sqlite' }`. */
export type JobStoreOption = JobStore | ComponentConfig;

/** An executor as configured: one that was made already, or its type with its options: `{ type: 'local', maxWorkers: 20 }`. */
export type ExecutorOption = Executor | ComponentConfig;

/** Options of a scheduler. */
export interface SchedulerOptions {
  /** Zone of triggers that name none: an IANA name. @default 'UTC' */
  readonly timezone?: string;
  /** Job stores by alias. @default { default: { type: 'memory' } } */
  readonly jobStores?: { readonly [alias: string]: JobStoreOption };
  /** Executors by alias. @default { default: { type: 'local', maxWorkers: 10 } } */
  readonly executors?: { readonly [alias: string]: ExecutorOption };
  /** Policies of jobs that do not say otherwise. */
  readonly jobDefaults?: PolicyOptions;
  /** Tasks that jobs of durable stores may name. */
  readonly tasks?: readonly Task[];
  /** How long a run stays with a process that shows no sign of life: seconds or units, at least 1 s; 5 s and more leave room for a busy process. @default 60 */
  readonly leaseTime?: DurationInput;
  /** Where warnings and errors are told that nobody may be listening for: failed runs, failing stores; null = nowhere. @default console */
  readonly logger?: Logger | null;
  /** Time and chance; a virtual clock in tests. @default the system's */
  readonly clock?: Clock;
}

/**
 * One flat object of strings, as it comes from an ini file or the environment: `{ 'sched.jobstores.default.type': 'sqlite' }`.
 * The prefix is `sched.` or `apscheduler.`; names may be snake_case; whole parts may be objects.
 */
export type FlatConfiguration = { readonly [key: `sched.${string}` | `apscheduler.${string}`]: unknown };

/** A configuration in its complete form. */
export interface Configuration {
  readonly timezone: string;
  readonly jobStores: { readonly [alias: string]: JobStoreOption };
  readonly executors: { readonly [alias: string]: ExecutorOption };
  readonly jobDefaults: JobPolicies;
  readonly tasks: readonly Task[];
  readonly leaseMs: number;
  readonly logger: Logger | null;
  readonly clock: Clock | null;
}

/** What a scheduler has of which nothing was said. */
const DEFAULT_CONFIGURATION: Configuration = Object.freeze({
  timezone: 'UTC',
  jobStores: Object.freeze({ default: Object.freeze({ type: 'memory' }) }),
  executors: Object.freeze({ default: Object.freeze({ type: 'local', maxWorkers: 10 }) }),
  jobDefaults: DEFAULT_POLICIES,
  tasks: Object.freeze([]),
  leaseMs: 60_000,
  logger: console,
  clock: null,
});

/** How each option changes the configuration. The names of this table are the options there are. */
const READERS: {
  readonly [Option in keyof SchedulerOptions]-?: (value: unknown, before: Configuration) => Partial<Configuration>;
} = {
  timezone: (value) => ({ timezone: zone(value as TimezoneInput, 'timezone').name }),
  jobStores: (value, { jobStores }) => ({ jobStores: withDefault(jobStores, each('jobStores', value, readJobStore)) }),
  executors: (value, { executors }) => ({ executors: withDefault(executors, each('executors', value, readExecutor)) }),
  jobDefaults: (value, { jobDefaults }) => ({ jobDefaults: readJobDefaults(value, jobDefaults) }),
  tasks: (value, { tasks }) => ({ tasks: [...tasks, ...readTasks(value)] }),
  leaseTime: (value) => ({ leaseMs: toDurationMs(value, 'leaseTime', 1000) }),
  logger: (value) => ({ logger: readLogger(value) }),
  clock: (value) => ({ clock: readClock(value) }),
};

/**
 * A configuration in its complete form, from options or from one flat object of strings, on top of what was configured before.
 *
 * @throws InvalidOptionError naming an unknown option or alias, or a value of the wrong type, and what was expected.
 */
export function parseConfiguration(
  options: SchedulerOptions | FlatConfiguration,
  before: Configuration = DEFAULT_CONFIGURATION,
): Configuration {
  let configuration = before;
  const given = object('options', isFlat(options) ? unflatten(options) : options);
  refuseElsewhere('scheduler', given);
  for (const [name, value] of Object.entries(given)) {
    if (!isOption(name))
      throw new InvalidOptionError(name, value, `one of the options ${Object.keys(READERS).join(', ')}`);
    if (value !== undefined) configuration = { ...configuration, ...READERS[name](value, configuration) };
  }
  return Object.freeze(configuration);
}

function isOption(name: string): name is keyof SchedulerOptions {
  return Object.hasOwn(READERS, name);
}

function object(field: string, value: unknown): { readonly [name: string]: unknown } {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new InvalidOptionError(field, value, 'an object');
  return value as { readonly [name: string]: unknown };
}

function each<Item>(
  field: string,
  value: unknown,
  read: (value: unknown, field: string) => Item,
): { readonly [alias: string]: Item } {
  const entries = Object.entries(object(field, value)).map(
    ([alias, item]) => [alias, read(item, `${field}.${alias}`)] as const,
  );
  return Object.fromEntries(entries);
}

/** There is always a `default`: the one configured, else the one there was before. */
function withDefault<Item>(before: { readonly [alias: string]: Item }, given: { readonly [alias: string]: Item }) {
  return Object.freeze({ ...before, ...given });
}

function readJobDefaults(value: unknown, before: JobPolicies): JobPolicies {
  const options = object('jobDefaults', value);
  for (const [name, item] of Object.entries(options)) {
    if (!isPolicy(name)) throw new InvalidOptionError(`jobDefaults.${name}`, item, `one of ${POLICY_NAMES.join(', ')}`);
  }
  return applyPolicies(before, options, { path: 'jobDefaults.' });
}

function readTasks(value: unknown): readonly Task[] {
  if (!Array.isArray(value)) throw new InvalidOptionError('tasks', value, 'an array of tasks made by defineTask');
  value.forEach((task, index) => {
    if (!isTask(task)) throw new InvalidOptionError(`tasks[${index}]`, task, 'a task made by defineTask');
  });
  return value;
}

function readClock(value: unknown): Clock {
  if (typeof value !== 'object' || value === null || !('setTimer' in value))
    throw new InvalidOptionError('clock', value, 'a Clock');
  return value as Clock;
}

function readLogger(value: unknown): Logger | null {
  if (value === null) return null;
  if (typeof value !== 'object' || !('warn' in value) || !('error' in value))
    throw new InvalidOptionError('logger', value, 'an object with warn and error, or null');
  return value as Logger;
}
