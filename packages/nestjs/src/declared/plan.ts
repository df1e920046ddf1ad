// From what a decorator says to the job it stands for: pure translation, no scheduler is asked to do anything.
import { InvalidOptionError, type JobOptions, onlyBoolean, onlyOptions, type Trigger } from '@sched/core';
import type { JobDeclaration, JobKind } from '../declarations.ts';
import { DECLARED_OPTIONS } from '../options.ts';
import { DEFAULT_SCHEDULER } from '../tokens.ts';
import type { CronTimeLike } from './cron-job.ts';
import {
  anyTrigger,
  type CronSource,
  type CronZone,
  cronTrigger,
  intervalTrigger,
  milliseconds,
  timeoutTrigger,
} from './when.ts';

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
  readonly options: { readonly [name: string]: unknown };
}

/** A job as its decorator declares it. */
export interface JobPlan {
  readonly id: string;
  readonly kind: JobKind;
  readonly trigger: Trigger;
  readonly options: JobOptions;
  /** Alias of its job store. */
  readonly jobStore: string;
  /** The name of its task, which nothing else has: without its decorator, its row is one whose task nobody knows. */
  readonly task: string;
  /** The time of an `@Cron` as it is written, for those who read `cronTime`; else the trigger. */
  readonly cronTime: CronTimeLike;
  readonly isDisabled: boolean;
  /** Whether the process may not end while it is scheduled. */
  readonly holdsProcess: boolean;
  readonly initialDelayMs: number;
}

/** What the plan of a job depends on besides its declaration. */
export interface PlanContext {
  /** Epoch milliseconds. */
  readonly now: number;
  /** The id of a declaration that names none. */
  readonly unnamed: string;
  /** The tag of its scheduler. */
  readonly tag: string;
  /** How many runs may be open at once where a declaration does not say. */
  readonly overlappingRuns: number;
}

const TIMER_OPTIONS: readonly string[] = [...DECLARED_OPTIONS, 'waitForCompletion'];
const CRON_OPTIONS: readonly string[] = [
  ...TIMER_OPTIONS,
  ...['name', 'timeZone', 'utcOffset', 'threshold', 'initialDelay'],
];
const JOB_OPTIONS: readonly string[] = [...DECLARED_OPTIONS, 'id', 'name', 'args'];

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

/** The job of a declaration. @throws InvalidOptionError, InvalidTriggerError */
export function planJob(declaration: ResolvedDeclaration, context: PlanContext): JobPlan {
  const { kind, when } = declaration;
  const { trigger, job } = readTrigger(declaration, context.now);
  const { disabled, unrefTimeout, initialDelay = 0, waitForCompletion, threshold, ...settings } = job;
  const { timeZone, utcOffset } = settings;
  onlyBoolean('disabled', disabled);
  onlyBoolean('unrefTimeout', unrefTimeout);
  const id = idOf(declaration) ?? context.unnamed;
  const { jobStore = kind === 'Timeout' ? PROCESS_STORE : DEFAULT_STORE } = settings;
  return {
    ...{ id, kind, trigger, jobStore: String(jobStore) },
    cronTime: { source: kind === 'Cron' ? (when as CronSource) : trigger, ...given({ timeZone, utcOffset }) },
    task: jobStore === DEFAULT_STORE ? `@${id}` : `@${id} in ${jobStore}`,
    options: {
      name: id,
      ...(kind === 'ScheduledJob' ? {} : overlapping(waitForCompletion, context.overlappingRuns, settings)),
      ...lateness(threshold, settings),
      ...given({ ...settings, scheduler: undefined, timeZone: undefined, utcOffset: undefined }),
      id,
      jobStore: jobStore as string,
      tags: tagsOf(settings['tags'], context.tag),
      replaceExisting: true,
      ...(disabled === true ? { nextRunTime: null } : {}),
    },
    isDisabled: disabled === true,
    holdsProcess: unrefTimeout !== true,
    initialDelayMs: milliseconds('initialDelay', initialDelay, 0, LONGEST_DELAY_MS),
  };
}

type Settings = { readonly [name: string]: unknown };

function readTrigger({ kind, when, options }: ResolvedDeclaration, now: number): { trigger: Trigger; job: Settings } {
  switch (kind) {
    case 'Cron':
      onlyOptions(options, CRON_OPTIONS);
      return { trigger: cronTrigger(when, options), job: options };
    case 'Interval':
      onlyOptions(options, TIMER_OPTIONS);
      return { trigger: intervalTrigger(when), job: options };
    case 'Timeout':
      onlyOptions(options, TIMER_OPTIONS);
      return { trigger: timeoutTrigger(when, now), job: options };
    case 'ScheduledJob': {
      const { trigger, job } = anyTrigger(when, options, JOB_OPTIONS);
      onlyOptions(job, JOB_OPTIONS);
      return { trigger, job };
    }
  }
}

/** `@nestjs/schedule` lets runs overlap unless it is told to wait; who has a policy for overlaps wants none. */
function overlapping(waitForCompletion: unknown, runs: number, { maxInstances, overlap }: Settings): JobOptions {
  onlyBoolean('waitForCompletion', waitForCompletion);
  if (waitForCompletion !== true) return overlap === undefined ? { maxInstances: runs } : {};
  if (maxInstances !== undefined) {
    throw new InvalidOptionError(
      'maxInstances',
      maxInstances,
      'nothing beside waitForCompletion, which is maxInstances: 1',
    );
  }
  return { maxInstances: 1, overlap: 'skip' };
}

function lateness(threshold: unknown, { misfireGraceTime }: Settings): JobOptions {
  if (threshold === undefined) return {};
  if (misfireGraceTime !== undefined) {
    throw new InvalidOptionError(
      'threshold',
      threshold,
      'nothing beside misfireGraceTime, which is the same in seconds',
    );
  }
  return { misfireGraceTime: { milliseconds: milliseconds('threshold', threshold, 0) } };
}

/** Without what is left out. */
function given(settings: Settings): JobOptions & CronZone {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

function tagsOf(tags: unknown, tag: string): readonly string[] {
  // Tags of a wrong type are refused where the job is added.
  return Array.isArray(tags) || tags === undefined ? [tag, ...(tags ?? [])] : (tags as readonly string[]);
}
