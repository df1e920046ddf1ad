// Fire times as a list, as many as there is time for.
import { describe, expect, it } from 'vitest';
import { nextFireTimes } from '../../src/index.ts';
import { createTrigger } from '../../src/triggers/create.ts';

const from = '2026-01-01T00:00:00Z';
const hourly = createTrigger('cron', { minute: 0 });

/** A clock by which every look at it takes so many milliseconds. */
function clockOf(stepMs: number) {
  let looks = 0;
  return { monotonic: () => 1000 + stepMs * looks++ };
}

describe('nextFireTimes', () => {
  it('lists as many as asked for, up to the last instant that may be among them', () => {
    const times = nextFireTimes(hourly, { from, count: 3 });
    expect(times.map(Number)).toEqual([1, 2, 3].map((hour) => Date.parse(from) + hour * 3_600_000));
    expect(nextFireTimes(hourly, { from })).toHaveLength(10);
    expect(nextFireTimes(hourly, { from, until: '2026-01-01T02:00:00Z' })).toHaveLength(2);
  });

  it('stops when its time is over, and says so', () => {
    const times = nextFireTimes(hourly, { from, count: 100, budgetMs: 5, clock: clockOf(1) });
    expect(times.map(Number)).toEqual([1, 2, 3, 4].map((hour) => Date.parse(from) + hour * 3_600_000));
    expect(times.isComplete).toBe(false);
    expect(nextFireTimes(hourly, { from, budgetMs: 0, clock: clockOf(1) })).toEqual([]);
  });

  it('is complete if it has all that were asked for, or all there are', () => {
    const once = createTrigger('date', { runDate: '2026-01-02T00:00:00Z' });
    expect(nextFireTimes(hourly, { from }).isComplete).toBe(true);
    expect(nextFireTimes(hourly, { from, count: 4, budgetMs: 5, clock: clockOf(1) }).isComplete).toBe(true);
    expect(nextFireTimes(once, { from, budgetMs: 50, clock: clockOf(1) })).toMatchObject({
      length: 1,
      isComplete: true,
    });
    expect(nextFireTimes(hourly, { from, until: from, budgetMs: 5, clock: clockOf(1) }).isComplete).toBe(true);
    expect(nextFireTimes(hourly, { from, count: 0, budgetMs: 0 }).isComplete).toBe(true);
  });

  it('measures by the system clock where none is given', () => {
    expect(nextFireTimes(hourly, { from, count: 10_000_000, budgetMs: 1 }).isComplete).toBe(false);
    expect(nextFireTimes(hourly, { from, count: 3, budgetMs: 60_000 })).toHaveLength(3);
  });

  it('is a list of dates like any other', () => {
    const times = nextFireTimes(hourly, { from, count: 2 });
    expect(times).toEqual([...times]);
    expect(JSON.stringify(times)).toBe('["2026-01-01T01:00:00.000Z","2026-01-01T02:00:00.000Z"]');
  });

  it.each([
    ['budgetMs', { budgetMs: -1 }],
    ['budgetMs', { budgetMs: Number.NaN }],
    ['budgetMs', { budgetMs: '5' }],
    ['count', { count: 1.5 }],
    ['until', { until: 'soon' }],
    ['budget', { budget: 5 }],
    ['from', { from: 'soon' }],
    ['from', { from: undefined }],
  ])('refuses a wrong %s', (field, options) => {
    expect(() => nextFireTimes(hourly, { from, ...(options as object) })).toThrow(
      expect.objectContaining({ code: 'invalid-option', field }),
    );
  });

  it.each([
    ['trigger', '0 9 * * *', { from }],
    ['trigger', null, { from }],
    ['options', hourly, undefined],
  ])('refuses what is no %s', (field, trigger, options) => {
    expect(() => nextFireTimes(trigger as never, options as never)).toThrow(
      expect.objectContaining({ code: 'invalid-option', field }),
    );
  });
});
