// Combinations: both, either, one without another; and that their searches end.
import { describe, expect, it } from 'vitest';
import { CalendarIntervalTrigger } from '../../src/triggers/calendar-interval.ts';
import { AndTrigger, ExceptTrigger, OrTrigger } from '../../src/triggers/combine.ts';
import { CronTrigger } from '../../src/triggers/cron/cron.ts';
import { DateTrigger } from '../../src/triggers/date.ts';
import { IntervalTrigger } from '../../src/triggers/interval.ts';
import { triggerFromJson } from '../../src/triggers/json.ts';
import type { Trigger } from '../../src/triggers/trigger.ts';
import { fires } from './fires.ts';

const from = '2026-01-01T00:00:00Z';
const every = (seconds: number, startDate = from) => new IntervalTrigger({ seconds, startDate });

describe('AndTrigger', () => {
  it('fires when all parts do', () => {
    const trigger = new AndTrigger([new CronTrigger({ day: 13 }), new CronTrigger({ dayOfWeek: 'fri' })]);
    expect(fires(trigger, from, 2)).toEqual(['2026-02-13T00:00:00Z', '2026-03-13T00:00:00Z']);
    expect(trigger.previous('2026-03-01T00:00:00Z')).toBe(Date.parse('2026-02-13T00:00:00Z'));
  });

  it('finds where intervals meet, however seldom', () => {
    expect(fires(new AndTrigger([every(6), every(4)]), from, 2)).toEqual([
      '2026-01-01T00:00:12Z',
      '2026-01-01T00:00:24Z',
    ]);
    const seldom = new AndTrigger([every(100_003, '2026-01-01T00:00:01Z'), every(99_991)]);
    const met = seldom.next(from) ?? Number.NaN;
    expect((met / 1000 - Date.parse(from) / 1000 - 1) % 100_003).toBe(0);
    expect((met / 1000 - Date.parse(from) / 1000) % 99_991).toBe(0);
    expect(seldom.previous(met)).toBe(met);
    expect(seldom.previous(met - 1)).toBeNull();
    expect(seldom.count(Date.parse(from), met)).toBe(1);
  });

  it('knows intervals that never meet, and those whose time is over', () => {
    expect(new AndTrigger([every(4), every(6, '2026-01-01T00:00:01Z')]).next(from)).toBeNull();
    const over = new IntervalTrigger({ seconds: 6, startDate: from, endDate: '2026-01-01T00:00:18Z' });
    expect(fires(new AndTrigger([over, every(4)]), '2025-12-31T00:00:00Z', 5)).toEqual([
      '2026-01-01T00:00:00Z',
      '2026-01-01T00:00:12Z',
    ]);
  });

  it('meets a pattern with an interval that is seldom on a whole second', () => {
    const odd = new IntervalTrigger({ milliseconds: 60_001, startDate: from });
    const [met] = fires(new AndTrigger([odd, new CronTrigger({ second: '*' })]), from, 1);
    expect(met).toBe(new Date(Date.parse(from) + 60_001_000).toISOString().replace('.000Z', 'Z'));
    expect(new AndTrigger([odd, new CronTrigger({ second: '*' })]).next(met ?? '')).toBe(
      Date.parse(from) + 120_002_000,
    );
  });

  it('answers null for parts that never meet', () => {
    const trigger = new AndTrigger({ triggers: [new CronTrigger({ hour: 9 }), new CronTrigger({ hour: 10 })] });
    expect(trigger.next(from)).toBeNull();
    expect(trigger.previous(from)).toBeNull();
  });
});

describe('OrTrigger', () => {
  it('fires when any part does, once where several do', () => {
    expect(fires(new OrTrigger([every(2), every(3)]), from, 4)).toEqual([
      '2026-01-01T00:00:02Z',
      '2026-01-01T00:00:03Z',
      '2026-01-01T00:00:04Z',
      '2026-01-01T00:00:06Z',
    ]);
  });

  it('goes on when a part has ended', () => {
    const trigger = new OrTrigger([
      new DateTrigger({ runDate: '2026-01-02T00:00:00Z' }),
      new DateTrigger({ runDate: '2026-01-03T00:00:00Z' }),
    ]);
    expect(fires(trigger, from, 3)).toEqual(['2026-01-02T00:00:00Z', '2026-01-03T00:00:00Z']);
    expect(trigger.next('2026-01-03T00:00:00Z')).toBeNull();
    expect(trigger.previous(from)).toBeNull();
  });
});

