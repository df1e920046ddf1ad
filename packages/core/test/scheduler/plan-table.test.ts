// What becomes of due times, by every policy that decides it; and how much work the planning takes.
import { describe, expect, test } from 'vitest';
import {
  IntervalTrigger,
  type JobRecord,
  type JobSettings,
  MemoryStore,
  nextFireTimes,
  type Trigger,
} from '../../src/index.ts';
import { planFires } from '../../src/scheduler/engine/plan.ts';
import { triggerFromJson } from '../../src/triggers/json.ts';
import { Bench, gate, SECOND } from './bench.ts';

const OVERLAPS = ['skip', 'queue', 'replace'] as const;

/** What a job of every 10 s comes to: how many of its runs ended in which way, and for how many more due times they stand. */
interface Row {
  /** Whether as many runs as may be open are open, and stay so, or none is. */
  readonly busy: boolean;
  /** How long nobody looked: one due time and in time, or four, of which the last is 7 s late. */
  readonly downSeconds: 10 | 47;
  readonly coalesce: boolean;
  readonly graceSeconds: number | null;
  /** Outcomes for each overlap policy, once all that waits has run. One for all where it makes no difference. */
  readonly ends: string | readonly [skip: string, queue: string, replace: string];
}

const row = (
  [busy, downSeconds]: readonly ['busy' | 'idle', 10 | 47],
  [merging, graceSeconds]: readonly ['coalesce' | 'each', number | null],
  ...ends: readonly [string] | readonly [string, string, string]
): Row => ({
  busy: busy === 'busy',
  downSeconds,
  coalesce: merging === 'coalesce',
  graceSeconds,
  ends: ends.length === 1 ? ends[0] : ends,
});

const TABLE: readonly Row[] = [
  // In time, and nothing in the way: it runs, whatever the policies.
  row(['idle', 10], ['coalesce', null], 'succeeded 1'),
  row(['idle', 10], ['coalesce', 5], 'succeeded 1'),
  row(['idle', 10], ['coalesce', 20], 'succeeded 1'),
  row(['idle', 10], ['each', null], 'succeeded 1'),
  row(['idle', 10], ['each', 5], 'succeeded 1'),
  row(['idle', 10], ['each', 20], 'succeeded 1'),
  // In time, and the job at its limit: the overlap policy alone decides.
  row(['busy', 10], ['coalesce', null], 'skipped 1', 'succeeded 1', 'cancelled 1, succeeded 1'),
  row(['busy', 10], ['coalesce', 5], 'skipped 1', 'succeeded 1', 'cancelled 1, succeeded 1'),
  row(['busy', 10], ['coalesce', 20], 'skipped 1', 'succeeded 1', 'cancelled 1, succeeded 1'),
  row(['busy', 10], ['each', null], 'skipped 1', 'succeeded 1', 'cancelled 1, succeeded 1'),
  row(['busy', 10], ['each', 5], 'skipped 1', 'succeeded 1', 'cancelled 1, succeeded 1'),
  row(['busy', 10], ['each', 20], 'skipped 1', 'succeeded 1', 'cancelled 1, succeeded 1'),
  // After a gap: the latest stands for all, if it is not too late itself.
  row(['idle', 47], ['coalesce', null], 'succeeded 1 +3'),
  row(['idle', 47], ['coalesce', 5], 'missed 1 +3'),
  row(['idle', 47], ['coalesce', 20], 'succeeded 1 +3'),
  // Each runs that is not too late; those that are stand together.
  row(['idle', 47], ['each', null], 'succeeded 4'),
  row(['idle', 47], ['each', 5], 'missed 1 +3'),
  row(['idle', 47], ['each', 20], 'missed 1 +1, succeeded 2'),
  // What is made good waits for its turn where others would be skipped; to replace is for what is current.
  row(['busy', 47], ['coalesce', null], 'succeeded 1 +3', 'succeeded 1 +3', 'cancelled 1, succeeded 1 +3'),
  row(['busy', 47], ['coalesce', 5], 'missed 1 +3'),
  row(['busy', 47], ['coalesce', 20], 'succeeded 1 +3', 'succeeded 1 +3', 'cancelled 1, succeeded 1 +3'),
  row(['busy', 47], ['each', null], 'succeeded 4'),
  row(['busy', 47], ['each', 5], 'missed 1 +3'),
  row(['busy', 47], ['each', 20], 'missed 1 +1, succeeded 2'),
];

const cases = TABLE.flatMap((each) =>
  OVERLAPS.flatMap((overlap, n) =>
    [1, 2].map((maxInstances) => ({
      ...each,
      overlap,
      maxInstances,
      ends: typeof each.ends === 'string' ? each.ends : each.ends[n],
    })),
  ),
);

