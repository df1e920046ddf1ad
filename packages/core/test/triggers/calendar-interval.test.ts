// Calendar interval triggers: dates counted from the start, clocks, bounds, the day of adding.
import { describe, expect, it } from 'vitest';
import { CalendarIntervalTrigger, type CalendarIntervalTriggerOptions } from '../../src/triggers/calendar-interval.ts';
import { triggerFromJson } from '../../src/triggers/json.ts';
import { fires } from './fires.ts';

const from = '2026-01-01T00:00:00Z';

describe('CalendarIntervalTrigger', () => {
  it('leaves out dates that do not exist, and short months move nothing', () => {
    const trigger = new CalendarIntervalTrigger({ months: 1, startDate: '2026-01-31' });
    expect(fires(trigger, from, 3)).toEqual(['2026-01-31T00:00:00Z', '2026-03-31T00:00:00Z', '2026-05-31T00:00:00Z']);
    const leap = new CalendarIntervalTrigger({ years: 1, startDate: '2024-02-29' });
    expect(fires(leap, from, 2)).toEqual(['2028-02-29T00:00:00Z', '2032-02-29T00:00:00Z']);
  });

  it('goes from date to date where months come with days', () => {
    const trigger = new CalendarIntervalTrigger({ months: 1, days: 10, startDate: '2026-01-05' });
    expect(fires(trigger, from, 3)).toEqual(['2026-01-05T00:00:00Z', '2026-02-15T00:00:00Z', '2026-03-25T00:00:00Z']);
  });

  it('keeps the wall-clock time across changes of offset', () => {
    const trigger = new CalendarIntervalTrigger({
      days: 1,
      hour: 2,
      minute: 30,
      startDate: '2026-03-07',
      timezone: 'America/New_York',
    });
    expect(fires(trigger, '2026-03-07T00:00:00Z', 3)).toEqual([
      '2026-03-07T07:30:00Z',
      '2026-03-08T07:30:00Z',
      '2026-03-09T06:30:00Z',
    ]);
    const skipping = new CalendarIntervalTrigger({
      days: 1,
      hour: 2,
      minute: 30,
      startDate: '2026-03-08',
      timezone: 'America/New_York',
      dst: { gap: 'skip' },
    });
    expect(fires(skipping, '2026-03-07T00:00:00Z', 1)).toEqual(['2026-03-09T06:30:00Z']);
  });

  it('keeps to its start and end, both included', () => {
    const trigger = new CalendarIntervalTrigger({ weeks: 1, hour: 8, startDate: '2026-02-02', endDate: '2026-02-16' });
    expect(fires(trigger, from, 9)).toEqual(['2026-02-02T08:00:00Z', '2026-02-09T08:00:00Z', '2026-02-16T08:00:00Z']);
    expect(trigger.previous('2026-02-02T07:59:59Z')).toBeNull();
    expect(trigger.count(0, Date.parse('2030-01-01T00:00:00Z'))).toBe(3);
  });

  it('begins on the day it is added; if its time has passed, one interval later', () => {
    const daily = new CalendarIntervalTrigger({ days: 2, hour: 9 });
    const now = Date.parse('2026-01-01T23:30:00Z');
    const added = daily.resolve({ timezone: 'Asia/Tokyo', now });
    expect(added.toJSON()).toEqual({
      kind: 'calendarinterval',
      options: { days: 2, hour: 9, timezone: 'Asia/Tokyo' },
      anchor: '2026-01-02',
    });
    expect(added.next(now)).toBe(Date.parse('2026-01-02T00:00:00Z'));
    expect(added.next(Date.parse('2026-01-02T00:00:00Z'))).toBe(Date.parse('2026-01-04T00:00:00Z'));
    const stored = triggerFromJson(added.toJSON());
    expect(stored.next(now)).toBe(added.next(now));
    expect(stored.resolve({ timezone: 'UTC', now: 0 })).toBe(stored);
  });

  it('takes an instant as its day in the zone', () => {
    const startDate = new Date('2026-05-01T22:30:00Z');
    const trigger = new CalendarIntervalTrigger({ days: 1, startDate, timezone: 'Europe/Berlin' });
    expect(trigger.toJSON().options).toMatchObject({ startDate: '2026-05-02' });
    const open = triggerFromJson(new CalendarIntervalTrigger({ days: 1, startDate }).toJSON());
    expect(open.resolve({ timezone: 'Europe/Berlin', now: 0 }).toJSON().options).toMatchObject({
      startDate: '2026-05-02',
    });
  });

  it.each([
    [{}, 'calendarinterval'],
    [{ days: 0 }, 'calendarinterval'],
    [{ days: -1 }, 'days'],
    [{ days: 1.5 }, 'days'],
    [{ days: 1, hour: 24 }, 'hour'],
    [{ days: 1, minutes: 5 }, 'minutes'],
    [{ days: 1, startDate: '2026-02-30' }, 'startDate'],
    [{ days: 1, startDate: '2026-02-03', endDate: '2026-02-02' }, 'endDate'],
    [{ days: 1, timezone: 5 }, 'timezone'],
  ])('refuses %j', (options, field) => {
    expect(() => new CalendarIntervalTrigger(options as CalendarIntervalTriggerOptions)).toThrow(
      expect.objectContaining({ field }),
    );
  });

  it('says how often and when', () => {
    expect(String(new CalendarIntervalTrigger({ months: 2, weeks: 1, hour: 9 }))).toBe(
      'calendarinterval[2m, 1w at 09:00:00]',
    );
  });
});
