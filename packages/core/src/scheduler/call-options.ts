// Options of the scheduler's calls, strict: a misspelt one is not left out in silence.
import { InvalidOptionError } from '../errors.ts';
import type { ArgumentsOption, JobOptions, TaskInput } from '../jobs/draft.ts';
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

/** Options of `printJobs`. */
export interface PrintOptions extends InStore {
  /** Where the list is written to. @default process.stdout */
  readonly out?: { write(text: string): unknown };
}

/** What a change of a job may rest on. */
export interface IfRevision {
  /** Refuse the change with a JobChangedError if `job.revision` is another one by now. @default whatever it is */
  readonly ifRevision?: string;
}

/** Options of {@link Scheduler.runJob}. */
export interface RunJobOptions extends InStore {
  /** Starts although the job is at its `maxInstances`; while it runs it counts like any other. @default false */
  readonly ignoreMaxInstances?: boolean;
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

/** @throws InvalidOptionError if it is no object, or naming the first option that is none of these. */
export function onlyOptions(options: object, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new InvalidOptionError('options', options, `an object with ${known.join(', ')}`);
  }
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new InvalidOptionError(unknown, Reflect.get(options, unknown), `one of the options ${known.join(', ')}`);
}

/** Options of calls that may name a job store. */
export const IN_STORE: readonly string[] = ['jobStore'];

/** @throws InvalidOptionError naming the option of a call that changes a job that is wrong */
export function checkChangeOptions(options: object & { readonly ifRevision?: unknown }): void {
  onlyOptions(options, [...IN_STORE, 'ifRevision']);
  checkIfRevision(options.ifRevision);
}

/** @throws InvalidOptionError if it is none */
export function checkIfRevision(revision: unknown): void {
  if (revision !== undefined && typeof revision !== 'string')
    throw new InvalidOptionError('ifRevision', revision, 'the revision of a job');
}

/** @throws InvalidOptionError if it is neither true nor false nor left out */
export function onlyBoolean(field: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'boolean') throw new InvalidOptionError(field, value, 'true or false');
}

/** How to start. */
export interface StartOptions {
  /** Opens everything and does not fire before `resume()`. @default false */
  readonly paused?: boolean;
  /**
   * How long to wait for a job store that cannot be opened: seconds or units, `true` for as long as it takes. It is tried
   * again with growing waits; the first failure is an event and a line in the log. @default false: the first failure counts
   */
  readonly waitForStores?: DurationInput | boolean;
}

/** How long `start()` waits for its stores, in milliseconds. @throws InvalidOptionError naming the option of `start()` that is wrong */
export function storePatienceMs(options: StartOptions): number {
  onlyOptions(options, ['paused', 'waitForStores']);
  onlyBoolean('paused', options.paused);
  const { waitForStores = false } = options;
  if (typeof waitForStores === 'boolean') return waitForStores ? Number.POSITIVE_INFINITY : 0;
  return toDurationMs(waitForStores, 'waitForStores');
}

const SHUTDOWN_LIMIT_MS = 30_000;

/** How long what executes may take at a shutdown, in milliseconds. @throws InvalidOptionError naming the option that is wrong */
export function shutdownLimitMs(options: ShutdownOptions): number {
  onlyOptions(options, ['wait', 'timeout']);
  onlyBoolean('wait', options.wait);
  const limitMs = options.timeout === undefined ? SHUTDOWN_LIMIT_MS : toDurationMs(options.timeout, 'timeout');
  return options.wait === false ? 0 : limitMs;
}

/** @throws InvalidOptionError naming the option of `runJob()` that is wrong */
export function checkRunJob(options: RunJobOptions): void {
  onlyOptions(options, [...IN_STORE, 'ignoreMaxInstances']);
  onlyBoolean('ignoreMaxInstances', options.ignoreMaxInstances);
}

const MAX_REASON_LENGTH = 1000;

/** @throws InvalidOptionError naming the option of `pauseJob()` that is wrong */
export function checkPause(options: { readonly reason?: unknown; readonly ifRevision?: unknown }): void {
  onlyOptions(options, [...IN_STORE, 'ifRevision', 'reason']);
  checkIfRevision(options.ifRevision);
  const { reason } = options;
  if (reason === undefined || (typeof reason === 'string' && reason.length <= MAX_REASON_LENGTH)) return;
  throw new InvalidOptionError('reason', reason, `a string of at most ${MAX_REASON_LENGTH} characters`);
}