test.each(cases)(
  'busy $busy, down $downSeconds s, coalesce $coalesce, grace $graceSeconds, $overlap at $maxInstances: $ends',
  async ({ busy, downSeconds, coalesce, graceSeconds, overlap, maxInstances, ends }) => {
    const store = new MemoryStore();
    const { scheduler, clock, settle } = new Bench({ jobStores: { default: store } });
    const from = clock.now();
    const inTheWay = gate();
    let isOpen = busy;
    await scheduler.start();
    const policies: JobSettings = { coalesce, misfireGraceTime: graceSeconds, overlap, maxInstances };
    const task = () => (isOpen ? inTheWay.opened : undefined);
    const job = await scheduler.addJob(task, 'interval', { seconds: 10, id: 'a', ...policies });
    for (let n = 0; busy && n < maxInstances; n++) await scheduler.runJob('a');
    await settle();
    await scheduler.pause();
    clock.jump(downSeconds * SECOND);
    isOpen = false;
    await scheduler.resume();
    await settle();
    inTheWay.open();
    await settle();
    const runs = await scheduler.getRuns({ jobId: 'a' });
    const isManual = ({ reason }: { reason: string }) => reason === 'manual';
    // Runs that were in the way count only where they were made to go.
    const counted = runs.filter((run) => !isManual(run) || run.state !== 'succeeded');
    const due = nextFireTimes(job.trigger, { from, until: clock.now(), count: 10 });
    expect(summary(counted)).toBe(ends);
    const planned = runs.filter((run) => !isManual(run));
    expect(planned.reduce((sum, run) => sum + 1 + run.coalesced, 0)).toBe(due.length);
    await scheduler.shutdown();
  },
);

/** `cancelled 1, succeeded 2 +3`: outcomes, and how many due times beyond their own they stand for. */
function summary(runs: readonly { readonly state: string; readonly coalesced: number }[]): string {
  const states = [...new Set(runs.map(({ state }) => state))].sort();
  return states
    .map((state) => {
      const those = runs.filter((run) => run.state === state);
      const coalesced = those.reduce((sum, run) => sum + run.coalesced, 0);
      return `${state} ${those.length}${coalesced === 0 ? '' : ` +${coalesced}`}`;
    })
    .join(', ');
}

describe('the planning after a year in which nobody looked', () => {
  const NOW = Date.UTC(2026, 0, 1);
  const YEAR_MS = 365 * 86_400_000;

  /** A trigger that counts how often it is asked. */
  function counted(trigger: Trigger) {
    const asked = { times: 0 };
    const count =
      <Args extends readonly unknown[], Answer>(method: (...args: Args) => Answer) =>
      (...args: Args) => {
        asked.times++;
        return method(...args);
      };
    const counting = {
      kind: trigger.kind,
      next: count((after: number) => trigger.next(after)),
      previous: count((before: number) => trigger.previous(before)),
      count: count((after: number, upTo: number) => trigger.count(after, upTo)),
    } as Trigger;
    return { asked, trigger: counting };
  }

  async function jobOf(trigger: Trigger, coalesce: boolean, misfireGraceTime: number | null = null) {
    const store = new MemoryStore();
    const { scheduler } = new Bench({ jobStores: { default: store } }, new Date(NOW - YEAR_MS).toISOString());
    await scheduler.start({ paused: true });
    await scheduler.addJob(() => {}, trigger, { id: 'a', coalesce, misfireGraceTime });
    const job = (await store.getJob('a')) as JobRecord;
    await scheduler.shutdown();
    return job;
  }

  const dueTimes = ({ nextFireAt }: JobRecord) => (NOW - (nextFireAt ?? Number.NaN)) / 1000 + 1;

  const EVERY_SECOND: readonly [string, Trigger][] = [
    ['an interval', new IntervalTrigger({ seconds: 1 })],
    ['a pattern', triggerFromJson({ kind: 'cron', options: { second: '*' } })],
  ];

  test.each(EVERY_SECOND)('asks %s of every second a few times with coalesce', async (_, every) => {
    const job = await jobOf(every, true);
    const { asked, trigger } = counted(triggerFromJson(job.trigger));
    const commit = planFires(job, () => trigger, NOW);
    expect(commit?.fires.map(({ coalesced }) => coalesced)).toEqual([dueTimes(job) - 1]);
    expect(commit?.nextFireAt).toBe(NOW + 1000);
    expect(asked.times).toBeLessThanOrEqual(3);
  });

  test.each(EVERY_SECOND)('and without, %s of every second in bounded steps', async (_, every) => {
    let job = await jobOf(every, false);
    const due = dueTimes(job);
    let accounted = 0;
    const steps: number[] = [];
    while ((job.nextFireAt ?? Number.POSITIVE_INFINITY) <= NOW) {
      const { asked, trigger } = counted(triggerFromJson(job.trigger));
      const commit = planFires(job, () => trigger, NOW);
      expect(commit?.fires.length).toBeLessThanOrEqual(100);
      accounted += commit?.fires.reduce((sum, fire) => sum + 1 + fire.coalesced, 0) ?? 0;
      steps.push(asked.times);
      job = { ...job, nextFireAt: commit?.nextFireAt ?? null };
    }
    expect(accounted).toBe(due);
    // A thousand are made good: the first commit looks back as far, the others go on from there.
    expect(steps).toHaveLength(10);
    expect(steps[0]).toBeLessThan(1200);
    expect(Math.max(...steps.slice(1))).toBeLessThanOrEqual(101);
  });

  test('counts what is past its grace time in one step', async () => {
    const job = await jobOf(new IntervalTrigger({ seconds: 1 }), false, 30);
    const { asked, trigger } = counted(triggerFromJson(job.trigger));
    const commit = planFires(job, () => trigger, NOW);
    expect(commit?.fires).toHaveLength(32);
    expect(commit?.fires[0]).toMatchObject({ missed: true, coalesced: YEAR_MS / 1000 - 32 });
    expect(asked.times).toBeLessThan(50);
  });
});
