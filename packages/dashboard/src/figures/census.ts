// One walk over all jobs, beside the requests: how many there are of each state, and when in the coming week they fire.
import type { Clock, Job, Scheduler, Trigger } from '@sched/core';

/** Width of a slot: fine enough for every zone, whose offsets are multiples of it. */
export const SLOT_MS = 900_000;
const WEEK_MS = 7 * 86_400_000;
export const SLOTS = WEEK_MS / SLOT_MS;

/** Jobs that are looked at; what lies behind them is not counted. */
const MAX_JOBS = 200_000;
const PAGE = 1000;
/** How long the walk holds the event loop before others have their turn. */
const SLICE_MS = 4;

/** What the walk has found so far. */
export interface Census {
  readonly at: number;
  /** Begin of the first slot. */
  readonly from: number;
  readonly states: Map<Job['state'], number>;
  /** Expected fires in each slot from `from` on. */
  readonly fires: Float64Array;
  jobs: number;
  isComplete: boolean;
}

export function emptyCensus(now: number): Census {
  return {
    at: now,
    from: Math.floor(now / SLOT_MS) * SLOT_MS,
    states: new Map(),
    fires: new Float64Array(SLOTS),
    jobs: 0,
    isComplete: false,
  };
}

/** Counts all jobs into the census. */
export async function takeCensus(scheduler: Scheduler, clock: Clock, census: Census): Promise<void> {
  let sliceAt = clock.monotonic();
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<Scheduler['getJobs']>> = await scheduler.getJobs({ limit: PAGE, cursor });
    for (const job of page) {
      census.jobs++;
      census.states.set(job.state, (census.states.get(job.state) ?? 0) + 1);
      addFires(census, job);
      if (clock.monotonic() - sliceAt < SLICE_MS) continue;
      await clock.turn();
      sliceAt = clock.monotonic();
    }
    cursor = page.cursor;
  } while (cursor !== null && census.jobs < MAX_JOBS);
  census.isComplete = cursor === null;
}

function addFires(census: Census, job: Job): void {
  const next = job.nextRunTime?.getTime();
  const until = census.from + WEEK_MS;
  if (next === undefined || next >= until) return;
  try {
    addSlots(census, job.trigger, Math.max(next, census.from));
  } catch {
    // A trigger that fails is set aside when it is due, and counts as nothing.
  }
}

/** Whatever is cheaper: to visit each fire, or to count those of each slot. */
function addSlots({ from, fires }: Census, trigger: Trigger, next: number): void {
  const until = from + WEEK_MS;
  if (trigger.count(next - 1, until - 1) > SLOTS) {
    for (let slot = Math.floor((next - from) / SLOT_MS); slot < SLOTS; slot++) {
      const begin = Math.max(next, from + slot * SLOT_MS);
      fires[slot] = (fires[slot] ?? 0) + trigger.count(begin - 1, from + (slot + 1) * SLOT_MS - 1);
    }
    return;
  }
  for (let at: number | null = next; at !== null && at < until; at = trigger.next(at)) {
    const slot = Math.floor((at - from) / SLOT_MS);
    fires[slot] = (fires[slot] ?? 0) + 1;
  }
}