describe('ExceptTrigger', () => {
  const nineDaily = new CronTrigger({ hour: 9, timezone: 'America/New_York' });

  it('takes away the instants of the other', () => {
    const trigger = new ExceptTrigger({ trigger: every(10), except: every(20) });
    expect(fires(trigger, from, 2)).toEqual(['2026-01-01T00:00:10Z', '2026-01-01T00:00:30Z']);
    expect(trigger.previous('2026-01-01T00:00:20Z')).toBe(Date.parse('2026-01-01T00:00:10Z'));
  });

  it('takes away whole days, as the zone has them', () => {
    const holidays = new DateTrigger({ runDate: ['2026-01-02', '2026-01-03'], timezone: 'America/New_York' });
    const trigger = new ExceptTrigger({
      trigger: nineDaily,
      except: holidays,
      by: 'day',
      timezone: 'America/New_York',
    });
    expect(fires(trigger, from, 2)).toEqual(['2026-01-01T14:00:00Z', '2026-01-04T14:00:00Z']);
    expect(trigger.previous('2026-01-04T00:00:00Z')).toBe(Date.parse('2026-01-01T14:00:00Z'));
  });

  it('takes away days that clocks make shorter, longer or begin late', () => {
    const hourly = new CronTrigger({ minute: 0, timezone: 'America/Sao_Paulo' });
    const holiday = new DateTrigger({ runDate: '2018-11-04 12:00', timezone: 'America/Sao_Paulo' });
    const trigger = new ExceptTrigger({ trigger: hourly, except: holiday, by: 'day', timezone: 'America/Sao_Paulo' });
    expect(fires(trigger, '2018-11-04T01:30:00Z', 2)).toEqual(['2018-11-04T02:00:00Z', '2018-11-05T02:00:00Z']);
  });

  it('passes over long stretches without a break', () => {
    const winter = new ExceptTrigger({
      trigger: new CronTrigger({ minute: '*' }),
      except: new CronTrigger({ month: 12, minute: '*' }),
    });
    expect(fires(winter, '2026-11-30T23:59:00Z', 1)).toEqual(['2027-01-01T00:00:00Z']);
    expect(winter.previous('2026-12-31T23:59:00Z')).toBe(Date.parse('2026-11-30T23:59:00Z'));
    const weekdays = new ExceptTrigger({
      trigger: every(5),
      except: new CronTrigger({ dayOfWeek: 'sat,sun', second: '*' }),
    });
    expect(fires(weekdays, '2026-01-02T23:59:55Z', 1)).toEqual(['2026-01-05T00:00:00Z']);
  });

  it('does not pass over what fires between the excluded', () => {
    const halves = new IntervalTrigger({ milliseconds: 500, startDate: from });
    const trigger = new ExceptTrigger({ trigger: halves, except: new CronTrigger({ second: '*' }) });
    expect(fires(trigger, from, 2)).toEqual(['2026-01-01T00:00:00.500Z', '2026-01-01T00:00:01.500Z']);
  });

  it('answers null where everything is taken away', () => {
    const trigger = new ExceptTrigger({ trigger: nineDaily, except: nineDaily });
    expect(trigger.next(from)).toBeNull();
    expect(trigger.previous(from)).toBeNull();
    expect(new ExceptTrigger({ trigger: nineDaily, except: nineDaily, by: 'day' }).next(from)).toBeNull();
  });
});

