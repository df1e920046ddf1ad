// A job as its author wrote it, checked at the door; and the row it becomes once store, zone and moment are known.
import { randomUUID } from 'node:crypto';
import { InvalidOptionError, InvalidTriggerError, SchedError, show } from '../errors.ts';
import { type InstantInput, toEpochMs } from '../time/instant.ts';
import { createTrigger, isTriggerKind, type TriggerKind, type TriggerOptionsByKind } from '../triggers/create.ts';
import { isTrigger, triggerFromJson } from '../triggers/json.ts';
import type { Trigger } from '../triggers/trigger.ts';
import { encodeArguments } from './arguments.ts';
import { bounded } from './bounded.ts';
import { applyPolicies, DEFAULT_POLICIES, isPolicy, type PolicyOptions, policyOptions } from './policies.ts';
import type { JobPolicies, NewJob } from './records.ts';
import { checkName, isTask, type Task, type TaskFunction, type TaskRegistry } from './task.ts';

/** Options of a job besides its task, its trigger and its arguments. */
export interface JobSettings extends PolicyOptions {
  /** At most 255 bytes. @default a random UUID; such a job is removed once it has finished */
  readonly id?: string;
  /** For people. @default the task's name */
  readonly name?: string;
  /** Alias of the job store that keeps it. @default 'default' */
  readonly jobStore?: string;
  /** Alias of the executor that runs it. @default 'default' */
  readonly executor?: string;
  /** Words to find it by. @default [] */
  readonly tags?: readonly string[];
  /**
   * Update the job that has this id instead of refusing. What did not change keeps its next run time, its pause and its
   * history; only another trigger is worked out anew. @default false
   */
  readonly replaceExisting?: boolean;
  /** The first run, in place of what the trigger says; null adds the job paused. @default the trigger's next fire time */
  readonly nextRunTime?: InstantInput | null;
}

/** The arguments the task is called with; to be left out only when it takes none. */
export type ArgumentsOption<Args extends readonly unknown[]> = [] extends Args
  ? { readonly args?: Args }
  : { readonly args: Args };

/** Options of a job whose trigger is given as an object. */
export type JobOptions<Args extends readonly unknown[] = readonly unknown[]> = JobSettings & ArgumentsOption<Args>;

/** Options of a job and of its trigger, side by side. */
export type JobAndTriggerOptions<Kind extends TriggerKind, Args extends readonly unknown[]> = JobOptions<Args> &
  BesidePolicies<TriggerOptionsByKind[Kind]>;

/** A trigger's options without those that a job has too, of which the job's are the wider ones. */
type BesidePolicies<Options> = Options extends unknown ? Omit<Options, keyof PolicyOptions> : never;

/** What a job runs: a task, the name of a registered one, or, in a store that does not outlive the process, any function. */
export type TaskInput<Args extends readonly unknown[] = readonly unknown[]> = Task<Args> | TaskFunction<Args> | string;

/** A checked job that is not yet in a store. */
export interface JobDraft {
  readonly id: string;
  readonly ephemeral: boolean;
  readonly name: string;
  readonly task: TaskInput;
  readonly args: string;
  /** Null: run once, at the moment of adding. */
  readonly trigger: Trigger | null;
  readonly jobStore: string;
  readonly executor: string;
  readonly policies: PolicyOptions;
  readonly tags: readonly string[];
  readonly replaceExisting: boolean;
  readonly nextRunTime: InstantInput | null | undefined;
  /** The reason it was paused for while it was pending. */
  readonly note?: string | null;
}

/** What is known once a draft goes into a store. */
export interface DraftContext {
  readonly timezone: string;
  /** Epoch ms. */
  readonly now: number;
  readonly jobDefaults: JobPolicies;
  readonly tasks: TaskRegistry;
  /** Whether the store outlives the process. */
  readonly durable: boolean;
}

const SETTINGS: ReadonlySet<string> = new Set([
  'id',
  'name',
  'args',
  'jobStore',
  'executor',
  'tags',
  'replaceExisting',
  'nextRunTime',
]);

