// What a process does, line by line, in a file of its own that survives it.
import { openSync, writeSync } from 'node:fs';
import type { RunOutcome, RunState } from '@sched/core';

/** The store gave this process a run to execute. */
export interface Claimed {
  readonly what: 'claimed';
  readonly run: string;
  readonly job: string;
  readonly token: number;
  readonly attempt: number;
  /** When it was available, and when it was claimed, by the store's clock. */
  readonly availableAt: number;
  readonly claimedAt: number;
  /** When the answer was here, by the machine's monotonic clock. */
  readonly answered: number;
}

/** A body begins, or ends with the outcome it will report. */
export interface Body {
  readonly what: 'begins' | 'ends';
  readonly run: string;
  readonly job: string;
  readonly token: number;
  readonly attempt: number;
  /** The idempotency key the body was given. */
  readonly key: string;
  readonly pid: number;
  readonly wall: number;
  readonly mono: number;
}

/** The store was told how an attempt ended. */
export interface Finish {
  readonly what: 'finish';
  readonly run: string;
  readonly token: number;
  readonly outcome: RunOutcome;
  /** The run's state after it; null = rejected, the claim did not hold any more; `unknown` = there was no answer. */
  readonly state: RunState | null | 'unknown';
  readonly sent: number;
}

/** A commit was refused: somebody else had changed the job. */
export interface Conflict {
  readonly what: 'conflict';
  readonly job: string;
}

/** The process stops itself here. */
export interface Stalled {
  readonly what: 'stalled';
  readonly pid: number;
}

/** The scheduler of the process has started. */
export interface Started {
  readonly what: 'started';
  readonly pid: number;
}

/** One line of a journal. */
export type Entry = Started | Claimed | Body | Finish | Conflict | Stalled;

/** Notes what happens; every line is with the operating system before the call returns. */
export type Journal = (entry: Entry) => void;

/** Opens a journal to append to. */
export function openJournal(path: string): Journal {
  const file = openSync(path, 'a');
  return (entry) => {
    writeSync(file, `${JSON.stringify(entry)}\n`);
  };
}

/** The machine's monotonic clock, in milliseconds: all processes read the same one. */
export function monotonic(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000;
}
