// A run as people see it: dates instead of milliseconds, and how late it was.
import type { RunOutcome, RunReason, RunRecord, RunState } from './records.ts';

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
  /** Message and stack of the last attempt's error; null if there was none. */
  readonly error: string | null;
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
  };
}

/** Whether a run in this state has yet to end. */
export function isOpen(state: RunState): state is 'queued' | 'running' {
  return state === 'queued' || state === 'running';
}
