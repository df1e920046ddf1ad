// Cron triggers given as fields: what each expression means, what is refused, bounds, storing.
import { describe, expect, it } from 'vitest';
import { CronTrigger, type CronTriggerOptions } from '../../src/triggers/cron/cron.ts';
import { triggerFromJson } from '../../src/triggers/json.ts';
import { fires } from './fires.ts';

const from = '2026-01-01T00:00:00Z';

describe('fields', () => {
  it.each<[CronTriggerOptions, string[]]>([
    [{ hour: 9, minute: 30 }, ['2026-01-01T09:30:00Z', '2026-01-02T09:30:00Z']],
    [{ month: '6-8,11-12', day: '3rd fri', hour: '0-3' }, ['2026-06-19T00:00:00Z', '2026-06-19T01:00:00Z']],
    [{ day: 'last' }, ['2026-01-31T00:00:00Z', '2026-02-28T00:00:00Z']],
    [{ day: 'last sun' }, ['2026-01-25T00:00:00Z', '2026-02-22T00:00:00Z']],
    [{ day: '5th mon' }, ['2026-03-30T00:00:00Z', '2026-06-29T00:00:00Z']],
    [
      { day: '1st mon, 15, LAST' },
      ['2026-01-05T00:00:00Z', '2026-01-15T00:00:00Z', '2026-01-31T00:00:00Z', '2026-02-02T00:00:00Z'],
    ],
    [
      { dayOfWeek: 'Mon-wed' },
      ['2026-01-05T00:00:00Z', '2026-01-06T00:00:00Z', '2026-01-07T00:00:00Z', '2026-01-12T00:00:00Z'],
    ],
    [{ dayOfWeek: 0, hour: 12 }, ['2026-01-05T12:00:00Z', '2026-01-12T12:00:00Z']],
    [{ day: 13, dayOfWeek: 'fri' }, ['2026-02-13T00:00:00Z', '2026-03-13T00:00:00Z', '2026-11-13T00:00:00Z']],
    [{ week: 53 }, ['2026-12-28T00:00:00Z', '2026-12-29T00:00:00Z']],
    [{ month: 2, day: 29 }, ['2028-02-29T00:00:00Z', '2032-02-29T00:00:00Z']],
    [
      { minute: '10/20' },
      ['2026-01-01T00:10:00Z', '2026-01-01T00:30:00Z', '2026-01-01T00:50:00Z', '2026-01-01T01:10:00Z'],
    ],
    [{ minute: '0-10/5' }, ['2026-01-01T00:05:00Z', '2026-01-01T00:10:00Z', '2026-01-01T01:00:00Z']],
    [{ second: '*/25' }, ['2026-01-01T00:00:25Z', '2026-01-01T00:00:50Z', '2026-01-01T00:01:00Z']],
    [{ year: 2030 }, ['2030-01-01T00:00:00Z']],
    [{ year: '2030,2028' }, ['2028-01-01T00:00:00Z', '2030-01-01T00:00:00Z']],
    [{}, ['2026-01-01T00:00:01Z', '2026-01-01T00:00:02Z']],
  ])('%j', (options, expected) => {
    expect(fires(new CronTrigger(options), from, expected.length + 1).slice(0, expected.length)).toEqual(expected);
  });

  it('gives fields after the last given one their minimum, those before it all values', () => {
    expect(fires(new CronTrigger({ day: 5 }), from, 2)).toEqual(['2026-01-05T00:00:00Z', '2026-02-05T00:00:00Z']);
    expect(fires(new CronTrigger({ minute: 5 }), from, 2)).toEqual(['2026-01-01T00:05:00Z', '2026-01-01T01:05:00Z']);
  });

  it.each<[CronTriggerOptions, string, number]>([
    [{ hour: 24 }, 'hour', 0],
    [{ minute: '*/60' }, 'minute', 0],
    [{ minute: '5, 10,60' }, 'minute', 6],
    [{ minute: '50/10' }, 'minute', 0],
    [{ minute: '*/0' }, 'minute', 0],
    [{ hour: '22-2' }, 'hour', 0],
    [{ month: 'nov-feb' }, 'month', 0],
    [{ dayOfWeek: 'mon-fri/2' }, 'dayOfWeek', 0],
    [{ dayOfWeek: '7' }, 'dayOfWeek', 0],
    [{ dayOfWeek: 'monday' }, 'dayOfWeek', 0],
    [{ day: 'lastx' }, 'day', 0],
    [{ day: '3rd 4' }, 'day', 0],
    [{ day: '6th fri' }, 'day', 0],
    [{ day: '1,' }, 'day', 2],
    [{ day: 0 }, 'day', 0],
    [{ hour: '1-2-3' }, 'hour', 0],
    [{ second: '1e1' }, 'second', 0],
  ])('refuses %j, naming the field and the position', (options, field, position) => {
    expect(() => new CronTrigger(options)).toThrow(
      expect.objectContaining({ code: 'invalid-trigger', field, position }),
    );
  });

  it.each([
    [{ minutes: 5 }, 'minutes'],
    [{ hour: 1.5 }, 'hour'],
    [{ hour: null }, 'hour'],
    [{ hour: ['1'] }, 'hour'],
    [{ timezone: 'Mars/Olympus' }, 'timezone'],
    [{ startDate: 'yesterday' }, 'startDate'],
    [{ startDate: '2026-02-01', endDate: '2026-01-01', timezone: 'UTC' }, 'endDate'],
    [{ dst: { gap: 'jump' } }, 'dst.gap'],
    [{ dst: { fold: 'first' } }, 'dst.fold'],
    [{ minute: '1,'.repeat(600) }, 'minute'],
  ])('refuses %j, naming the option', (options, field) => {
    expect(() => new CronTrigger(options as CronTriggerOptions)).toThrow(expect.objectContaining({ field }));
  });
});

