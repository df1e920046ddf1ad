// The searches of combinations beside the plainest ones there are: look at every fire time of one part, ask the others.
import fc from 'fast-check';
import { DateTime } from 'luxon';
import { describe, expect, it } from 'vitest';
import { CalendarIntervalTrigger } from '../../src/triggers/calendar-interval.ts';
import { AndTrigger, ExceptTrigger, OrTrigger } from '../../src/triggers/combine.ts';
import { CronTrigger } from '../../src/triggers/cron/cron.ts';
import { IntervalTrigger } from '../../src/triggers/interval.ts';
import type { Trigger } from '../../src/triggers/trigger.ts';

const RUNS = process.env['SCHED_FULL_SWEEP'] === '1' ? 5_000 : 400;

const HOUR = 3_600_000;

/** A change of clocks: where, when, and the hour it happens at on the clock on the wall. */
interface Change {
  readonly timezone: string;
  readonly at: number;
  readonly hour: number;
}

const CHANGES: readonly Change[] = (
  [
    ['America/New_York', '2026-03-08T07:00Z', 2],
    ['America/New_York', '2026-11-01T06:00Z', 1],
    ['Europe/Berlin', '2026-03-29T01:00Z', 2],
    ['Europe/Berlin', '2026-10-25T01:00Z', 2],
    ['Australia/Lord_Howe', '2026-10-03T15:30Z', 2],
    ['Australia/Lord_Howe', '2026-04-04T15:00Z', 1],
    ['America/Sao_Paulo', '2018-11-04T03:00Z', 0],
    ['Antarctica/Troll', '2026-03-29T01:00Z', 1],
    ['Pacific/Apia', '2011-12-30T10:00Z', 0],
  ] as const
).map(([timezone, at, hour]) => ({ timezone, at: Date.parse(at), hour }));

const ZONES = ['UTC', 'Asia/Kolkata', ...new Set(CHANGES.map(({ timezone }) => timezone))];
const zone = fc.constantFrom(...ZONES);

/** Mostly the zone whose clocks change. */
const near = (change: Change) => fc.oneof({ arbitrary: fc.constant(change.timezone), weight: 4 }, zone);

const minutes = fc.constantFrom('0', '30', '0,30', '*/30', '15', '*/15', '*', '0-59');
const days = fc.constantFrom('*', '*', '*', '*', '*/2', '1-15', 'L');
const months = fc.constantFrom('*', '*', '*', '*', '3-10', '11');
const weekdays = fc.constantFrom('*', '*', '*', '*', '1-5', '0', '0,6', '0#2');
const dst = fc.record({ gap: fc.constantFrom('shift', 'skip'), overlap: fc.constantFrom('first', 'both') } as const, {
  requiredKeys: [],
});

/** Hours around a change, and some that have nothing to do with it. */
function hoursAround({ hour }: Change): fc.Arbitrary<string> {
  const close = [hour, hour + 1, hour + 2, (hour + 23) % 24];
  return fc.constantFrom(
    ...close.map(String),
    `${hour}-${hour + 2}`,
    `${hour},${hour + 1}`,
    '*',
    '*/2',
    '0-22',
    '0',
    '12',
  );
}

const crontab = (change: Change) =>
  fc
    .record({ fields: fc.tuple(minutes, hoursAround(change), days, months, weekdays), timezone: near(change), dst })
    .map(({ fields, ...options }) => CronTrigger.fromCrontab(fields.join(' '), options));

const bounded = (change: Change) =>
  fc
    .record({ fields: fc.tuple(minutes, hoursAround(change)), timezone: near(change), length: fc.nat({ max: 30 }) })
    .map(({ fields, timezone, length }) => {
      const bounds = { startDate: change.at - length * HOUR, endDate: change.at + length * HOUR };
      return CronTrigger.fromCrontab(`${fields.join(' ')} * * *`, { timezone, ...bounds });
    });

const interval = (change: Change) =>
  fc
    .record({
      seconds: fc.constantFrom(60, 300, 420, 900, 1800, 3600, 5400, 7200, 36 * 3600, 86_400, 3661),
      start: fc.constantFrom(Date.UTC(2010, 0), Date.UTC(2010, 0, 1, 0, 15), change.at - 5 * HOUR),
      end: fc.constantFrom(undefined, undefined, change.at + 5 * HOUR),
    })
    .map(({ seconds, start, end }) => {
      return new IntervalTrigger({ seconds, startDate: start, ...(end === undefined ? {} : { endDate: end }) });
    });

