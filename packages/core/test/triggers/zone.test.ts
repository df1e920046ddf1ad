// Time zones: names, and offsets at any instant against luxon.
import fc from 'fast-check';
import { FixedOffsetZone, IANAZone } from 'luxon';
import { describe, expect, it, vi } from 'vitest';
import {
  civilFromDays,
  dayOf,
  daysFromCivil,
  daysInMonth,
  isoWeekOf,
  monthOf,
  weekdayOf,
  yearOf,
} from '../../src/time/civil.ts';
import { offsetAt, zone } from '../../src/time/zone.ts';

const HOUR = 3_600_000;

describe('zone', () => {
  it.each([
    ['Europe/Berlin', 'Europe/Berlin'],
    ['europe/berlin', 'Europe/Berlin'],
    ['utc', 'UTC'],
    ['Z', 'UTC'],
    ['Asia/Kolkata', 'Asia/Kolkata'],
    ['US/Eastern', 'US/Eastern'],
    ['+05:30', 'UTC+5:30'],
    ['-0800', 'UTC-8'],
    ['UTC+2', 'UTC+2'],
    ['+00:00', 'UTC'],
  ])('%s is %s', (given, name) => {
    expect(zone(given).name).toBe(name);
    expect(zone(zone(given).name)).toBe(zone(given));
  });

  it('takes the zones of luxon', () => {
    expect(zone(IANAZone.create('Asia/Tokyo'))).toBe(zone('Asia/Tokyo'));
    expect(offsetAt(zone(FixedOffsetZone.instance(-210)), 0)).toBe(-3.5 * HOUR);
  });

  it.each(['', 'Mars/Olympus', ' UTC', '+25:00', '+05:60', 'local', null, 5, {}])('refuses %j', (name) => {
    expect(() => zone(name as string)).toThrow(expect.objectContaining({ code: 'invalid-option', field: 'timezone' }));
  });

  it.each([
    ['America/New_York', '1800-01-01T00:00:00Z', -(4 * 3600 + 56 * 60 + 2)],
    ['Africa/Monrovia', '1972-01-06T00:00:00Z', -(44 * 60 + 30)],
    ['Pacific/Apia', '2011-12-30T09:59:59Z', -10 * 3600],
    ['Pacific/Apia', '2011-12-30T10:00:00Z', 14 * 3600],
    ['Australia/Lord_Howe', '2026-04-04T14:59:59Z', 11 * 3600],
    ['Australia/Lord_Howe', '2026-04-04T15:00:00Z', 10.5 * 3600],
    ['America/New_York', '9999-07-01T00:00:00Z', -4 * 3600],
    ['America/New_York', '9999-12-31T00:00:00Z', -5 * 3600],
  ])('%s at %s is %d s from UTC', (name, at, seconds) => {
    expect(offsetAt(zone(name), Date.parse(at))).toBe(seconds * 1000);
  });

  it('agrees with luxon at any instant from 1700 to 9999', () => {
    const names = fc.constantFrom(...Intl.supportedValuesOf('timeZone'));
    const recent = fc.integer({ min: Date.UTC(1900, 0), max: Date.UTC(2040, 0) });
    const any = fc.integer({ min: Date.UTC(1700, 0), max: Date.UTC(9999, 11, 31) });
    fc.assert(
      fc.property(names, fc.oneof(recent, any), (name, at) => {
        expect(offsetAt(zone(name), at)).toBe(Math.round(IANAZone.create(name).offset(at) * 60_000));
      }),
      { numRuns: process.env['SCHED_FULL_SWEEP'] === '1' ? 200_000 : 2_000 },
    );
  });

  it('has segments that join, and says what was in force before each', () => {
    const place = zone('Africa/Casablanca');
    let segment = { ...place.segmentAt(Date.UTC(1990, 0) / 1000) };
    for (let i = 0; i < 200; i++) {
      const next = { ...place.segmentAt(segment.end) };
      expect(next.start).toBeLessThanOrEqual(segment.end);
      expect(next.end).toBeGreaterThan(segment.end);
      if (next.start === segment.end) expect(next.offsetBefore).toBe(segment.offset);
      else expect(next.offset).toBe(segment.offset);
      segment = next;
    }
  });
});

