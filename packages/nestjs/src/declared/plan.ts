// From what a decorator says to the job it stands for: pure translation, no scheduler is asked to do anything.
import {
  DateTrigger,
  IntervalTrigger,
  InvalidOptionError,
  type JobOptions,
  onlyBoolean,
  onlyOptions,
  POLICY_NAMES,
  type Trigger,
  type TriggerKind,
} from '@sched/core';
import type { JobDeclaration } from '../declarations.ts';
import { DEFAULT_SCHEDULER } from '../tokens.ts';
import type { CronTimeLike } from './cron-job.ts';
import { type CronSource, cronTrigger, notBeside } from './when.ts';

/** The tag of every job that a decorator declared for a scheduler: by it those are found whose decorator is gone. */
export function declaredTag(scheduler: string): string {
  return scheduler === DEFAULT_SCHEDULER ? 'nestjs' : `nestjs:${scheduler}`;
}

const DEFAULT_STORE = 'default';

/** The job store that every scheduler of this module has in memory. */
export const PROCESS_STORE = 'process';

/** What a timer of Node.js can wait: 24.8 days. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

/** How many runs of an `@Cron` or `@Interval` may be open at once where nobody says. */
export const OVERLAPPING_RUNS = 10;

/** A declaration whose values have come from the container. */
export interface ResolvedDeclaration extends Omit<JobDeclaration, 'options'> {
  readonly options: Settings;
}

type Settings = { readonly [name: string]: unknown };

/** A job as its decorator declares it. */
export interface JobPlan {
  readonly id: string;
  /** A kind has its options among those of the job. */
  readonly trigger: Trigger | TriggerKind;
  readonly options: JobOptions;
  /** Alias of its job store. */
  readonly jobStore: string;
  /** The name of its task, which nothing else has: without its decorator, its row is one whose task nobody knows. */
  readonly task: string;
  /** The time of an `@Cron` as it is written, for those who read `cronTime`; null: it is the trigger. */
  readonly cronTime: CronTimeLike | null;
  readonly isDisabled: boolean;
  /** Whether the process may not end while it is scheduled. */
  readonly holdsProcess: boolean;
  readonly initialDelayMs: number;
}

/** What the plan of a job depends on besides its declaration. */
export interface PlanContext {
  /** Epoch milliseconds. */
  readonly now: number;
  /** The tag of its scheduler. */
  readonly tag: string;
  /** How many runs may be open at once where a declaration does not say. */
  readonly overlappingRuns: number;
}

/** What every decorator of a job takes. */
const COMMON = ['scheduler', 'jobStore', 'executor', 'tags', 'disabled', 'unrefTimeout', ...POLICY_NAMES];
const OF_TIMERS = [...COMMON, 'waitForCompletion'];

/** The options of the decorators that `@nestjs/schedule` has too. */
const OPTIONS = {
  Cron: [...OF_TIMERS, 'name', 'timeZone', 'utcOffset', 'threshold', 'initialDelay'],
  Interval: OF_TIMERS,
  Timeout: OF_TIMERS,
} as const;

/** Options of `addJob` that a decorator decides. Those it does not know at all, as a job or its trigger, it refuses itself. */
const DECIDED = ['nextRunTime', 'replaceExisting'];

/** The name of the scheduler a declaration is for. @throws InvalidOptionError */
export function schedulerOf({ options }: ResolvedDeclaration): string {
  const { scheduler = DEFAULT_SCHEDULER } = options;
  if (typeof scheduler !== 'string') throw new InvalidOptionError('scheduler', scheduler, 'the name of a scheduler');
  return scheduler;
}

/** The id that a declaration names; undefined where it names none. @throws InvalidOptionError */
export function idOf({ kind, name, options }: ResolvedDeclaration): string | undefined {
  const field = kind === 'ScheduledJob' ? 'id' : 'name';
  const id = name ?? options[field];
  if (id !== undefined && (typeof id !== 'string' || id === '')) {
    throw new InvalidOptionError(field, id, 'a text that is not empty');
  }
  return id as string | undefined;
}

