// The task of all jobs: says that it begins, takes its time, says that it ends.
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { currentRun, defineTask, type RunInfo, type Task } from '@sched/core';
import { type Journal, monotonic } from './journal.ts';

/** What a body does. */
export interface Work {
  /** How long it takes at most, in milliseconds; at least half of it. */
  readonly ms: number;
  /** One attempt in so many fails; 0 = none. */
  readonly failsOneIn: number;
  /** The first attempt takes its process with it. */
  readonly isDeadly?: boolean;
}

/** The task, noting in the journal what its bodies do. */
export function workTask(note: Journal): Task<[Work]> {
  return defineTask('work', async ({ ms, failsOneIn, isDeadly = false }: Work) => {
    const run = currentRun();
    if (run === undefined) throw new Error('there is no current run');
    noteBody(note, 'begins', run);
    if (isDeadly && run.attempt === 1) process.kill(process.pid, 'SIGKILL');
    const chance = chanceOf(`${run.runId} ${run.attempt}`);
    await sleep((ms * (1 + chance)) / 2);
    noteBody(note, 'ends', run);
    if (failsOneIn > 0 && chance * failsOneIn < 1) throw new Error('fails as planned');
  });
}

function noteBody(note: Journal, what: 'begins' | 'ends', run: RunInfo): void {
  const { runId, jobId: job, fencingToken: token, attempt, idempotencyKey: key } = run;
  note({ what, run: runId, job, token, attempt, key, pid: process.pid, wall: Date.now(), mono: monotonic() });
}

/** A number in [0, 1) that is always the same for the same text. */
function chanceOf(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE() / 2 ** 32;
}
