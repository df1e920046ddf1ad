// How the runs of a window ended: one walk over the newest of them, beside the requests.
import type { Clock, Run, Scheduler } from '@sched/core';

/** Runs that are looked at; with more of them in the window, the figures are those of the newest. */
const MAX_RUNS = 20_000;
const PAGE = 500;

/** What the walk has found so far. */
export interface Tally {
  readonly from: number;
  readonly until: number;
  readonly bucketMs: number;
  /** Runs by state, for each bucket. */
  readonly buckets: readonly Map<Run['state'], number>[];
  readonly lateMs: number[];
  readonly durationMs: number[];
  readonly failing: Map<string, { readonly newest: Run; count: number }>;
  isComplete: boolean;
}

const BAD: readonly Run['state'][] = ['failed', 'timed-out', 'lost', 'missed'];

export function emptyTally(now: number, hours: number, buckets: number): Tally {
  const until = now;
  const from = now - hours * 3_600_000;
  return {
    ...{ from, until, bucketMs: Math.ceil((until - from) / buckets) },
    buckets: Array.from({ length: buckets }, () => new Map()),
    ...{ lateMs: [], durationMs: [], failing: new Map(), isComplete: false },
  };
}

/** Counts the runs of the window into the tally, newest first. */
export async function takeTally(scheduler: Scheduler, clock: Clock, tally: Tally): Promise<void> {
  let cursor: string | null = null;
  let looked = 0;
  do {
    const page: Awaited<ReturnType<Scheduler['getRuns']>> = await scheduler.getRuns({
      ...{ from: tally.from, until: tally.until, limit: PAGE, cursor },
    });
    for (const run of page) addRun(tally, run);
    looked += page.length;
    cursor = page.cursor;
    await clock.turn();
  } while (cursor !== null && looked < MAX_RUNS);
  tally.isComplete = cursor === null;
}

function addRun(tally: Tally, run: Run): void {
  const index = Math.floor((run.fireTime.getTime() - tally.from) / tally.bucketMs);
  const bucket = tally.buckets[Math.min(index, tally.buckets.length - 1)];
  bucket?.set(run.state, (bucket.get(run.state) ?? 0) + 1);
  if (run.lateMs !== null) tally.lateMs.push(run.lateMs);
  if (run.startedAt !== null && run.finishedAt !== null)
    tally.durationMs.push(run.finishedAt.getTime() - run.startedAt.getTime());
  if (!BAD.includes(run.state)) return;
  const key = JSON.stringify([run.jobStore, run.jobId]);
  const failing = tally.failing.get(key);
  if (failing === undefined) tally.failing.set(key, { newest: run, count: 1 });
  else failing.count++;
}

/** Median, 95th percentile and highest of some figures. */
export function spreadOf(values: readonly number[]) {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? null;
  return { runs: sorted.length, medianMs: at(0.5), p95Ms: at(0.95), maxMs: at(1) };
}
