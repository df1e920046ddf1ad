// What is recorded for a job that comes due late: each due time once, as a run or in the count of one.
import { describe, expect, test } from 'vitest';
import {
  IntervalTrigger,
  type JobSettings,
  MemoryStore,
  nextFireTimes,
  type RunRecord,
  registerTrigger,
  type Trigger,
} from '../../src/index.ts';
import { Bench, HOUR, MINUTE, SECOND, short } from './bench.ts';

/** All runs of a store, oldest fire time first. */
async function allRuns(store: MemoryStore): Promise<RunRecord[]> {
  const found: RunRecord[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<MemoryStore['getRuns']>> = await store.getRuns({}, { cursor });
    found.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== null);
  return found.reverse();
}

describe.each([true, false])('with coalesce: %s', (coalesce) => {
  describe.each([null, 0, 15, 3600])('and a grace time of %s s', (misfireGraceTime) => {
    describe.each(['skip', 'queue', 'replace'] as const)('and overlap: %s', (overlap) => {
      test.each([
        [1, 0],
        [1, 35],
        [3, 35],
        [2, 3 * 3600],
      ])('%i at a time, %i s down: every due time is accounted for', async (maxInstances, downSeconds) => {
        const store = new MemoryStore();
        const { scheduler, clock } = new Bench({ jobStores: { default: store } });
        const settings: JobSettings = { id: 'a', coalesce, misfireGraceTime, overlap, maxInstances, keepRuns: 5000 };
        const from = clock.now();
        const executed: string[] = [];
        await scheduler.start();
        // Each run takes longer than the interval, so that runs meet.
        const task = async () => {
          executed.push(short(clock.now()));
          await new Promise<void>((resolve) => clock.setTimer(12 * SECOND, resolve));
        };
        const job = await scheduler.addJob(task, 'interval', { seconds: 10, ...settings });
        await clock.advance(20 * SECOND);
        await scheduler.pause();
        clock.jump(downSeconds * SECOND);
        await scheduler.resume();
        await clock.advance(60 * SECOND);
        await scheduler.pause();
        const last = (await scheduler.getJob('a'))?.lastRunTime?.getTime() ?? 0;
        const due = nextFireTimes(job.trigger, { from, until: last, count: 10_000 }).map((date) => date.getTime());
        const runs = await allRuns(store);
        const accounted = runs.reduce((sum, run) => sum + 1 + run.coalesced, 0);
        expect(accounted).toBe(due.length);
        expect(runs.every((run) => due.includes(run.fireAt))).toBe(true);
        expect(new Set(runs.map((run) => run.fireAt)).size).toBe(runs.length);
        if (coalesce && downSeconds > 10) expect(Math.max(...runs.map((run) => run.coalesced))).toBeGreaterThan(1);
        if (misfireGraceTime === null) expect(runs.filter((run) => run.state === 'missed')).toEqual([]);
        if (overlap !== 'skip') expect(runs.filter((run) => run.state === 'skipped')).toEqual([]);
        expect(runs.filter((run) => run.state === 'running').length).toBeLessThanOrEqual(maxInstances);
        await scheduler.shutdown({ wait: false });
      });
    });
  });
});

