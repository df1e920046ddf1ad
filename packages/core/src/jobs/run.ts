// A run as people see it: dates instead of milliseconds, and how late it was.
import { type AttemptRecord, attemptsOf } from './attempts.ts';
import type { RunOutcome, RunReason, RunRecord, RunState } from './records.ts';
import { readLog } from './run-log.ts';
import { decodeProgress, decodeResult, type RunProgress } from './run-notes.ts';

/** Something a task said by `currentRun().log(message)`. */
export interface RunLogEntry {
  readonly at: Date;
  /** The attempt in which it was said. */
  readonly attempt: number;
  readonly message: string;
}

/** One start of a run. */
export interface RunAttempt {
  /** 1 for the first. */
  readonly number: number;
  readonly startedAt: Date;
  /** Null while it executes. */
  readonly finishedAt: Date | null;
  /** How it ended; null while it executes. */
  readonly outcome: RunOutcome | null;
  /** The first line of its error, at most 200 characters of it; null if there was none. */
  readonly error: string | null;
  /** Id of the scheduler that executed it. */
  readonly owner: string | null;
}

/** One execution of a job for one fire time. */
export interface Run {
  /** Also its idempotency key. */
  readonly id: string;
  readonly jobId: string;
  readonly jobName: string;
  readonly task: string;
  /** Alias of the job store it is kept in. */
  readonly jobStore: string;
  readonly executor: string;
  readonly state: RunState;
  /** How it ended; null while it waits or executes. */
  readonly outcome: RunOutcome | null;
  readonly reason: RunReason;
  /** The nominal instant it was due, before jitter. */
  readonly fireTime: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  /** From the fire time to the start of the last attempt, in milliseconds; null before it starts. */
  readonly lateMs: number | null;
  /** 1 in the first attempt; 0 before it. */
  readonly attempt: number;
  /** How many earlier fire times this run stands for besides its own. */
  readonly coalesced: number;
  /** Message and stack of the last attempt's error, cut after 4096 characters; null if there was none. */
  readonly error: string | null;
  /** Id of the scheduler that executes it or, once it has ended, executed it last; null while it waits. */
  readonly owner: string | null;
  /** Grows with each claim: the fencing token of its newest attempt; 0 before the first. */
  readonly token: number;
  /** How far its newest attempt has come, as its task said last, at most a second ago; null if it said nothing. */
  readonly progress: RunProgress | null;
  /** What its task returned, where the job's policy `keepResult` is set; undefined otherwise. */
  readonly result: unknown;
  /** Why what its task returned was not kept although it was to be: too long, or no plain data. Null otherwise. */
  readonly resultError: string | null;
  /** What its task logged in all attempts, the newest 200 lines; empty in lists: ask for the run by `getRun`. */
  readonly log: readonly RunLogEntry[];
  /** Its newest 20 attempts, oldest first. */
  readonly attempts: readonly RunAttempt[];
}

/** A stored run as people see it. */
export function toRun(record: RunRecord, jobStore: string): Run {
  const { startedAt, finishedAt, state } = record;
  return {
    id: record.id,
    jobId: record.jobId,
    jobName: record.jobName,
    task: record.task,
    jobStore,
    executor: record.executor,
    state,
    outcome: isOpen(state) ? null : state,
    reason: record.reason,
    fireTime: new Date(record.fireAt),
    startedAt: startedAt === null ? null : new Date(startedAt),
    finishedAt: finishedAt === null ? null : new Date(finishedAt),
    lateMs: startedAt === null ? null : startedAt - record.fireAt,
    attempt: record.attempt,
    coalesced: record.coalesced,
    error: record.error,
    owner: record.owner,
    token: record.token,
    progress: decodeProgress(record.progress),
    ...decodeResult(record.result),
    log: record.log === null ? NOTHING : readLog(record.log).map((line) => ({ ...line, at: new Date(line.at) })),
    attempts: record.attempt === 0 ? NOTHING : attemptsOf(record).map(toAttempt),
  };
}

const NOTHING: readonly never[] = Object.freeze([]);

/** Field by field: to copy what is left of a record costs as much as the run around it. */
function toAttempt({ number, startedAt, finishedAt, outcome, error, owner }: AttemptRecord): RunAttempt {
  return {
    number,
    startedAt: new Date(startedAt),
    finishedAt: finishedAt === null ? null : new Date(finishedAt),
    outcome,
    error,
    owner,
  };
}

/** Whether a run in this state has yet to end. */
export function isOpen(state: RunState): state is 'queued' | 'running' {
  return state === 'queued' || state === 'running';
}
