// Date triggers: one instant, several, and the moment of adding.
import { DateTime } from 'luxon';
import { describe, expect, it } from 'vitest';
import { DateTrigger } from '../../src/triggers/date.ts';
import { triggerFromJson } from '../../src/triggers/json.ts';
import { fires } from './fires.ts';

const noon = Date.parse('2026-05-01T12:00:00Z');

describe('DateTrigger', () => {
  it.each([
    '2026-05-01T12:00:00Z',
    '2026-05-01 12:00:00',
    new Date(noon),
    noon,
    DateTime.fromMillis(noon, { zone: 'Asia/Tokyo' }),
    { epochMilliseconds: noon },
  ])('fires once at %s', (runDate) => {
    const trigger = new DateTrigger({ runDate });
    expect(trigger.next(noon - 1)).toBe(noon);
    expect(trigger.next(noon)).toBeNull();
    expect(trigger.previous(noon)).toBe(noon);
    expect(trigger.previous(noon - 1)).toBeNull();
    expect(trigger.count(noon - 1, noon)).toBe(1);
    expect(trigger.count(noon, noon + 1)).toBe(0);
  });

  it('fires at each of several instants, in order, once each', () => {
    const trigger = new DateTrigger({ runDate: ['2026-05-03', '2026-05-01', '2026-05-03T00:00:00Z'], timezone: 'UTC' });
    expect(fires(trigger, '2026-01-01', 5)).toEqual(['2026-05-01T00:00:00Z', '2026-05-03T00:00:00Z']);
    expect(triggerFromJson(trigger.toJSON()).toJSON()).toEqual(trigger.toJSON());
  });

  it('reads a date without offset in its zone, or in that of the scheduler it is added to', () => {
    expect(new DateTrigger({ runDate: '2026-05-01 12:00', timezone: 'Europe/Berlin' }).next(0)).toBe(
      Date.parse('2026-05-01T10:00:00Z'),
    );
    const open = new DateTrigger({ runDate: '2026-05-01 12:00' });
    expect(open.next(0)).toBe(noon);
    expect(triggerFromJson(open.toJSON()).resolve({ timezone: 'Europe/Berlin', now: 0 }).next(0)).toBe(
      Date.parse('2026-05-01T10:00:00Z'),
    );
  });

  it('without a date fires when it is added', () => {
    const trigger = new DateTrigger();
    expect(trigger.next(0)).toBeNull();
    const added = trigger.resolve({ timezone: 'UTC', now: noon });
    expect(added.next(noon - 1)).toBe(noon);
    expect(added.toJSON()).toEqual({ kind: 'date', options: {}, anchor: noon });
    expect(triggerFromJson(added.toJSON()).next(0)).toBe(noon);
  });

  it.each([
    [{ runDate: 'tomorrow' }, 'runDate'],
    [{ runDate: [] }, 'runDate'],
    [{ runDate: [noon, undefined] }, 'runDate'],
    [{ runDate: true }, 'runDate'],
    [{ date: noon }, 'date'],
    [{ runDate: noon, timezone: 'Nowhere' }, 'timezone'],
  ])('refuses %j', (options, field) => {
    expect(() => new DateTrigger(options as object)).toThrow(expect.objectContaining({ field }));
  });

  it('says when it fires', () => {
    expect(String(new DateTrigger({ runDate: noon }))).toBe('date[2026-05-01T12:00:00.000Z]');
  });
});
