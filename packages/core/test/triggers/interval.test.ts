// Interval triggers: the grid, its anchor, its bounds.
import { describe, expect, it } from 'vitest';
import { IntervalTrigger, type IntervalTriggerOptions } from '../../src/triggers/interval.ts';
import { sameTrigger, triggerFromJson } from '../../src/triggers/json.ts';
import { fires } from './fires.ts';

const startDate = '2026-01-01T00:00:00Z';
const start = Date.parse(startDate);

describe('IntervalTrigger', () => {
  it('adds the units up', () => {
    const trigger = new IntervalTrigger({
      weeks: 1,
      days: 1,
      hours: 1,
      minutes: 1,
      seconds: 1,
      milliseconds: 1,
      startDate,
    });
    expect(trigger.next(start)).toBe(start + 694_861_001);
    expect(String(trigger)).toBe('interval[8 days, 1:01:01.001]');
    expect(String(new IntervalTrigger({ seconds: 5 }))).toBe('interval[0:00:05]');
  });

  it('counts from its start, whenever it is asked', () => {
    const trigger = new IntervalTrigger({ seconds: 7, startDate });
    expect(trigger.next(start - 100_000)).toBe(start);
    expect(trigger.next(start)).toBe(start + 7000);
    expect(trigger.next(start + 6999)).toBe(start + 7000);
    expect(trigger.next(start + 7_000_000_001)).toBe(start + 7_000_007_000);
    expect(trigger.previous(start - 1)).toBeNull();
    expect(trigger.previous(start + 13_999)).toBe(start + 7000);
  });

  it('is absolute time: clocks that change do not move it', () => {
    const trigger = new IntervalTrigger({ days: 1, startDate: '2026-03-07 12:00', timezone: 'America/New_York' });
    expect(fires(trigger, '2026-03-07T00:00:00Z', 2)).toEqual(['2026-03-07T17:00:00Z', '2026-03-08T17:00:00Z']);
  });

  it('fires at its end and not after it', () => {
    const trigger = new IntervalTrigger({ seconds: 5, startDate, endDate: '2026-01-01T00:00:10Z' });
    expect(trigger.next(start + 9999)).toBe(start + 10_000);
    expect(trigger.next(start + 10_000)).toBeNull();
    expect(trigger.previous(start + 99_000)).toBe(start + 10_000);
    expect(trigger.count(0, start + 99_000)).toBe(3);
  });

  it('without a start fires one interval after it is added, and keeps that when it is stored', () => {
    const added = new IntervalTrigger({ minutes: 10 }).resolve({ timezone: 'UTC', now: start + 5 });
    expect(added.next(start + 5)).toBe(start + 600_005);
    expect(added.toJSON()).toEqual({ kind: 'interval', options: { minutes: 10 }, anchor: start + 600_005 });
    const stored = triggerFromJson(added.toJSON());
    expect(stored.next(start + 600_005)).toBe(start + 1_200_005);
    expect(stored.resolve({ timezone: 'UTC', now: start + 77 })).toBe(stored);
    const again = new IntervalTrigger({ minutes: 10 }).resolve({ timezone: 'UTC', now: start + 999 });
    expect(sameTrigger(added.toJSON(), again.toJSON())).toBe(true);
    expect(sameTrigger(added.toJSON(), new IntervalTrigger({ minutes: 11 }).toJSON())).toBe(false);
  });

  it('reads bounds without an offset in the zone of the scheduler it is added to', () => {
    const added = new IntervalTrigger({ hours: 1, startDate: '2026-01-01 09:00' }).resolve({
      timezone: 'Asia/Tokyo',
      now: 0,
    });
    expect(added.toJSON().options).toEqual({ hours: 1, startDate: '2026-01-01T00:00:00.000Z', timezone: 'Asia/Tokyo' });
  });

  it.each([
    [{}, 'interval'],
    [{ seconds: 0 }, 'interval'],
    [{ seconds: -5 }, 'interval'],
    [{ milliseconds: 0.4 }, 'interval'],
    [{ weeks: 1e12 }, 'interval'],
    [{ seconds: Number.NaN }, 'seconds'],
    [{ seconds: Infinity }, 'seconds'],
    [{ seconds: '5' }, 'seconds'],
    [{ second: 5 }, 'second'],
    [{ seconds: 5, startDate, endDate: '2025-01-01T00:00:00Z' }, 'endDate'],
  ])('refuses %j', (options, field) => {
    expect(() => new IntervalTrigger(options as IntervalTriggerOptions)).toThrow(expect.objectContaining({ field }));
  });
});
