// Options of the scheduler's calls, strict: a misspelt one is not left out in silence.
import { InvalidOptionError } from '../errors.ts';
import type { ArgumentsOption, JobOptions, TaskInput } from '../jobs/draft.ts';
import type { DurationInput } from '../time/duration.ts';
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
  /** Update jobs that exist; false refuses the whole import at the first. @default false */
  readonly replaceExisting?: boolean;
}

/** Options besides task and trigger object; to be left out only when the task takes no arguments. */
export type OptionsTail<Args extends readonly unknown[]> = [] extends Args
  ? [options?: JobOptions<Args>]
  : [options: JobOptions<Args> & ArgumentsOption<Args>];

/** @throws InvalidOptionError naming the first option that is none of these. */
export function onlyOptions(options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new InvalidOptionError(unknown, Reflect.get(options, unknown), `one of the options ${known.join(', ')}`);
}

/** Options of calls that may name a job store. */
export const IN_STORE: readonly string[] = ['jobStore'];
export const JOB_QUERY: readonly string[] = [...IN_STORE, 'limit', 'cursor', 'states', 'tasks', 'tags', 'search'];
export const RUN_QUERY: readonly string[] = [...IN_STORE, 'limit', 'cursor', 'states', 'jobId', 'from', 'until'];