describe('whatever was asked before', () => {
  const DAY_SECONDS = 86_400;

  it.each([
    ['Africa/Freetown', 1939],
    ['Africa/Tunis', 1943],
    ['Europe/Vienna', 1945],
    ['America/Recife', 2000],
    ['Asia/Gaza', 2040],
    ['Pacific/Apia', 2011],
    ['Africa/Casablanca', 2026],
    ['America/New_York', 2107],
  ])('%s: every change of %d is found, and nothing else', (name, year) => {
    const from = Date.UTC(year, 0) / 1000;
    const place = zone(name);
    // Forwards, backwards and across: each order joins what was found in another way.
    for (const step of [1, 363, 61, 100]) {
      for (let n = 0; n < 365; n++) {
        const at = from + ((n * step) % 365) * DAY_SECONDS + 43_200;
        const { start, end, offset, offsetBefore } = place.segmentAt(at);
        const luxon = IANAZone.create(name);
        const minutes = (second: number) => Math.round(luxon.offset(second * 1000) * 60);
        expect([at, offset, start <= at && at < end]).toEqual([at, minutes(at), true]);
        expect([end, minutes(end - 1), minutes(start - 1)]).toEqual([end, offset, offsetBefore]);
      }
    }
    const changes = new Set<number>();
    for (let at = from; at < from + 365 * DAY_SECONDS; at = place.segmentAt(at).end) {
      const { start, offset, offsetBefore } = place.segmentAt(at);
      if (offset !== offsetBefore) changes.add(start);
    }
    let seen = 0;
    for (let at = from; at < from + 365 * DAY_SECONDS; at += 3600) {
      if (IANAZone.create(name).offset(at * 1000) !== IANAZone.create(name).offset((at - 3600) * 1000)) seen++;
    }
    expect(changes.size).toBeGreaterThanOrEqual(seen);
    expect(changes.size).toBeLessThanOrEqual(seen + 1);
  });

  it('asks Intl for the weeks it is asked about only, and once', async () => {
    // A formatter that counts, and a copy of the module that has not asked yet.
    const Formatter = Intl.DateTimeFormat;
    let looks = 0;
    function counting(...given: ConstructorParameters<typeof Formatter>) {
      const made = new Formatter(...given);
      const { format } = made;
      const value = (at: number) => {
        looks++;
        return format(at);
      };
      return Object.defineProperty(made, 'format', { value });
    }
    vi.stubGlobal('Intl', { ...Intl, DateTimeFormat: counting });
    vi.resetModules();
    try {
      const fresh = await import('../../src/time/zone.ts');
      const place = fresh.zone('America/New_York');
      expect(place.segmentAt(Date.UTC(2026, 5, 15) / 1000).offset).toBe(-4 * 3600);
      expect(looks).toBeGreaterThan(0);
      expect(looks).toBeLessThan(10);
      const before = looks;
      place.segmentAt(Date.UTC(2026, 5, 15, 7) / 1000);
      expect(looks).toBe(before);
    } finally {
      vi.unstubAllGlobals();
    }
  });
});

describe('segments around the turn of a year', () => {
  it.each([
    ['Pacific/Kiritimati', '1994-12-31T10:00:00Z'],
    ['Pacific/Apia', '2011-12-30T10:00:00Z'],
    ['Africa/Sao_Tome', '2019-01-01T01:00:00Z'],
    ['Europe/Volgograd', '2020-12-26T22:00:00Z'],
    ['Atlantic/Azores', '1992-12-27T02:00:00Z'],
  ])('%s: a change at %s is seen for three days, whatever was asked before', (name, at) => {
    const change = Date.parse(at) / 1000;
    for (const days of [20, 5, 2.9, 1, 0, 2.9, 5, 0]) {
      const segment = zone(name).segmentAt(change + days * 86_400);
      if (days < 3) expect(segment.start).toBe(change);
      expect(segment.offset).toBe(IANAZone.create(name).offset((change + days * 86_400) * 1000) * 60);
    }
    expect(zone(name).segmentAt(change - 1).end).toBe(change);
  });

  it.each(['Africa/Casablanca', 'Asia/Gaza', 'Europe/London', 'America/Nuuk'])(
    '%s: rules that are written down far ahead, and what follows them, agree with luxon',
    (name) => {
      for (let month = 0; month < 12 * 60; month++) {
        for (const year of [2050, 2470]) {
          const at = Date.UTC(year, month, 1 + (month % 28));
          expect([at, offsetAt(zone(name), at)]).toEqual([at, IANAZone.create(name).offset(at) * 60_000]);
        }
      }
    },
  );
});

describe('civil dates', () => {
  it('agree with Date on every kind of day', () => {
    fc.assert(
      fc.property(fc.integer({ min: -300_000, max: 3_000_000 }), (days) => {
        const date = new Date(days * 86_400_000);
        const packed = civilFromDays(days);
        expect([yearOf(packed), monthOf(packed), dayOf(packed)]).toEqual([
          date.getUTCFullYear(),
          date.getUTCMonth() + 1,
          date.getUTCDate(),
        ]);
        expect(daysFromCivil(yearOf(packed), monthOf(packed), dayOf(packed))).toBe(days);
        expect(weekdayOf(days)).toBe((date.getUTCDay() + 6) % 7);
        expect(daysInMonth(yearOf(packed), monthOf(packed))).toBe(
          new Date(Date.UTC(2000 + (((yearOf(packed) % 400) + 400) % 400), monthOf(packed), 0)).getUTCDate(),
        );
      }),
    );
  });

  it.each([
    ['2024-12-30', 1],
    ['2026-12-31', 53],
    ['2027-01-03', 53],
    ['2027-01-04', 1],
    ['2021-01-01', 53],
  ])('%s lies in ISO week %d', (day, week) => {
    expect(isoWeekOf(Date.parse(day) / 86_400_000)).toBe(week);
  });
});