describe('bounds', () => {
  it('fires from the start to the end, both included', () => {
    const trigger = new CronTrigger({ hour: '*', startDate: '2026-01-01T05:00:00Z', endDate: '2026-01-01T07:00:00Z' });
    expect(fires(trigger, from, 5)).toEqual(['2026-01-01T05:00:00Z', '2026-01-01T06:00:00Z', '2026-01-01T07:00:00Z']);
    expect(trigger.previous('2027-01-01T00:00:00Z')).toBe(Date.parse('2026-01-01T07:00:00Z'));
    expect(trigger.previous('2026-01-01T04:59:59Z')).toBeNull();
    expect(trigger.count(0, Date.parse('2030-01-01T00:00:00Z'))).toBe(3);
  });

  it('starts at the first whole second after a start within one', () => {
    const trigger = new CronTrigger({ startDate: '2026-01-01T05:00:00.001Z' });
    expect(trigger.next(from)).toBe(Date.parse('2026-01-01T05:00:01Z'));
  });

  it.each<CronTriggerOptions>([
    { month: 2, day: 30 },
    { month: 2, day: '31', timezone: 'Asia/Shanghai' },
    { week: 53, month: 6 },
    { day: '5th mon', month: 2, dayOfWeek: 'tue' },
    { day: 31, month: 2, year: '*/2' },
  ])('answers null for %j, which never comes', (options) => {
    const trigger = new CronTrigger(options);
    expect(trigger.next(from)).toBeNull();
    expect(trigger.previous(from)).toBeNull();
    expect(trigger.count(0, Date.UTC(2400, 0))).toBe(0);
  });

  it('finds what comes seldom', () => {
    const leapDay = new CronTrigger({ month: 2, day: 29 });
    expect(fires(leapDay, '2096-03-01T00:00:00Z', 1)).toEqual(['2104-02-29T00:00:00Z']);
    const onMonday = new CronTrigger({ month: 2, day: 29, dayOfWeek: 'mon' });
    expect(fires(onMonday, '2072-03-01T00:00:00Z', 1)).toEqual(['2112-02-29T00:00:00Z']);
    expect(onMonday.previous('2112-02-28T00:00:00Z')).toBe(Date.parse('2072-02-29T00:00:00Z'));
    expect(onMonday.count(Date.UTC(2000, 0), Date.UTC(2300, 0))).toBe(11);
  });

  it('ends with the year 9999 and begins with 1970', () => {
    const trigger = new CronTrigger({ month: 1, timezone: 'America/New_York' });
    expect(trigger.next(Date.UTC(9999, 5))).toBeNull();
    expect(trigger.next(Date.UTC(1600, 0))).toBe(Date.UTC(1970, 0, 1, 5));
    expect(trigger.previous(Date.UTC(20000, 0))).toBe(Date.UTC(9999, 0, 1, 5));
    expect(trigger.previous(Date.UTC(1969, 0))).toBeNull();
  });

  it.each([Number.NaN, Infinity, -Infinity, new Date(Number.NaN), 'soon'])('refuses %s as an instant', (at) => {
    expect(() => new CronTrigger().next(at)).toThrow(expect.objectContaining({ code: 'invalid-option' }));
    expect(() => new CronTrigger().previous(at)).toThrow(expect.objectContaining({ code: 'invalid-option' }));
  });
});

