// Exceptions at both ends of time: what cannot be known to be left does not fire, and what is known there does.
import { describe, expect, it } from 'vitest';
import { CalendarIntervalTrigger } from '../../src/triggers/calendar-interval.ts';
import { ExceptTrigger, OrTrigger } from '../../src/triggers/combine.ts';
import { CronTrigger } from '../../src/triggers/cron/cron.ts';
import { IntervalTrigger } from '../../src/triggers/interval.ts';
import type { Trigger } from '../../src/triggers/trigger.ts';

const NEW_YORK = 'America/New_York';
const TOKYO = 'Asia/Tokyo';
const byDay = { by: 'day', timezone: 'Europe/Berlin' } as const;
const FROM = Date.parse('2026-01-01T00:00Z');

const cron = (text: string, timezone: string) => CronTrigger.fromCrontab(text, { timezone });
const nine = cron('0 9 * * *', NEW_YORK);

describe('an exception that takes all away leaves nothing, neither in the last year nor in the first', () => {
  const halves = [cron('0 * * * 1-3', TOKYO), cron('0 * * * 4-7', TOKYO)];
  const cases: readonly [string, ExceptTrigger][] = [
    [
      'days whose fire would come after the last year',
      new ExceptTrigger({ trigger: nine, except: cron('0 3 * * *', TOKYO), ...byDay }),
    ],
    [
      'days whose fire would come before the first year',
      new ExceptTrigger({ trigger: cron('0 12 * * *', TOKYO), except: cron('0 22 * * *', NEW_YORK), ...byDay }),
    ],
    [
      'instants on a clock whose years end sooner',
      new ExceptTrigger({ trigger: nine, except: cron('0 * * * *', TOKYO) }),
    ],
    [
      'instants on a clock whose years begin later',
      new ExceptTrigger({ trigger: cron('0 3 * * *', TOKYO), except: cron('0 * * * *', NEW_YORK) }),
    ],
    ['two halves of all instants', new ExceptTrigger({ trigger: nine, except: new OrTrigger(halves) })],
  ];
  it.each(cases)('%s', (_, trigger) => {
    expect([trigger.next(FROM), trigger.previous(FROM)]).toEqual([null, null]);
    expect([trigger.next(Date.parse('9999-12-30T00:00Z')), trigger.previous(Date.parse('1970-01-03T00:00Z'))]).toEqual([
      null,
      null,
    ]);
  });

  it.each<[string, Trigger]>([
    ['an interval', new IntervalTrigger({ hours: 24, startDate: '1990-01-01T02:00:00Z' })],
    [
      'a calendar interval',
      new CalendarIntervalTrigger({ days: 1, hour: 18, startDate: '1990-01-01', timezone: NEW_YORK }),
    ],
  ])('%s leaves what is before its start', (_, except) => {
    const trigger = new ExceptTrigger({ trigger: nine, except, by: 'day', timezone: 'America/Los_Angeles' });
    expect(trigger.next(FROM)).toBeNull();
    expect(trigger.next(Date.parse('1989-12-20T00:00Z'))).toBe(Date.parse('1989-12-20T14:00Z'));
  });
});

describe('an exception that is over, or has not begun, leaves the ends of time alone', () => {
  const last = Date.parse('9999-12-31T14:00Z');
  it.each<[string, Trigger]>([
    ['by its years', cron('0 0 3 * * * 2027', TOKYO)],
    [
      'by its bounds',
      CronTrigger.fromCrontab('0 3 * * *', { timezone: TOKYO, startDate: '2027-01-01', endDate: '2028-01-01' }),
    ],
    ['by its end', new IntervalTrigger({ hours: 1, startDate: '2027-01-01T00:00Z', endDate: '2028-01-01T00:00Z' })],
  ])('%s', (_, except) => {
    const trigger = new ExceptTrigger({ trigger: nine, except, ...byDay });
    expect(trigger.next(last - 1)).toBe(last);
    expect(trigger.previous(Date.parse('1970-01-01T20:00Z'))).toBe(Date.parse('1970-01-01T14:00Z'));
  });
});