/** The job of a declaration, under an id. @throws InvalidOptionError, InvalidTriggerError */
export function planJob(id: string, declaration: ResolvedDeclaration, context: PlanContext): JobPlan {
  const { kind, when } = declaration;
  checkNames(declaration);
  const { scheduler, disabled, unrefTimeout, ...own } = declaration.options;
  onlyBoolean('disabled', disabled);
  onlyBoolean('unrefTimeout', unrefTimeout);
  const settings = kind === 'ScheduledJob' ? own : compatible(own, context);
  const { jobStore = kind === 'Timeout' ? PROCESS_STORE : DEFAULT_STORE, name = id, tags = [] } = settings;
  return {
    ...{ id, trigger: triggerOf(declaration, context.now), jobStore: String(jobStore) },
    cronTime:
      kind === 'Cron' ? { source: when as CronSource, timeZone: own['timeZone'], utcOffset: own['utcOffset'] } : null,
    task: jobStore === DEFAULT_STORE ? `@${id}` : `@${id} in ${jobStore}`,
    options: {
      ...settings,
      ...({ id, name, jobStore } as { readonly id: string; readonly name: string; readonly jobStore: string }),
      // Tags of a wrong type are refused where the job is added.
      tags: Array.isArray(tags) ? [context.tag, ...tags] : (tags as readonly string[]),
      replaceExisting: true,
      ...(disabled === true ? { nextRunTime: null } : {}),
    },
    isDisabled: disabled === true,
    holdsProcess: unrefTimeout !== true,
    initialDelayMs: kind === 'Cron' ? milliseconds('initialDelay', own['initialDelay'] ?? 0, 0, LONGEST_DELAY_MS) : 0,
  };
}

/** @throws InvalidOptionError naming an option that the decorator does not take */
function checkNames({ kind, options }: ResolvedDeclaration): void {
  if (kind !== 'ScheduledJob') return onlyOptions(options, OPTIONS[kind]);
  const decided = DECIDED.find((name) => options[name] !== undefined);
  if (decided !== undefined) throw new InvalidOptionError(decided, options[decided], 'to be left to the decorator');
}

function triggerOf({ kind, when, options }: ResolvedDeclaration, now: number): Trigger | TriggerKind {
  switch (kind) {
    case 'Cron':
      return cronTrigger(when, options);
    case 'Interval':
      return new IntervalTrigger({ milliseconds: milliseconds('timeout', when, 1) });
    case 'Timeout':
      return new DateTrigger({ runDate: now + milliseconds('timeout', when, 0) });
    case 'ScheduledJob':
      // A job without one would run once, now.
      if (when === undefined) throw new InvalidOptionError('trigger', when, 'a trigger, or the kind of one');
      return when as Trigger | TriggerKind;
  }
}

/** What `@nestjs/schedule` says about runs, as policies: they may overlap, unless it is told to wait or there is a policy. */
function compatible(options: Settings, { overlappingRuns }: PlanContext): Settings {
  const { waitForCompletion, threshold, timeZone, utcOffset, initialDelay, ...settings } = options;
  const { maxInstances, overlap, misfireGraceTime } = settings;
  onlyBoolean('waitForCompletion', waitForCompletion);
  const isWaiting = waitForCompletion === true;
  if (isWaiting) notBeside('maxInstances', maxInstances, 'waitForCompletion, which is maxInstances: 1');
  if (misfireGraceTime !== undefined) notBeside('threshold', threshold, 'misfireGraceTime, the same in seconds');
  return {
    ...settings,
    ...(isWaiting ? { maxInstances: 1, overlap: overlap ?? 'skip' } : {}),
    ...(isWaiting || overlap !== undefined ? {} : { maxInstances: maxInstances ?? overlappingRuns }),
    ...(threshold === undefined ? {} : { misfireGraceTime: { milliseconds: milliseconds('threshold', threshold, 0) } }),
  };
}

/** A whole number of milliseconds. @throws InvalidOptionError */
function milliseconds(field: string, value: unknown, least: number, most = Number.MAX_SAFE_INTEGER): number {
  if (typeof value !== 'number' || !(value >= least && value <= most)) {
    const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
    throw new InvalidOptionError(field, value, `a number of milliseconds ${range}`);
  }
  return Math.round(value);
}