describe('what is far away, or never', () => {
  const NY = 'America/New_York';
  const cron = (text: string, timezone = NY, options = {}) => CronTrigger.fromCrontab(text, { timezone, ...options });
  const fortnight = new CalendarIntervalTrigger({ weeks: 2, hour: 9, startDate: '2026-01-05', timezone: NY });
  const monthsAndDays = new CalendarIntervalTrigger({ months: 1, days: 1, startDate: '1970-01-13', timezone: NY });

  it.each<[string, readonly Trigger[], string | null, string | null]>([
    ['a leap day on a Monday', [cron('0 0 29 2 *'), cron('0 0 * * 1')], '2044-02-29T05:00:00Z', '2016-02-29T05:00:00Z'],
    ['other hours', [cron('0 9 * * *'), cron('0 10 * * *')], null, null],
    ['other seconds, in other zones', [cron('*/2 * * * * *'), cron('1/2 * * * * *', 'Asia/Tokyo')], null, null],
    ['other weekdays, in other zones', [cron('0 9 * * 1'), cron('0 15 * * 2', 'Europe/Berlin')], null, null],
    ['a day that does not exist', [cron('0 0 30 2 *'), cron('* * * * *', 'UTC')], null, null],
    [
      'a skipped hour, when the one after it is set',
      [cron('30 2 * * *'), cron('30 3 * * *')],
      '2026-03-08T07:30:00Z',
      '2025-03-09T07:30:00Z',
    ],
    ['an interval that is one second short of a day', [every(86_399), cron('0 9 * * 1')], '8284-10-13T13:00:00Z', null],
    ['an interval that never begins a minute', [every(90, '2026-01-01T00:00:30Z'), cron('0 9 * * *')], null, null],
    [
      'an interval of weeks, on another weekday',
      [every(7 * 86_400, '2026-01-05T14:00:00Z'), cron('0 9 * * 2')],
      null,
      null,
    ],
    ['a fortnight, on another weekday', [fortnight, cron('0 9 * * 2')], null, null],
    [
      'a fortnight and an interval of three weeks',
      [fortnight, every(21 * 86_400, '2026-01-12T14:00:00Z')],
      '2026-02-02T14:00:00Z',
      null,
    ],
    ['months and days, on a leap day', [monthsAndDays, cron('0 1 29 2 *')], null, null],
    [
      'parts that are any of several',
      [new OrTrigger([cron('0 9 * * *'), cron('0 8 29 2 *')]), cron('0 8 * * *')],
      '2028-02-29T13:00:00Z',
      '2024-02-29T13:00:00Z',
    ],
    [
      'parts within parts',
      [new AndTrigger([cron('0 9 * * *'), cron('* * * * *')]), new AndTrigger([cron('0 10 * * *')])],
      null,
      null,
    ],
  ])('%s', (_, parts, next, previous) => {
    const trigger = new AndTrigger(parts);
    expect(trigger.next(from)).toBe(next === null ? null : Date.parse(next));
    expect(trigger.previous(from)).toBe(previous === null ? null : Date.parse(previous));
  });

  it('looks at each time that a change of clocks moves', () => {
    const moved = new AndTrigger([cron('1,11,21,31,41 2 * * *'), cron('6,16,26,36,41 7 * * *', 'UTC')]);
    expect(fires(moved, '2026-03-06T12:00:00Z', 3)).toEqual([
      '2026-03-07T07:41:00Z',
      '2026-03-08T07:41:00Z',
      '2026-11-01T07:41:00Z',
    ]);
    expect(moved.previous('2026-10-01')).toBe(Date.parse('2026-03-08T07:41:00Z'));
  });

  it.each<[string, readonly [Trigger, Trigger], string | null, string | null]>([
    [
      'every second but those of most of the year',
      [cron('* * * * * *', 'UTC'), cron('* * * * 1-11 *', 'UTC')],
      '2026-12-01T00:00:00Z',
      '2025-12-31T23:59:59Z',
    ],
    ['every second but all of them', [cron('* * * * * *'), cron('0-59 */1 0-23 * * *', 'Asia/Tokyo')], null, null],
    [
      'every minute but those until a day',
      [cron('* * * * *'), cron('* * * * *', NY, { endDate: '2030-01-01' })],
      '2030-01-01T05:01:00Z',
      null,
    ],
    ['an interval but a pattern that has all of it', [every(300), cron('*/5 * * * *')], null, null],
    [
      'a pattern but an interval that has all of it',
      [cron('*/5 * * * *'), every(60, '2020-01-01T00:00:00Z')],
      null,
      '2019-12-31T23:55:00Z',
    ],
    [
      'hours but an interval of hours, in a zone that keeps its offset',
      [cron('30 * * * *', '+05:30'), every(3600)],
      null,
      '2025-12-31T23:00:00Z',
    ],
    [
      'an interval but itself until a day',
      [every(7), new IntervalTrigger({ seconds: 7, startDate: from, endDate: '2030-01-01T00:00:00Z' })],
      '2030-01-01T00:00:05Z',
      null,
    ],
    [
      'two patterns but another one',
      [new OrTrigger([cron('0 * * * *'), cron('30 * * * *', 'UTC')]), cron('*/30 * * 1-6 *', 'UTC')],
      '2026-07-01T00:00:00Z',
      '2025-12-31T23:30:00Z',
    ],
  ])('%s', (_, [trigger, except], next, previous) => {
    const left = new ExceptTrigger({ trigger, except });
    expect(left.next(from)).toBe(next === null ? null : Date.parse(next));
    expect(left.previous(from)).toBe(previous === null ? null : Date.parse(previous));
  });

  it.each<[string, Trigger, Trigger, string | null]>([
    ['days of which all are taken', cron('0 9 * * *'), cron('0 3 * * *'), null],
    ['days on which an interval fires', cron('0 9 * * *'), every(5 * 3600), null],
    [
      'days that are taken for years',
      cron('0 9 * * *'),
      cron('0 3 * * *', NY, { endDate: '2060-01-01' }),
      '2060-01-01T14:00:00Z',
    ],
    ['days that are not taken until July', cron('* * * * *'), cron('0 3 * 1-6,12 *'), '2026-07-01T04:00:00Z'],
  ])('%s', (_, trigger, except, next) => {
    const left = new ExceptTrigger({ trigger, except, by: 'day', timezone: NY });
    expect(left.next(from)).toBe(next === null ? null : Date.parse(next));
  });

  it('does not depend on what was asked before', () => {
    const make = () => [
      new AndTrigger([cron('*/7 * * * *'), cron('0 9-17 * * 1-5', 'Europe/Berlin')]),
      new ExceptTrigger({ trigger: cron('*/20 * * * *'), except: cron('* 2-5 * * *', 'UTC') }),
      new ExceptTrigger({ trigger: cron('0 */6 * * *'), except: cron('0 0 */3 * *'), by: 'day', timezone: NY }),
    ];
    const instants = Array.from({ length: 300 }, (_, i) => Date.UTC(2026, 2, 1) + ((i * 7919) % 300) * 5_000_000);
    for (const [i, asked] of make().entries()) {
      for (const at of instants) {
        const fresh = make()[i];
        expect([asked.next(at), asked.previous(at)]).toEqual([fresh?.next(at), fresh?.previous(at)]);
      }
    }
  });
});

