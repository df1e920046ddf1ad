// What a scheduler and a worker tell each other by a job of the queue: its id, its data, its progress, its return value.
import {
  type ErrorFields,
  type Execution,
  encodeArguments,
  type RunInfo,
  UnserializableArgumentsError,
} from '@sched/core';

/** What a worker may know about a run: all that is data. */
type RunData = Omit<RunInfo, 'signal' | 'log' | 'progress' | 'fireTime' | 'startedAt'> & {
  readonly fireTime: string;
  readonly startedAt: string;
};

/** What a scheduler puts into the queue. */
export interface QueueJobData {
  readonly run: RunData;
  /** The arguments, as a job store keeps them. */
  readonly args: string;
}

/** What a worker says while it runs a task. */
export interface QueueJobProgress {
  /** How far the task has come, from 0 to 1; null if it did not say. */
  readonly fraction: number | null;
  readonly text: string;
  /** How many lines it has logged: they are the logs of the job. */
  readonly logs: number;
  /** What the task threw; null as long as it has not. */
  readonly error: ErrorFields | null;
}

/** What a worker says when a task has succeeded. */
export interface QueueJobResult {
  /** What it returned, as a list of one argument. */
  readonly value: string;
  readonly logs: number;
}

/**
 * The id of the job that stands for an attempt of a run: the idempotency key, and from the second attempt on its number after
 * a `#`. Keys of other job stores than the default one begin with the store's alias. BullMQ takes no `:`.
 */
export function queueJobId(runId: string, attempt: number, jobStore = 'default'): string {
  const store = jobStore === 'default' ? '' : `${escaped(jobStore, /[%:#/]/g)}/`;
  return `${store}${escaped(runId, /[%:#]/g)}${attempt === 1 ? '' : `#${attempt}`}`;
}

function escaped(text: string, characters: RegExp): string {
  return text.replaceAll(characters, encodeURIComponent);
}

/** @throws UnserializableArgumentsError for arguments that are no data */
export function queueJobData({ args, run }: Execution): QueueJobData {
  const { signal: _, log: __, progress: ___, fireTime, startedAt, ...rest } = run;
  return {
    run: { ...rest, fireTime: fireTime.toISOString(), startedAt: startedAt.toISOString() },
    args: encodeArguments(args),
  };
}

/** A run as it was before it was sent; what it says goes to `voice`. */
export function runOf({ run }: QueueJobData, voice: Pick<RunInfo, 'signal' | 'log' | 'progress'>): RunInfo {
  return { ...run, fireTime: new Date(run.fireTime), startedAt: new Date(run.startedAt), ...voice };
}

/** What a task returned, as text. @throws TypeError if it is no data */
export function encodeResult(result: unknown): string {
  try {
    return encodeArguments([result]);
  } catch (error) {
    if (!(error instanceof UnserializableArgumentsError)) throw error;
    const place = error.path.replace(/^args(\[0\])?/, '');
    const reason = error.message.slice(error.message.indexOf(': ') + 2);
    throw new TypeError(`the result${place} cannot leave the worker: ${reason}`);
  }
}

/** Progress as a worker left it; nothing of it where it is not ours. */
export function progressOf(progress: unknown): QueueJobProgress {
  const {
    fraction = null,
    text = '',
    logs = 0,
    error = null,
  } = typeof progress === 'object' && progress !== null ? (progress as Partial<QueueJobProgress>) : {};
  return { fraction, text, logs, error };
}