describe('changes of UTC offset', () => {
  const gap = '2026-03-07T12:00:00Z';
  const overlap = '2026-10-31T12:00:00Z';
  const daily = { hour: 2, minute: 30, timezone: 'America/New_York' };
  const doubled = { hour: 1, minute: 30, timezone: 'America/New_York' };

  it('fires a skipped time as much later as the gap is long, a repeated one the first time', () => {
    expect(fires(new CronTrigger(daily), gap, 1)).toEqual(['2026-03-08T07:30:00Z']);
    expect(fires(new CronTrigger(doubled), overlap, 2)).toEqual(['2026-11-01T05:30:00Z', '2026-11-02T06:30:00Z']);
  });

  it('follows real time where the hour or minute begins with a star', () => {
    const hourly = new CronTrigger({ hour: '*/2', minute: 30, timezone: 'America/New_York' });
    expect(fires(hourly, '2026-03-08T05:30:00Z', 1)).toEqual(['2026-03-08T08:30:00Z']);
    const often = new CronTrigger({ minute: '*/30', timezone: 'America/New_York' });
    expect(fires(often, '2026-11-01T05:00:00Z', 3)).toEqual([
      '2026-11-01T05:30:00Z',
      '2026-11-01T06:00:00Z',
      '2026-11-01T06:30:00Z',
    ]);
  });

  it('does as dst says, each half by itself', () => {
    expect(fires(new CronTrigger({ ...daily, dst: { gap: 'skip' } }), gap, 1)).toEqual(['2026-03-09T06:30:00Z']);
    const both = new CronTrigger({ ...doubled, dst: { overlap: 'both' } });
    expect(fires(both, overlap, 2)).toEqual(['2026-11-01T05:30:00Z', '2026-11-01T06:30:00Z']);
  });

  it('never fires twice at an instant that is both shifted and set', () => {
    const trigger = new CronTrigger({ hour: '2,3', minute: 30, timezone: 'America/New_York' });
    expect(fires(trigger, gap, 3)).toEqual(['2026-03-08T07:30:00Z', '2026-03-09T06:30:00Z', '2026-03-09T07:30:00Z']);
    expect(trigger.count(Date.parse(gap), Date.parse('2026-03-09T12:00:00Z'))).toBe(3);
  });
});

describe('storing', () => {
  it('keeps the fields in one spelling, and reads as APScheduler writes it', () => {
    const trigger = new CronTrigger({ hour: '0-3', day: ' 3rd  FRI ', month: '6-8 , 11', timezone: 'europe/berlin' });
    expect(trigger.toJSON()).toEqual({
      kind: 'cron',
      options: { month: '6-8,11', day: '3rd fri', hour: '0-3', timezone: 'Europe/Berlin' },
    });
    expect(String(trigger)).toBe("cron[month='6-8,11', day='3rd fri', hour='0-3', timezone='Europe/Berlin']");
    expect(new CronTrigger({ hour: 9 }).toJSON()).toEqual(new CronTrigger({ hour: '9' }).toJSON());
  });

  it('takes the zone of the scheduler when it is added, unless it has one', () => {
    const resolved = new CronTrigger({ hour: 9, startDate: '2026-06-01 00:00:00' }).resolve({
      timezone: 'Asia/Tokyo',
      now: 0,
    });
    expect(resolved.toJSON().options).toEqual({
      hour: '9',
      startDate: '2026-05-31T15:00:00.000Z',
      timezone: 'Asia/Tokyo',
    });
    expect(resolved.next(from)).toBe(Date.parse('2026-06-01T00:00:00Z'));
    expect(resolved.resolve({ timezone: 'UTC', now: 0 })).toBe(resolved);
  });

  it('has the crontab line as its text and in its stored form', () => {
    const trigger = CronTrigger.fromCrontab(' 0 9 * * 1-5 ', { timezone: 'Europe/Paris' });
    expect(String(trigger)).toBe('TZ=Europe/Paris 0 9 * * 1-5');
    expect(trigger.toJSON()).toEqual({ kind: 'cron', options: { crontab: '0 9 * * 1-5', timezone: 'Europe/Paris' } });
    expect(triggerFromJson(trigger.toJSON()).next(from)).toBe(Date.parse('2026-01-01T08:00:00Z'));
  });

  it('takes the zone from the crontab line, and refuses two that differ', () => {
    const trigger = CronTrigger.fromCrontab('TZ=Asia/Tokyo 0 9 * * *');
    expect(trigger.next(from)).toBe(Date.parse('2026-01-02T00:00:00Z'));
    expect(trigger.resolve({ timezone: 'UTC', now: 0 })).toBe(trigger);
    expect(() => CronTrigger.fromCrontab('TZ=Asia/Tokyo 0 9 * * *', { timezone: 'UTC' })).toThrow(
      expect.objectContaining({ field: 'timezone' }),
    );
  });

  it('makes an interval of @every', () => {
    const trigger = CronTrigger.fromCrontab('@every 90s', { startDate: from });
    expect(trigger.kind).toBe('interval');
    expect(fires(trigger, from, 2)).toEqual(['2026-01-01T00:01:30Z', '2026-01-01T00:03:00Z']);
    expect(() => CronTrigger.fromCrontab('@every 90s', { dst: { gap: 'skip' } })).toThrow(
      expect.objectContaining({ field: 'dst' }),
    );
  });

  it('refuses a mixture of crontab text and fields', () => {
    const mixed = { crontab: '* * * * *', hour: 5 } as CronTriggerOptions;
    expect(() => new CronTrigger(mixed)).toThrow(expect.objectContaining({ field: 'hour' }));
  });
});