function nested(innermost: Trigger, levels: number, around: (part: Trigger) => Trigger): Trigger {
  return levels === 0 ? innermost : around(nested(innermost, levels - 1, around));
}

describe('combinations', () => {
  it('fill in what their parts leave open, and are stored with it', () => {
    const context = { timezone: 'Asia/Tokyo', now: Date.parse(from) };
    const trigger = new OrTrigger([
      new IntervalTrigger({ hours: 1 }),
      new AndTrigger([new CronTrigger({ hour: 9 }), new CalendarIntervalTrigger({ days: 2, hour: 9 })]),
      new ExceptTrigger({
        trigger: new CronTrigger({ hour: 5 }),
        except: new CronTrigger({ dayOfWeek: 'sun' }),
        by: 'day',
      }),
    ]);
    const added = trigger.resolve(context);
    const stored = triggerFromJson(JSON.parse(JSON.stringify(added)));
    expect(stored.toJSON()).toEqual(added.toJSON());
    expect(fires(stored, from, 5)).toEqual(fires(added, from, 5));
    expect(added.resolve({ timezone: 'UTC', now: 0 })).toBe(added);
    expect(JSON.stringify(added)).not.toContain('"timezone":"UTC"');
    expect(String(trigger)).toContain("except[cron[hour='5'], cron[dayOfWeek='sun'], by day]");
  });

  it.each<[string, () => Trigger]>([
    ['no parts', () => new AndTrigger([])],
    ['a part that is none', () => new OrTrigger([{}] as never)],
    ['an unknown option', () => new AndTrigger({ triggers: [every(1)], threshold: 1 } as never)],
    ['a missing part', () => new ExceptTrigger({ trigger: every(1) } as never)],
    ['an unknown by', () => new ExceptTrigger({ trigger: every(1), except: every(2), by: 'week' } as never)],
    ['a zone that has no effect', () => new ExceptTrigger({ trigger: every(1), except: every(2), timezone: 'UTC' })],
    ['more than 1,000 triggers', () => new OrTrigger(Array.from({ length: 1_000 }, () => every(1)))],
    ['a part in a part without end', () => nested(every(1), 1_000, (part) => new AndTrigger([part]))],
    ['parts that double', () => nested(every(1), 24, (part) => new ExceptTrigger({ trigger: part, except: part }))],
  ])('refuse %s', (_, make) => {
    expect(make).toThrow(expect.objectContaining({ code: 'invalid-trigger' }));
  });
});
