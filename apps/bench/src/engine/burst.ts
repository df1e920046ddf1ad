// A burst as one process sees it: jobs due at one instant, each noting down when it really starts.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Burst, Contender } from './contenders.ts';

/** Recurring jobs are due on whole multiples of this, in milliseconds: far enough apart for the slowest to come to its end. */
const EVERY_MS = 10_000;
/** How often recurring jobs are due while they are watched. */
const ROUNDS = 2;
/** Who has not started its jobs so long after they were due is measured by those it has, in milliseconds. */
const PATIENCE_MS = 20_000;
/** The processor is watched from so long before the jobs are due, in milliseconds. */
const AHEAD_MS = 100;

/** What is measured: jobs that are due once, or jobs that are due again and again in the same second. */
export type Scenario = 'once' | 'recurring';

/** What was measured in one process. */
export interface Figures {
  readonly due: number;
  readonly started: number;
  /** From the instant the jobs were due to the last start; the longest of several rounds. */
  readonly lastStartMs: number;
  readonly lateP50Ms: number;
  readonly lateP99Ms: number;
  /** Microseconds of processor for each job, those of the garbage collector included. */
  readonly cpuUs: number;
  /** The longest time in which nothing else had its turn. */
  readonly longestBlockMs: number;
}

/** Measures one contender in this process; null when it could not even add its jobs in the time given. */
export async function measureBurst(
  contender: Contender,
  scenario: Scenario,
  count: number,
  leadMs: number,
): Promise<Figures | null> {
  const due = scenario === 'once' ? count : count * ROUNDS;
  const lates = new Float64Array(due);
  let started = 0;
  const grid = scenario === 'once' ? 1000 : EVERY_MS;
  const at = Math.ceil((Date.now() + leadMs) / grid) * grid;
  const burst: Burst = {
    at,
    count,
    everyMs: EVERY_MS,
    // An async function that does next to nothing: what is left is the scheduler.
    started: async (dueAt) => {
      const now = performance.timeOrigin + performance.now();
      lates[started++] = now - (dueAt ?? at + Math.floor((now - at) / EVERY_MS) * EVERY_MS);
    },
  };
  const add = scenario === 'once' ? contender.once : contender.recurring;
  const stop = await add?.(burst);
  if (Date.now() > at - AHEAD_MS) return null;
  await sleep(at - AHEAD_MS - Date.now());
  const blocks = monitorEventLoopDelay({ resolution: 1 });
  blocks.enable();
  const before = process.cpuUsage();
  const until = at + (scenario === 'once' ? 0 : (ROUNDS - 1) * EVERY_MS) + PATIENCE_MS;
  while (started < due && Date.now() < until) await sleep(20);
  // What is written down after the last start belongs to the work as well.
  await sleep(200);
  const { user, system } = process.cpuUsage(before);
  blocks.disable();
  await stop?.();
  const late = lates.subarray(0, started).sort();
  const share = (part: number) => late[Math.min(started - 1, Math.floor(started * part))] ?? Number.NaN;
  return {
    due,
    started,
    lastStartMs: share(1),
    lateP50Ms: share(0.5),
    lateP99Ms: share(0.99),
    cpuUs: (user + system) / started,
    longestBlockMs: blocks.max / 1e6,
  };
}