const calendar = (change: Change) =>
  fc
    .record({
      ...{ days: fc.constantFrom(1, 2, 7), minute: fc.constantFrom(0, 30), timezone: near(change), dst },
      hour: fc.constantFrom(change.hour, change.hour + 1),
    })
    .map((options) => new CalendarIntervalTrigger({ ...options, startDate: '2011-12-01' }));

const simple = (change: Change): fc.Arbitrary<Trigger> =>
  fc.oneof({ arbitrary: crontab(change), weight: 8 }, bounded(change), interval(change), calendar(change));

const part = (change: Change): fc.Arbitrary<Trigger> =>
  fc.oneof(
    { arbitrary: simple(change), weight: 8 },
    fc.tuple(simple(change), simple(change)).map((triggers) => new OrTrigger(triggers)),
  );

/** The instants behind `from` and up to `to`. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/** A few days around a change. */
const spanAround = (change: Change): fc.Arbitrary<Span> =>
  fc.tuple(fc.nat({ max: 60 }), fc.integer({ min: 1, max: 60 })).map(([before, after]) => {
    return { from: change.at - before * HOUR - 1, to: change.at + after * HOUR };
  });

/** Two or three triggers and a few days around a change of clocks that concerns them. */
const around = fc.constantFrom(...CHANGES).chain((change) =>
  fc.record({
    change: fc.constant(change),
    parts: fc.tuple(part(change), part(change), fc.option(part(change), { freq: 3 })),
    over: spanAround(change),
  }),
);

function walk(trigger: Trigger, { from, to }: Span): number[] {
  const found: number[] = [];
  for (let at = trigger.next(from); at !== null && at <= to; at = trigger.next(at)) found.push(at);
  return found;
}

function walkBack(trigger: Trigger, { from, to }: Span): number[] {
  const found: number[] = [];
  for (let at = trigger.previous(to); at !== null && at > from; at = trigger.previous(at - 1)) found.unshift(at);
  return found;
}

const isAt = (trigger: Trigger, at: number) => trigger.previous(at) === at;

/** The instants on whose day a trigger does not fire, the days being luxon's. */
function offDaysOf(except: Trigger, instants: readonly number[], timezone: string): number[] {
  let end = -Infinity;
  let isTaken = false;
  return instants.filter((at) => {
    if (at >= end) {
      const day = DateTime.fromMillis(at, { zone: timezone }).startOf('day');
      end = day.plus({ days: 1 }).startOf('day').toMillis();
      isTaken = (except.next(day.toMillis() - 1) ?? Infinity) < end;
    }
    return !isTaken;
  });
}

/** What only one of two sorted lists has, as far as it is of use in a message. */
function differences(found: readonly number[], expected: readonly number[]): string[] {
  if (found.length === expected.length && found.every((at, i) => at === expected[i])) return [];
  const [has, should] = [new Set(found), new Set(expected)];
  const iso = (sign: string, times: readonly number[]) => times.map((at) => sign + new Date(at).toISOString());
  return [
    ...iso(
      'too much: ',
      found.filter((at) => !should.has(at)),
    ),
    ...iso(
      'missing: ',
      expected.filter((at) => !has.has(at)),
    ),
    `${found.length} for ${expected.length}`,
  ].slice(0, 5);
}

function agree(trigger: Trigger, over: Span, expected: readonly number[]): void {
  expect(differences(walk(trigger, over), expected)).toEqual([]);
  expect(differences(walkBack(trigger, over), expected)).toEqual([]);
  // From anywhere, and not only from one fire time to the next.
  const middle = Math.floor((over.from + over.to) / 2);
  expect(trigger.next(middle) ?? Infinity).toBe(
    expected.find((at) => at > middle) ?? trigger.next(over.to) ?? Infinity,
  );
}

