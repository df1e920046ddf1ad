// What every trigger promises, over random triggers, zones and instants.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CalendarIntervalTrigger } from '../../src/triggers/calendar-interval.ts';
import { AndTrigger, ExceptTrigger, OrTrigger } from '../../src/triggers/combine.ts';
import { CronTrigger } from '../../src/triggers/cron/cron.ts';
import { DateTrigger } from '../../src/triggers/date.ts';
import { IntervalTrigger } from '../../src/triggers/interval.ts';
import { triggerFromJson } from '../../src/triggers/json.ts';
import type { Trigger } from '../../src/triggers/trigger.ts';

const RUNS = process.env['SCHED_FULL_SWEEP'] === '1' ? 10_000 : 300;

const timezone = fc.constantFrom(...Intl.supportedValuesOf('timeZone'), 'UTC', '+05:45', '-03:30');
const instant = fc.integer({ min: Date.UTC(1971, 0), max: Date.UTC(2060, 0) });
const dst = fc.record({ gap: fc.constantFrom('shift', 'skip'), overlap: fc.constantFrom('first', 'both') } as const, {
  requiredKeys: [],
});

/** A field of a cron trigger: `*`, a value, a range, a list or a step. */
function field(min: number, max: number) {
  const value = fc.integer({ min, max });
  const range = fc.tuple(value, value).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`);
  const step = fc.integer({ min: 1, max: Math.min(max - min, 20) }).map((n) => `*/${n}`);
  return fc.oneof(
    value,
    range,
    step,
    fc.constant('*'),
    fc.array(value, { minLength: 1, maxLength: 4 }).map((all) => all.join(',')),
  );
}

const weekday = fc.constantFrom('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun');
const day = fc.oneof(
  field(1, 31),
  fc.constant('last'),
  fc.tuple(fc.constantFrom('1st', '2nd', '3rd', '4th', '5th', 'last'), weekday).map(([n, name]) => `${n} ${name}`),
);

const cronFields = fc
  .record(
    {
      year: fc.oneof(
        field(1990, 2050).filter((text) => !String(text).includes('*')),
        fc.constant('*'),
      ),
      month: field(1, 12),
      day,
      week: field(1, 53),
      dayOfWeek: field(0, 6),
      hour: field(0, 23),
      minute: field(0, 59),
      second: field(0, 59),
      dst,
      timezone,
    },
    { requiredKeys: ['timezone'] },
  )
  .map((options) => new CronTrigger(options));

const crontab = fc
  .tuple(
    fc.constantFrom(
      '*/5 * * * *',
      '30 2 * * *',
      '0 0 L * *',
      '15 3 LW * *',
      '0 12 15W * *',
      '0 9 1-7 * 1',
      '59 23 * * 5L',
      '0 0 1 1 0#2',
      '*/20 1-3 * * *',
      '0 0 29 2 *',
      '0 30 4 L-3 * *',
    ),
    timezone,
  )
  .map(([text, zone]) => CronTrigger.fromCrontab(text, { timezone: zone }));

const interval = fc
  .record({
    seconds: fc.integer({ min: 1, max: 10_000_000 }),
    milliseconds: fc.integer({ min: 0, max: 999 }),
    startDate: instant,
  })
  .map((options) => new IntervalTrigger(options));

const startDate = fc
  .integer({ min: -3000, max: 25_000 })
  .map((days) => new Date(days * 86_400_000).toISOString().slice(0, 10));
const calendar = fc
  .record({
    years: fc.integer({ min: 0, max: 4 }),
    months: fc.integer({ min: 0, max: 14 }),
    weeks: fc.integer({ min: 0, max: 5 }),
    days: fc.integer({ min: 1, max: 40 }),
    unit: fc.constantFrom('years', 'months', 'weeks', 'days', 'all'),
    hour: fc.integer({ min: 0, max: 23 }),
    minute: fc.constantFrom(0, 1, 30, 59),
    startDate,
    timezone,
    dst,
  })
  .map(({ years, months, weeks, days, unit, ...rest }) => {
    const units =
      unit === 'all' ? { years, months, weeks, days } : { [unit]: { years, months, weeks, days }[unit] || 1 };
    return new CalendarIntervalTrigger({ ...units, ...rest });
  });

const date = fc.array(instant, { minLength: 1, maxLength: 5 }).map((runDate) => new DateTrigger({ runDate }));

const simple: fc.Arbitrary<Trigger> = fc.oneof(cronFields, crontab, interval, calendar, date);
const frequent = fc.constantFrom<Trigger>(
  new CronTrigger(),
  new IntervalTrigger({ milliseconds: 1 }),
  new CronTrigger({ second: '*/2' }),
);
const combined: fc.Arbitrary<Trigger> = fc.oneof(
  fc.array(simple, { minLength: 1, maxLength: 3 }).map((triggers) => new OrTrigger(triggers)),
  // Parts that meet: a search that finds nothing looks at ten thousand fire times, over centuries.
  fc.tuple(simple, frequent).map((triggers) => new AndTrigger(triggers)),
  fc
    .tuple(simple, simple, fc.constantFrom('instant', 'day'), timezone)
    .map(
      ([trigger, except, by, zone]) =>
        new ExceptTrigger({ trigger, except, ...(by === 'day' ? { by: 'day', timezone: zone } : {}) }),
    ),
);

function check(property: fc.IProperty<unknown>): void {
  fc.assert(property, { numRuns: RUNS });
}

describe.each([
  ['simple triggers', simple],
  ['combinations', combined],
])('%s', (name, trigger) => {
  const isExact = name === 'simple triggers';

  it('next is later than the instant, and previous finds it again', () => {
    check(
      fc.property(trigger, instant, (t, at) => {
        const next = t.next(at);
        if (next === null) return;
        expect(next).toBeGreaterThan(at);
        expect(t.previous(next)).toBe(next);
        // Dates may be one millisecond apart.
        expect(t.previous(next + 1)).toBe(t.next(next) === next + 1 ? next + 1 : next);
        expect(t.next(next - 1)).toBe(next);
        const before = t.previous(next - 1);
        if (before !== null) expect(before).toBeLessThanOrEqual(at);
      }),
    );
  });

  it('previous is not later than the instant, and next finds it again', () => {
    check(
      fc.property(trigger, instant, (t, at) => {
        const previous = t.previous(at);
        if (previous === null) return;
        expect(previous).toBeLessThanOrEqual(at);
        expect(t.next(previous - 1)).toBe(previous);
        const after = t.next(previous);
        if (after !== null) expect(after).toBeGreaterThan(at);
      }),
    );
  });

  it('a later instant never has an earlier next or previous', () => {
    check(
      fc.property(trigger, instant, fc.integer({ min: 0, max: 400 * 86_400_000 }), (t, at, later) => {
        expect(t.next(at + later) ?? Infinity).toBeGreaterThanOrEqual(t.next(at) ?? Infinity);
        expect(t.previous(at + later) ?? -Infinity).toBeGreaterThanOrEqual(t.previous(at) ?? -Infinity);
      }),
    );
  });

  it('survives being stored', () => {
    check(
      fc.property(trigger, instant, (t, at) => {
        const again = triggerFromJson(JSON.parse(JSON.stringify(t)));
        expect(again.toJSON()).toEqual(t.toJSON());
        expect(String(again)).toBe(String(t));
        expect(again.next(at)).toBe(t.next(at));
        expect(again.previous(at)).toBe(t.previous(at));
      }),
    );
  });

  it('counts what a walk finds', () => {
    check(
      fc.property(
        trigger,
        instant,
        fc.integer({ min: 0, max: isExact ? 200 : 20 }),
        fc.integer({ min: 0, max: 5000 }),
        (t, at, steps, extra) => {
          let upTo = at;
          let walked = 0;
          for (let next = t.next(at); next !== null && walked < steps; next = t.next(next)) {
            walked += 1;
            upTo = next;
          }
          const after = t.next(upTo);
          const end = after === null ? upTo + extra : Math.min(upTo + extra, after - 1);
          expect(t.count(at, end)).toBe(walked);
          expect(t.count(end, at)).toBe(0);
        },
      ),
    );
  });
});