const ONE_OBJECT = "nothing more: the options of a trigger named by its kind stand beside the job's, in one object";

const NO_TAGS: readonly string[] = Object.freeze([]);

/**
 * Checks what was written for a job. With a trigger's kind, the options that are none of a job are the trigger's.
 *
 * @throws InvalidOptionError, InvalidTriggerError or UnserializableArgumentsError naming the field.
 */
export function draftJob(
  task: unknown,
  trigger: unknown,
  options: unknown = {},
  ...more: readonly unknown[]
): JobDraft {
  if (more.length > 0) throw new InvalidOptionError('options', more[0], ONE_OBJECT);
  const given = objectOf(options);
  const { settings, rest } = split(given, hasBounds(trigger) ? BOUNDS : []);
  const {
    id,
    name,
    args = [],
    jobStore = 'default',
    executor = 'default',
    replaceExisting = false,
    nextRunTime,
  } = settings;
  if (id !== undefined) checkName('id', id);
  if (name !== undefined) checkName('name', name);
  checkName('jobStore', jobStore);
  checkName('executor', executor);
  if (typeof replaceExisting !== 'boolean')
    throw new InvalidOptionError('replaceExisting', replaceExisting, 'true or false');
  if (replaceExisting && id === undefined)
    throw new InvalidOptionError('id', id, 'an id, to find the existing job by (replaceExisting)');
  applyPolicies(DEFAULT_POLICIES, settings);
  return {
    id: id ?? randomUUID(),
    ephemeral: id === undefined,
    name: name ?? nameOf(task),
    task: checkTask(task),
    args: encodeArguments(args),
    trigger: readTrigger(trigger, rest),
    jobStore,
    executor,
    policies: settings as PolicyOptions,
    tags: readTags(settings.tags),
    replaceExisting,
    nextRunTime: nextRunTime as InstantInput | null | undefined,
  };
}

/**
 * The row of a draft.
 *
 * @throws InvalidOptionError if the store cannot remember the task; SchedError `task-not-found` for an unknown name.
 */
export function newJob(draft: JobDraft, context: DraftContext): NewJob {
  const { timezone, now } = context;
  const trigger = (draft.trigger ?? createTrigger('date', { runDate: now })).resolve({ timezone, now });
  const policies = applyPolicies(context.jobDefaults, { ...draft.policies }, { timezone });
  const nextFireAt = firstFire(draft, bounded(trigger, policies), context);
  return {
    id: draft.id,
    name: draft.name,
    task: taskName(draft, context),
    args: draft.args,
    trigger: trigger.toJSON(),
    executor: draft.executor,
    policies,
    tags: draft.tags,
    ephemeral: draft.ephemeral,
    state: draft.nextRunTime === null ? 'paused' : nextFireAt === null ? 'finished' : 'active',
    nextFireAt,
    ...(draft.note === undefined ? {} : { note: draft.note }),
  };
}

/** Tags as they are kept: distinct, in order. */
export function readTags(value: unknown): readonly string[] {
  if (value === undefined) return NO_TAGS;
  if (!Array.isArray(value)) throw new InvalidOptionError('tags', value, 'an array of strings');
  for (const [index, tag] of value.entries()) checkName(`tags[${index}]`, tag);
  return Object.freeze([...new Set<string>(value)].sort());
}

/**
 * A trigger from an object, or from a kind with its options.
 *
 * @throws InvalidTriggerError, or InvalidOptionError for an option that neither a job nor the trigger has.
 */
export function readTrigger(trigger: unknown, options: { readonly [name: string]: unknown }): Trigger | null {
  if (isTriggerKind(trigger)) return createFromOptions(trigger, options);
  if (trigger !== undefined && !isTrigger(trigger)) throw new InvalidOptionError('trigger', trigger, TRIGGERS);
  const [unknown] = Object.keys(options);
  if (unknown !== undefined)
    throw new InvalidOptionError(unknown, options[unknown], 'an option of a job; a trigger object has its own already');
  if (trigger === undefined) return null;
  // One of the user's own that nobody could read again would be set aside at the next start.
  if (!isTriggerKind(trigger.kind)) triggerFromJson(trigger.toJSON());
  return trigger;
}