describe('and', () => {
  it('fires when all parts do, around any change of clocks', () => {
    fc.assert(
      fc.property(around, ({ parts: [lead, other, third], over }) => {
        const others = third === null ? [other] : [other, third];
        const expected = walk(lead, over).filter((at) => others.every((each) => isAt(each, at)));
        agree(new AndTrigger([lead, ...others]), over, expected);
      }),
      { numRuns: RUNS },
    );
  });

  it('fires when all parts do, over many years', () => {
    const seldom = fc.oneof(
      fc
        .constantFrom('0 9 1 * *', '0 9 29 2 *', '0 9 * * 1#1', '0 9 13 * +5', '0 9 L 6 *')
        .chain((text) => zone.map((timezone) => CronTrigger.fromCrontab(text, { timezone }))),
      fc
        .record({ months: fc.integer({ min: 1, max: 30 }), timezone: zone })
        .map((options) => new CalendarIntervalTrigger({ ...options, hour: 9, startDate: '2000-01-29' })),
      fc.constantFrom(7, 14, 30, 35).map((days) => new IntervalTrigger({ days, startDate: '1999-12-31T14:00Z' })),
    );
    const often = fc.oneof(
      fc
        .record({ days: fc.integer({ min: 1, max: 40 }) })
        .map(({ days }) => new IntervalTrigger({ days, hours: days % 3, startDate: '2000-01-03T14:00Z' })),
      fc.tuple(weekdays, zone).map(([text, timezone]) => CronTrigger.fromCrontab(`0 9 * * ${text}`, { timezone })),
      fc
        .tuple(weekdays, zone)
        .map(([text, timezone]) => CronTrigger.fromCrontab(`*/15 5-18 * * ${text}`, { timezone })),
      fc
        .tuple(fc.integer({ min: 1, max: 40 }), zone)
        .map(([days, timezone]) => new CalendarIntervalTrigger({ days, hour: 9, timezone, startDate: '2000-02-01' })),
    );
    const over = { from: Date.UTC(2015, 0), to: Date.UTC(2060, 0) };
    fc.assert(
      fc.property(seldom, often, (rare, other) => {
        agree(
          new AndTrigger([rare, other]),
          over,
          walk(rare, over).filter((at) => isAt(other, at)),
        );
      }),
      { numRuns: RUNS },
    );
  });

  it.each<[string, Trigger, Trigger, readonly string[]]>([
    [
      'a few days a year on which clocks are closer',
      new CalendarIntervalTrigger({ months: 13, hour: 9, timezone: 'Antarctica/Troll', startDate: '2000-01-29' }),
      CronTrigger.fromCrontab('*/15 5-18 * * *', { timezone: 'America/New_York' }),
      ['2035-10-29T09:00Z', '2041-03-29T09:00Z', '2048-10-29T09:00Z'],
    ],
    [
      'a few hours between two changes of clocks',
      CronTrigger.fromCrontab('30 4 8 3 *', { timezone: 'America/New_York' }),
      CronTrigger.fromCrontab('30 0 * * *', { timezone: 'America/Los_Angeles' }),
      ['2015-03-08T08:30Z', '2020-03-08T08:30Z', '2026-03-08T08:30Z', '2037-03-08T08:30Z'],
    ],
  ])('knows %s, however far apart', (_, lead, other, expected) => {
    const times = expected.map((text) => Date.parse(text));
    const trigger = new AndTrigger([lead, other]);
    agree(trigger, { from: Date.UTC(2015, 0), to: (times.at(-1) ?? 0) + HOUR }, times);
  });

  it('knows which clocks were apart before the rules changed', () => {
    const parts = [
      CronTrigger.fromCrontab('0 9 * * *', { timezone: 'America/New_York' }),
      CronTrigger.fromCrontab('0 16 * * *', { timezone: 'Europe/Berlin' }),
    ];
    const trigger = new AndTrigger(parts);
    expect(trigger.previous('2026-01-01')).toBe(Date.parse('2006-04-01T14:00Z'));
    expect(trigger.next('2026-01-01')).toBeNull();
  });
});

describe('except', () => {
  it('fires when one does and the other does not, around any change of clocks', () => {
    fc.assert(
      fc.property(around, ({ parts: [trigger, except], over }) => {
        agree(
          new ExceptTrigger({ trigger, except }),
          over,
          walk(trigger, over).filter((at) => !isAt(except, at)),
        );
      }),
      { numRuns: RUNS },
    );
  });

  it('leaves out days, around any change of clocks', () => {
    fc.assert(
      fc.property(around, zone, fc.boolean(), ({ change, parts: [trigger, except], over }, other, isThere) => {
        const timezone = isThere ? change.timezone : other;
        const expected = offDaysOf(except, walk(trigger, over), timezone);
        agree(new ExceptTrigger({ trigger, except, by: 'day', timezone }), over, expected);
      }),
      { numRuns: RUNS },
    );
  });
});
