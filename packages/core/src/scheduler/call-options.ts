// Options of the scheduler's calls, strict: a misspelt one is not left out in silence.
import { InvalidOptionError } from '../errors.ts';
import type { ArgumentsOption, JobOptions, TaskInput } from '../jobs/draft.ts';
import { JOB_STATES, RUN_STATES } from '../jobs/records.ts';
import { type DurationInput, toDurationMs } from '../time/duration.ts';
import type { TriggerKind } from '../triggers/create.ts';
import type { Trigger } from '../triggers/trigger.ts';

/** How to shut down. */
export interface ShutdownOptions {
  /** Whether runs may end by themselves; false aborts them at once. @default true */
  readonly wait?: boolean;
  /** How long they may take before they are aborted: seconds or units. @default 30 */
  readonly timeout?: DurationInput;
}

/** Which job store is meant; without it, the first that has the job. */
export interface InStore {
  readonly jobStore?: string;
}

/** One job of {@link Scheduler.addJobs}. */
export type JobInput = {
  readonly task: TaskInput;
  readonly trigger?: Trigger | TriggerKind;
  readonly [option: string]: unknown;
};

/** Options of {@link Scheduler.importJobs}. */
export interface ImportOptions {
  /** Where they go. @default 'default' */
  readonly jobStore?: string;
  /** Update jobs that exist, whose pause and next run time stay unless the trigger changed; false refuses the whole import at the first. @default false */
  readonly replaceExisting?: boolean;
}

/** Options besides task and trigger object; to be left out only when the task takes no arguments. */
export type OptionsTail<Args extends readonly unknown[]> = [] extends Args
  ? [options?: JobOptions<Args>]
  : [options: JobOptions<Args> & ArgumentsOption<Args>];

/** @throws InvalidOptionError naming the first option that is none of these. */
export function onlyOptions(options: object, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw new InvalidOptionError('options', options, `an object with ${known.join(', ')}`);
  }
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new InvalidOptionError(unknown, Reflect.get(options, unknown), `one of the options ${known.join(', ')}`);
}

/** Options of calls that may name a job store. */
export const IN_STORE: readonly string[] = ['jobStore'];
const JOB_QUERY: readonly string[] = [...IN_STORE, 'limit', 'cursor', 'states', 'tasks', 'tags', 'search'];
const RUN_QUERY: readonly string[] = [...IN_STORE, 'limit', 'cursor', 'states', 'jobId', 'from', 'until'];

/** @throws InvalidOptionError if it is neither true nor false nor left out */
function onlyBoolean(field: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'boolean') throw new InvalidOptionError(field, value, 'true or false');
}

/** @throws InvalidOptionError if it is no array of these words */
function onlyWords(field: string, words: unknown, known: readonly string[]): void {
  if (words === undefined) return;
  const isKnown = Array.isArray(words) && words.every((word) => known.includes(word));
  if (!isKnown) throw new InvalidOptionError(field, words, `an array of ${known.join(', ')}`);
}

/** @throws InvalidOptionError naming the option of `start()` that is wrong */
export function checkStart(options: { readonly paused?: boolean }): void {
  onlyOptions(options, ['paused']);
  onlyBoolean('paused', options.paused);
}

const SHUTDOWN_LIMIT_MS = 30_000;

/** How long what executes may take at a shutdown, in milliseconds. @throws InvalidOptionError naming the option that is wrong */
export function shutdownLimitMs(options: ShutdownOptions): number {
  onlyOptions(options, ['wait', 'timeout']);
  onlyBoolean('wait', options.wait);
  const limitMs = options.timeout === undefined ? SHUTDOWN_LIMIT_MS : toDurationMs(options.timeout, 'timeout');
  return options.wait === false ? 0 : limitMs;
}

/** @throws InvalidOptionError naming the option of `getJobs()` that is wrong */
export function checkJobQuery(query: { readonly states?: unknown }): void {
  onlyOptions(query, JOB_QUERY);
  onlyWords('states', query.states, JOB_STATES);
}

/** @throws InvalidOptionError naming the option of `getRuns()` that is wrong */
export function checkRunQuery(query: { readonly states?: unknown }): void {
  onlyOptions(query, RUN_QUERY);
  onlyWords('states', query.states, RUN_STATES);
}
