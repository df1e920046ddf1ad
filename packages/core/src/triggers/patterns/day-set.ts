// Sets of days, asked for a month at a time: what cron patterns and calendar intervals have in common.
import { civilFromDays, dayOf, daysInMonth, monthOf, weekdayOf, yearOf } from '../../time/civil.ts';
import { bitRange } from '../cron/bits.ts';
import { monthDays, rotate } from '../cron/month-days.ts';
import type { CronSpec } from '../cron/spec.ts';
import { valuesOf } from '../cron/values.ts';
import { greatestCommonDivisor, leastCommonMultiple, remainder } from './whole-numbers.ts';

/** How long to look for a day of a set before there is none. */
export interface DayCycle {
  /** The years outside of which it has no day. */
  readonly first: number;
  readonly last: number;
  /** From this year on, what does not come within so many years never comes. */
  readonly steadyFrom: number;
  readonly years: number;
}

/** Days of the calendar. */
export interface DaySet {
  /** Every day there is. */
  readonly isEvery: boolean;
  /** The months outside of which it has no day, bits 1…12. */
  readonly months: number;
  /** The weekdays outside of which it has no day, bits 0…6, Monday = 0. */
  readonly weekdays: number;
  /** The years outside of which it has no day, sorted; null for any. */
  readonly years: readonly number[] | null;
  readonly cycle: DayCycle;
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
const ALL_WEEKDAYS = bitRange(0, 6);
/**
 * By its first weekday, its length and that of the year before, a year is one of 21, which decides the weekday and the week
 * of each of its dates. There is each of them in any so many years.
 */
const EVERY_KIND_OF_YEAR = 40;

const ALL_YEARS: DayCycle = {
  first: FIRST_YEAR,
  last: LAST_YEAR,
  steadyFrom: FIRST_YEAR,
  years: EVERY_KIND_OF_YEAR,
};

const CRON_CYCLE: DayCycle = { ...ALL_YEARS, first: FIRST_CRON_YEAR, steadyFrom: FIRST_CRON_YEAR };

/** All days there are. */
export const EVERY_DAY: DaySet = {
  isEvery: true,
  months: ALL_MONTHS,
  weekdays: ALL_WEEKDAYS,
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
    weekdays: weekdaysOfSteps(every, start),
    years: null,
    cycle: {
      ...ALL_YEARS,
      years: every === 7 ? EVERY_KIND_OF_YEAR : (every / greatestCommonDivisor(every, CYCLE_DAYS)) * CYCLE_YEARS,
    },
    daysOf: (year, month, first) => {
      let found = 0;
      const length = daysInMonth(year, month);
      for (let day = remainder(start - first, every); day < length; day += every) found |= 2 << day;
      return found;
    },
  };
}

/** The same day of every so many months, counted from a day since 1970-01-01. */
export function everySoManyMonths(every: number, start: number): DaySet {
  const date = civilFromDays(start);
  const day = dayOf(date);
  const startMonth = yearOf(date) * 12 + monthOf(date);
  return {
    ...EVERY_DAY,
    isEvery: false,
    cycle: { ...ALL_YEARS, years: (every / greatestCommonDivisor(every, CYCLE_YEARS * 12)) * CYCLE_YEARS },
    daysOf: (year, month) =>
      (year * 12 + month - startMonth) % every === 0 && day <= daysInMonth(year, month) ? 1 << day : 0,
  };
}

/** All days since 1970. */
export const CRON_DAYS: DaySet = { ...EVERY_DAY, cycle: CRON_CYCLE };

/** The weekdays of every so many days from a day on. */
export function weekdaysOfSteps(every: number, start: number): number {
  return every % 7 === 0 ? 1 << weekdayOf(start) : ALL_WEEKDAYS;
}

/** The days of a cron pattern. */
export class SpecDays implements DaySet {
  readonly isEvery: boolean;
  readonly months: number;
  readonly weekdays: number;
  readonly years: readonly number[] | null;
  readonly cycle = CRON_CYCLE;
  private readonly spec: CronSpec;

  constructor(spec: CronSpec) {
    this.spec = spec;
    this.months = spec.months;
    this.weekdays = weekdaysOf(spec);
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

function weekdaysOf({ monthDays, weekDays, dayMatch }: CronSpec): number {
  const isOther = weekDays.any || (dayMatch === 'or' && !monthDays.any);
  if (isOther || weekDays.weekdays === 0) return ALL_WEEKDAYS;
  const nth = valuesOf(weekDays.nth).reduce((set, bit) => set | (1 << (bit % 7)), 0);
  return weekDays.weekdays | weekDays.lastWeekdays | nth;
}

/** The days of both. */
export function daysOfBoth(a: DaySet, b: DaySet): DaySet {
  if (a.isEvery && a.cycle.first <= b.cycle.first) return b;
  if (b.isEvery && b.cycle.first <= a.cycle.first) return a;
  const weekdays = a.weekdays & b.weekdays;
  return {
    isEvery: false,
    months: weekdays === 0 ? 0 : a.months & b.months,
    weekdays,
    years: commonYears(a.years, b.years),
    cycle: {
      first: Math.max(a.cycle.first, b.cycle.first),
      last: Math.min(a.cycle.last, b.cycle.last),
      ...steadiness(a.cycle, b.cycle),
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
    weekdays: a.weekdays,
    years: a.years,
    cycle: { ...a.cycle, ...steadinessWithout(a, b) },
    daysOf: (year, month, first) => {
      const days = a.daysOf(year, month, first);
      return days === 0 ? 0 : days & ~daysOfMonth(b, year, month, first);
    },
  };
}

type Steadiness = Pick<DayCycle, 'steadyFrom' | 'years'>;

function steadiness(a: DayCycle, b: DayCycle): Steadiness {
  return {
    steadyFrom: Math.max(a.steadyFrom, b.steadyFrom),
    years: leastCommonMultiple(a.years, b.years),
  };
}

/** What is taken away may end, and then what is left is another set. */
function steadinessWithout(a: DaySet, b: DaySet): Steadiness {
  const last = Math.min(b.cycle.last, b.years?.at(-1) ?? LAST_YEAR);
  if (last >= a.cycle.last) return steadiness(a.cycle, b.cycle);
  return { steadyFrom: Math.max(a.cycle.steadyFrom, last + 1), years: a.cycle.years };
}

/** The days so many days before those of a set: -1, 0 or 1. A set that is every day is taken to begin where it began. */
export function daysBefore(days: DaySet, by: number): DaySet {
  if (by === 0 || days.isEvery) return days;
  const { cycle } = days;
  return {
    isEvery: false,
    months: days.months | (by > 0 ? monthsBefore(days.months) : monthsAfter(days.months)),
    weekdays: rotate(days.weekdays, remainder(by, 7)),
    years: null,
    cycle: {
      first: Math.max(cycle.first, days.years?.[0] ?? cycle.first) - 1,
      last: Math.min(Math.min(cycle.last, days.years?.at(-1) ?? cycle.last) + 1, LAST_YEAR),
      steadyFrom: cycle.steadyFrom + 1,
      years: cycle.years,
    },
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

function monthsBefore(months: number): number {
  return ((months >>> 1) | (months << 11)) & ALL_MONTHS;
}

function monthsAfter(months: number): number {
  return ((months << 1) | (months >>> 11)) & ALL_MONTHS;
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
