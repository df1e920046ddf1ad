// The schedulers that work with the same job stores: what `getProcesses()` answers.
import type { ProcessRecord } from '../stores/store.ts';
import type { Engine } from './engine/engine.ts';
import type { Lane } from './engine/lane.ts';
import { CHECK_IN_EVERY_MS } from './engine/presence.ts';

/** A scheduler that was not seen for so long is taken to be gone, in milliseconds: it has missed three times. */
const GONE_AFTER_MS = 3 * CHECK_IN_EVERY_MS;

/** A scheduler seen on a job store. One that works with several stores is there once for each. */
export interface SchedulerProcess {
  /** Id of that start of the scheduler: what runs name as their owner. */
  readonly schedulerId: string;
  /** Alias, in the scheduler that was asked, of the job store it was seen on. */
  readonly jobStore: string;
  readonly host: string;
  readonly pid: number;
  /** The version of `@sched/core` that it runs. */
  readonly version: string;
  /** When it started, by the store's clock. */
  readonly startedAt: Date;
  /** When it checked in last, by the store's clock. It does so every 10 seconds. */
  readonly seenAt: Date;
  /** How long ago that is, in milliseconds. */
  readonly seenAgoMs: number;
  /** How far the store's clock is ahead of its own, in milliseconds; null before it was measured. */
  readonly clockSkewMs: number | null;
  /** False once it was not seen for 30 seconds: it died, is cut off, or stands still. After an hour it is forgotten. */
  readonly isAlive: boolean;
  /** Whether it is the scheduler that was asked. */
  readonly isHere: boolean;
}

/** The processes on all stores of an engine. @throws SchedError `store-failure` */
export async function processesOn(engine: Engine): Promise<SchedulerProcess[]> {
  const found = await Promise.all(engine.lanes.map((lane) => processesOf(lane, engine.id)));
  return found.flat();
}

async function processesOf({ link, presence }: Lane, here: string): Promise<SchedulerProcess[]> {
  // Who asks is there, whenever it was seen last.
  await presence.checkIn();
  const { now, processes } = await link.store.getProcesses();
  return processes.map((record) => toProcess(record, link.alias, now, here));
}

function toProcess(record: ProcessRecord, jobStore: string, now: number, here: string): SchedulerProcess {
  const { schedulerId, host, pid, version, clockSkewMs } = record;
  // The clock of the store may have been set back.
  const seenAgoMs = Math.max(0, now - record.seenAt);
  return Object.freeze({
    ...{ schedulerId, jobStore, host, pid, version },
    startedAt: new Date(record.startedAt),
    seenAt: new Date(record.seenAt),
    ...{ seenAgoMs, clockSkewMs },
    isAlive: seenAgoMs < GONE_AFTER_MS,
    isHere: schedulerId === here,
  });
}