describe('after a gap', () => {
  /** A job of every 10 s whose scheduler was down until 35 s after its first fire time. */
  async function late(policies: JobSettings) {
    const { scheduler, clock, settle } = new Bench();
    await scheduler.start({ paused: true });
    await scheduler.addJob(() => {}, 'interval', { seconds: 10, id: 'a', ...policies });
    await clock.advance(45 * SECOND);
    await scheduler.resume();
    await settle();
    const runs = [...(await scheduler.getRuns({ jobId: 'a' }))].reverse();
    await scheduler.shutdown();
    return runs.map((run) => [run.fireTime.getUTCSeconds(), run.state, run.reason, run.coalesced]);
  }

  test('coalesce runs the latest and counts the others on it', async () => {
    expect(await late({})).toEqual([[40, 'succeeded', 'scheduled', 3]]);
  });

  test('coalesce with a grace time that is over records the latest as missed', async () => {
    expect(await late({ misfireGraceTime: 3 })).toEqual([[40, 'missed', 'scheduled', 3]]);
  });

  test('without coalesce each runs, in order', async () => {
    expect(await late({ coalesce: false })).toEqual([
      [10, 'succeeded', 'catch-up', 0],
      [20, 'succeeded', 'catch-up', 0],
      [30, 'succeeded', 'catch-up', 0],
      [40, 'succeeded', 'catch-up', 0],
    ]);
  });

  test('without coalesce, those past their grace time are counted together as missed', async () => {
    expect(await late({ coalesce: false, misfireGraceTime: 16 })).toEqual([
      [20, 'missed', 'catch-up', 1],
      [30, 'succeeded', 'catch-up', 0],
      [40, 'succeeded', 'catch-up', 0],
    ]);
  });

  test('exactly at its grace time a run is still in time', async () => {
    expect(await late({ coalesce: false, misfireGraceTime: 15 })).toEqual([
      [20, 'missed', 'catch-up', 1],
      [30, 'succeeded', 'catch-up', 0],
      [40, 'succeeded', 'catch-up', 0],
    ]);
  });

  test.each([true, false])(
    'of a year, a job of every second is caught up with in bounds (coalesce: %s)',
    async (coalesce) => {
      const store = new MemoryStore();
      const { scheduler, clock, settle } = new Bench({ jobStores: { default: store } });
      let executed = 0;
      await scheduler.start({ paused: true });
      const options = { seconds: 1, id: 'a', coalesce, keepRuns: 5000 };
      await scheduler.addJob(
        () => {
          executed++;
        },
        'interval',
        options,
      );
      const seconds = 365 * 86_400;
      clock.jump(seconds * SECOND);
      await scheduler.resume();
      for (let rounds = 0; rounds < 50; rounds++) await settle();
      await scheduler.pause();
      const runs = await allRuns(store);
      expect(runs).toHaveLength(coalesce ? 1 : 1000);
      // The last few are in their time, and so are skipped while those before them are worked off.
      const skipped = runs.filter((run) => run.state === 'skipped');
      expect(skipped.every((run) => run.reason === 'scheduled')).toBe(true);
      expect(executed + skipped.length).toBe(runs.length);
      expect(executed).toBeGreaterThanOrEqual(coalesce ? 1 : 990);
      expect(runs.reduce((sum, run) => sum + 1 + run.coalesced, 0)).toBe(seconds);
      await scheduler.shutdown();
    },
  );
});

describe('jitter', () => {
  async function startsOf(id: string, jitter: number | null): Promise<number[]> {
    const { scheduler, clock } = new Bench();
    const starts: number[] = [];
    await scheduler.start();
    await scheduler.addJob(
      () => {
        starts.push(clock.now());
      },
      'interval',
      { minutes: 1, id, jitter },
    );
    await clock.advance(20 * MINUTE + 59 * SECOND);
    const fireTimes = [...(await scheduler.getRuns({ jobId: id }))].reverse().map((run) => run.fireTime.getTime());
    expect(fireTimes).toEqual(Array.from({ length: 20 }, (_, index) => Date.UTC(2026, 0, 1, 0, index + 1)));
    await scheduler.shutdown();
    return starts.map((start, index) => start - (fireTimes[index] ?? 0));
  }

  test('delays each start by its share, the same on every process, and never moves the grid', async () => {
    const [delays, again, others] = [await startsOf('a', 50), await startsOf('a', 50), await startsOf('b', 50)];
    expect(again).toEqual(delays);
    expect(others).not.toEqual(delays);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...delays)).toBeLessThanOrEqual(50 * SECOND);
    expect(new Set(delays).size).toBeGreaterThan(15);
    expect(new Set(await startsOf('a', null))).toEqual(new Set([0]));
  });

  test('the grace time begins after it: a delayed run is not late', async () => {
    const { scheduler, clock, states } = new Bench();
    await scheduler.start();
    await scheduler.addJob(() => {}, 'interval', { minutes: 1, id: 'a', jitter: 50, misfireGraceTime: 1 });
    await clock.advance(10 * MINUTE + 59 * SECOND);
    expect(await states('a')).toEqual(Array.from({ length: 10 }, () => 'succeeded'));
    await scheduler.shutdown();
  });
});

