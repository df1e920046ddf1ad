// What the program prints: one line for each thing that happens, and which process it happened in.
import type { Run, Scheduler } from '@sched/core';

/** Prints one line: the time, the process, what it is about, and the text. */
export function say(about: string, text: string): void {
  const replica = process.env.REPLICA === undefined ? '' : `replica ${process.env.REPLICA}  `;
  console.log(`${new Date().toISOString().slice(11, 23)}  ${replica}${about.padEnd(9)} ${text}`);
}

/** Prints what becomes of runs, and what goes wrong. */
export function showEvents(scheduler: Scheduler): void {
  scheduler.on('run:started', ({ run }) => say('run', fireOf(run)));
  scheduler.on('run:log', ({ jobId, message }) => say('up', `${jobId}: ${message}`));
  scheduler.on('run:failed', ({ run, error }) => say('down', `${fireOf(run)}: ${error.message}`));
  scheduler.on('run:timed-out', ({ run }) => say('down', `${fireOf(run)}: no answer in time`));
  scheduler.on('run:lost', ({ run }) => say('lost', `${fireOf(run)}: the process that ran it died`));
  scheduler.on('run:skipped', ({ run }) => say('skipped', `${fireOf(run)}: the one before it is still open`));
  scheduler.on('scheduler:error', ({ error, during }) => say('error', `in ${during}: ${error.message}`));
  scheduler.on('job-store:degraded', ({ error }) => say('degraded', `job store: ${error.message}`));
  scheduler.on('job-store:recovered', ({ downMs }) => say('recovered', `job store, after ${Math.round(downMs)} ms`));
}

function fireOf({ jobId, fireTime }: Run): string {
  return `${jobId} for ${fireTime.toISOString()}`;
}
