// Sets of days, asked for a month at a time: what cron patterns and calendar intervals have in common.
import { daysInMonth } from '../../time/civil.ts';
import { bitRange } from '../cron/bits.ts';
import { monthDays } from '../cron/month-days.ts';
import type { CronSpec } from '../cron/spec.ts';
import { greatestCommonDivisor, leastCommonMultiple, remainder } from './whole-numbers.ts';

/** Days of the calendar. */
export interface DaySet {
  /** Every day there is. */
  readonly isEvery: boolean;
  /** The months outside of which it has no day, bits 1…12. */
  readonly months: number;
  /** The years outside of which it has no day, sorted; null for any. */
  readonly years: readonly number[] | null;
  /** From its first year to its last it repeats itself after so many years. */
  readonly cycle: { readonly first: number; readonly last: number; readonly years: number };
  /** Its days of one of its months, bits 1…31; `first` is that month's first day, counted from 1970-01-01. */
  daysOf(year: number, month: number, first: number): number;
}

/** The years a cron pattern can fire in. */
const FIRST_CRON_YEAR = 1970;
export const LAST_YEAR = 9999;
/** The first whole year that instants reach. */
const FIRST_YEAR = -271_820;

/** The calendar, weekdays included, repeats after 400 years, which are so many days. */
export const CYCLE_YEARS = 400;
export const CYCLE_DAYS = 146_097;

const ALL_MONTHS = bitRange(1, 12);
const ALL_YEARS = { first: FIRST_YEAR, last: LAST_YEAR, years: CYCLE_YEARS };
const CRON_YEARS = { ...ALL_YEARS, first: FIRST_CRON_YEAR };

/** All days there are. */
export const EVERY_DAY: DaySet = {
  isEvery: true,
  months: ALL_MONTHS,
  years: null,
  cycle: ALL_YEARS,
  daysOf: (year, month) => bitRange(1, daysInMonth(year, month)),
};

/** Every so many days, counted from a day since 1970-01-01. */
export function everySoManyDays(every: number, start: number): DaySet {
  if (every === 1) return EVERY_DAY;
  return {
    isEvery: false,
    months: ALL_MONTHS,
    years: null,
    cycle: { ...ALL_YEARS, years: (every / greatestCommonDivisor(every, CYCLE_DAYS)) * CYCLE_YEARS },
    daysOf: (year, month, first) => {
      let found = 0;
      const length = daysInMonth(year, month);
      for (let day = remainder(start - first, every); day < length; day += every) found |= 2 << day;
      return found;
    },
  };
}

/** The days of a cron pattern. */
export class SpecDays implements DaySet {
  readonly isEvery: boolean;
  readonly months: number;
  readonly years: readonly number[] | null;
  readonly cycle = CRON_YEARS;
  private readonly spec: CronSpec;

  constructor(spec: CronSpec) {
    this.spec = spec;
    this.months = spec.months;
    this.years = spec.years;
    this.isEvery =
      spec.monthDays.any &&
      spec.weekDays.any &&
      spec.weeks === null &&
      spec.years === null &&
      spec.months === ALL_MONTHS;
  }

  daysOf(year: number, month: number, first: number): number {
    return monthDays(this.spec, year, month, first);
  }
}

/** The days of both. */
export function daysOfBoth(a: DaySet, b: DaySet): DaySet {
  if (a.isEvery && a.cycle.first <= b.cycle.first) return b;
  if (b.isEvery && b.cycle.first <= a.cycle.first) return a;
  return {
    isEvery: false,
    months: a.months & b.months,
    years: commonYears(a.years, b.years),
    cycle: {
      first: Math.max(a.cycle.first, b.cycle.first),
      last: Math.min(a.cycle.last, b.cycle.last),
      years: leastCommonMultiple(a.cycle.years, b.cycle.years),
    },
    daysOf: (year, month, first) => a.daysOf(year, month, first) & b.daysOf(year, month, first),
  };
}

/** The days of one that the other does not have. */
export function daysWithout(a: DaySet, b: DaySet): DaySet | null {
  if (b.isEvery && b.cycle.first <= a.cycle.first) return null;
  return {
    isEvery: false,
    months: a.months,
    years: a.years,
    // What is taken away may begin or end between.
    cycle: { ...a.cycle, years: b.cycle === CRON_YEARS && b.years === null ? a.cycle.years : LAST_YEAR },
    daysOf: (year, month, first) => {
      const days = a.daysOf(year, month, first);
      return days === 0 ? 0 : days & ~daysOfMonth(b, year, month, first);
    },
  };
}

/** The days so many days before those of a set: -1, 0 or 1. */
export function daysBefore(days: DaySet, by: number): DaySet {
  if (by === 0) return days;
  const { first, last, years } = days.cycle;
  return {
    isEvery: false,
    months: ALL_MONTHS,
    years: null,
    cycle: { first: first - 1, last: last + 1, years: days.years === null ? years : LAST_YEAR },
    daysOf: (year, month, first) => {
      const length = daysInMonth(year, month);
      const own = daysOfMonth(days, year, month, first);
      if (by > 0)
        return ((own >>> 1) & ~1) | ((daysOfMonth(days, year, month + 1, first + length) & 2) << (length - 1));
      const before = daysInMonth(year, month === 1 ? 12 : month - 1);
      const ofBefore = daysOfMonth(days, year, month - 1, first - before);
      return ((own << 1) & ~(-2 << length)) | (((ofBefore >>> before) & 1) << 1);
    },
  };
}

/** The days of any month; 0 is the December before, 13 the January after. */
function daysOfMonth(days: DaySet, year: number, month: number, first: number): number {
  if (month === 0) return daysOfMonth(days, year - 1, 12, first);
  if (month === 13) return daysOfMonth(days, year + 1, 1, first);
  const { months, years, cycle } = days;
  const isOutside = year < cycle.first || year > cycle.last || ((months >>> month) & 1) === 0;
  return isOutside || (years !== null && !hasYear(years, year)) ? 0 : days.daysOf(year, month, first);
}

type Years = DaySet['years'];

function commonYears(a: Years, b: Years): Years {
  if (a === null) return b;
  return b === null ? a : a.filter((year) => hasYear(b, year));
}

/** Whether a year is one of some sorted years. */
export function hasYear(years: readonly number[], year: number): boolean {
  return years[yearIndex(years, year)] === year;
}

/** Where the first year at or after `year` stands in the sorted years. */
export function yearIndex(years: readonly number[], year: number): number {
  let low = 0;
  let high = years.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((years[middle] ?? LAST_YEAR) < year) low = middle + 1;
    else high = middle;
  }
  return low;
}
