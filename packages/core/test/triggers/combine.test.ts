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
  ])('refuse %s', (_, make) => {
    expect(make).toThrow(expect.objectContaining({ code: 'invalid-trigger' }));
  });
});