const TRIGGERS = `a trigger, or one of 'date', 'interval', 'cron', 'calendarinterval', 'and', 'or', 'except'`;

/** What a trigger does not know may have been meant for the job. */
function createFromOptions(kind: TriggerKind, options: { readonly [name: string]: unknown }): Trigger {
  try {
    return createTrigger(kind, options);
  } catch (error) {
    const isUnknown = error instanceof InvalidTriggerError && error.expected.startsWith('one of the options of');
    if (!isUnknown) throw error;
    const names = [...SETTINGS, ...Object.keys(policyOptions(DEFAULT_POLICIES))].join(', ');
    throw new InvalidTriggerError(error.field, error.value, `${error.expected} or of a job (${names})`);
  }
}

/** Options of a job that some triggers have too. */
const BOUNDS: readonly string[] = ['startDate', 'endDate'];

/** Whether it is the kind of a trigger that has these options itself. */
function hasBounds(trigger: unknown): boolean {
  return trigger === 'interval' || trigger === 'cron' || trigger === 'calendarinterval';
}

/** A job's own options, and what is left over for its trigger, which may have some of a job's names for itself. */
export function split(options: { readonly [name: string]: unknown }, triggers: readonly string[] = []) {
  const settings: { [name: string]: unknown } = {};
  const rest: { [name: string]: unknown } = {};
  for (const name of Object.keys(options)) {
    const value = options[name];
    if (value === undefined || (value === null && triggers.includes(name))) continue;
    if (SETTINGS.has(name) || (isPolicy(name) && !triggers.includes(name))) settings[name] = value;
    else rest[name] = value;
  }
  return { settings, rest };
}

function objectOf(options: unknown): { readonly [name: string]: unknown } {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new InvalidOptionError('options', options, 'an object');
  }
  return options as { readonly [name: string]: unknown };
}

function checkTask(task: unknown): TaskInput {
  if (isTask(task) || typeof task === 'function') return task as TaskInput;
  if (typeof task !== 'string')
    throw new InvalidOptionError('task', task, 'a task made by defineTask, the name of one, or a function');
  checkName('task', task);
  return task;
}

function nameOf(task: unknown): string {
  if (isTask(task)) return task.name;
  if (typeof task === 'function') return task.name || 'anonymous';
  return String(task);
}

function taskName({ task, jobStore }: JobDraft, { tasks, durable }: DraftContext): string {
  if (isTask(task)) {
    tasks.register(task);
    return task.name;
  }
  if (typeof task === 'function') {
    if (durable) throw new InvalidOptionError('task', task, rememberable(jobStore, task.name));
    return tasks.registerLocal(task);
  }
  if (tasks.get(task) === undefined) {
    throw new SchedError(
      'task-not-found',
      `no task is registered as ${show(task)}; pass it to the scheduler: tasks: [defineTask(${show(task)}, …)]`,
    );
  }
  return task;
}

function rememberable(jobStore: string, functionName: string): string {
  const name = functionName || 'my-task';
  return `a task, because job store '${jobStore}' outlives the process and remembers names only: defineTask('${name}', ${functionName || '…'})`;
}

function firstFire(draft: JobDraft, trigger: Trigger, { timezone, now }: DraftContext): number | null {
  if (draft.nextRunTime === undefined || draft.nextRunTime === null) return firstFireTime(trigger, now);
  return toEpochMs(draft.nextRunTime, 'nextRunTime', timezone);
}

/** A trigger's first fire time for a job added now. A single date that has passed is still to be made good. */
export function firstFireTime(trigger: Trigger, now: number): number | null {
  const next = trigger.next(now - 1);
  return next ?? (trigger.kind === 'date' ? trigger.previous(now) : null);
}