describe('a trigger that fails', () => {
  const FIRST = Date.UTC(2026, 0, 1, 0, 0, 10);

  /** Every 10 s, until something about it breaks. */
  function breaking(kind: string, broken: Partial<Trigger>): Trigger {
    const grid = new IntervalTrigger({ seconds: 10, startDate: '2026-01-01T00:00:00Z' });
    const trigger: Trigger = {
      kind,
      next: (after) => grid.next(after),
      previous: (before) => grid.previous(before),
      count: (after, upTo) => grid.count(after, upTo),
      resolve: () => trigger,
      toJSON: () => ({ kind, options: {} }),
      toString: () => kind,
      ...broken,
    };
    registerTrigger(kind, () => trigger);
    return trigger;
  }

  test.each<[string, Partial<Trigger>, RegExp]>([
    [
      'throws',
      {
        previous: () => {
          throw new Error('out of order');
        },
      },
      /out of order/,
    ],
    [
      'throws no error',
      {
        previous: () => {
          throw 'out of order';
        },
      },
      /out of order/,
    ],
    ['does not move on', { next: () => FIRST }, /answered .* as the fire time after/],
    ['answers no time', { next: (after) => (Number(after) < FIRST ? FIRST : Number.NaN) }, /answered NaN/],
  ])('sets only its job aside: one that %s', async (what, broken, note) => {
    const { scheduler, clock, told, states } = new Bench();
    await scheduler.start();
    await scheduler.addJob(() => {}, breaking(`breaks-${what.replaceAll(' ', '-')}`, broken), { id: 'bad' });
    await scheduler.addJob(() => {}, 'interval', { seconds: 10, id: 'good' });
    await clock.advance(30 * SECOND);
    const bad = await scheduler.getJob('bad');
    expect(bad).toMatchObject({ state: 'broken', note: expect.stringMatching(note), nextRunTime: null });
    expect(told('job:error')).toEqual(['job:error']);
    expect(await states('good')).toEqual(['succeeded', 'succeeded', 'succeeded']);
    expect(scheduler.health().status).toBe('ok');
    // What was set aside can be put right.
    await scheduler.rescheduleJob('bad', 'interval', { seconds: 10 });
    await clock.advance(10 * SECOND);
    expect(await states('bad')).toEqual(['succeeded']);
    expect((await scheduler.getJob('bad'))?.note).toBeNull();
    await scheduler.shutdown();
  });
});

describe('when the wall clock jumps', () => {
  test('forward: like downtime, told once', async () => {
    const { scheduler, clock, told, events } = new Bench();
    await scheduler.start();
    await scheduler.addJob(() => {}, 'interval', { minutes: 10, id: 'a' });
    await clock.advance(MINUTE);
    clock.jump(HOUR);
    await clock.advance(30 * SECOND);
    expect([...(await scheduler.getRuns())]).toMatchObject([{ coalesced: 5, reason: 'catch-up', state: 'succeeded' }]);
    expect(told('clock:')).toEqual(['clock:jumped']);
    expect(events.find((event) => event.type === 'clock:jumped')).toMatchObject({ byMs: HOUR });
    await scheduler.shutdown();
  });

  test('backward: nothing fires twice, and the grid goes on', async () => {
    const { scheduler, clock, told } = new Bench();
    await scheduler.start();
    await scheduler.addJob(() => {}, 'interval', { minutes: 10, id: 'a' });
    await clock.advance(20 * MINUTE);
    clock.jump(-15 * MINUTE);
    await clock.advance(40 * MINUTE);
    const fireTimes = (await scheduler.getRuns()).map((run) => short(run.fireTime)).reverse();
    expect(fireTimes).toEqual([
      ...['2026-01-01T00:10:00Z', '2026-01-01T00:20:00Z', '2026-01-01T00:30:00Z', '2026-01-01T00:40:00Z'],
    ]);
    expect(told('clock:')).toEqual(['clock:jumped']);
    await scheduler.shutdown();
  });

  test('by less than two seconds it is nobody’s business', async () => {
    const { scheduler, clock, told } = new Bench();
    await scheduler.start();
    clock.jump(1900);
    await clock.advance(MINUTE);
    expect(told('clock:')).toEqual([]);
    await scheduler.shutdown();
  });
});
