// The search over a cron spec: days by the month, times by the day, all integer arithmetic and bit scans.
import { civilFromDays, DAY_SECONDS, dayOf, daysFromCivil, monthOf, yearOf } from '../../time/civil.ts';
import type { WallTimes } from '../wall-times.ts';
import { bitCount, bitRange, highestBit, lowestBit } from './bits.ts';
import { monthDays } from './month-days.ts';
import type { CronSpec } from './spec.ts';
import { TimeOfDay } from './time-of-day.ts';

/** The years a cron trigger can fire in. */
const FIRST_YEAR = 1970;
const LAST_YEAR = 9999;

const LAST_DAY = daysFromCivil(LAST_YEAR, 12, 31);
const ALL_MONTHS = bitRange(1, 12);
/** The calendar, weekdays included, repeats after 400 years: what they do not contain never comes. */
const CYCLE_YEARS = 400;

/** The wall-clock times that match a cron spec. */
export class CronTimes implements WallTimes {
  private readonly spec: CronSpec;
  private readonly time: TimeOfDay;
  private readonly isDaily: boolean;
  /** The month looked at last and its days: near fires stay in one month. */
  private month = -1;
  private days = 0;

  constructor(spec: CronSpec) {
    this.spec = spec;
    this.time = new TimeOfDay(spec);
    this.isDaily =
      spec.monthDays.any &&
      spec.weekDays.any &&
      spec.weeks === null &&
      spec.years === null &&
      spec.months === ALL_MONTHS;
  }

  next(wall: number): number {
    const day = Math.floor(wall / DAY_SECONDS);
    if (day < 0) return this.atDay(this.dayFrom(0), this.time.first);
    if (this.matches(day)) {
      const time = this.time.next(wall - day * DAY_SECONDS);
      if (time >= 0) return day * DAY_SECONDS + time;
    }
    return this.atDay(this.dayFrom(day + 1), this.time.first);
  }

  previous(wall: number): number {
    const day = Math.floor(wall / DAY_SECONDS);
    if (day > LAST_DAY) return this.atDay(this.dayUpTo(LAST_DAY), this.time.last);
    if (this.matches(day)) {
      const time = this.time.previous(wall - day * DAY_SECONDS);
      if (time >= 0) return day * DAY_SECONDS + time;
    }
    return this.atDay(this.dayUpTo(day - 1), this.time.last);
  }

  count(from: number, to: number): number {
    const start = Math.min(Math.max(from, 0), (LAST_DAY + 1) * DAY_SECONDS);
    const end = Math.min(Math.max(to, 0), (LAST_DAY + 1) * DAY_SECONDS);
    const firstDay = Math.floor(start / DAY_SECONDS);
    const endDay = Math.floor(end / DAY_SECONDS);
    return (
      this.countDays(firstDay, endDay) * this.time.perDay +
      (this.matches(endDay) ? this.time.countBefore(end - endDay * DAY_SECONDS) : 0) -
      (this.matches(firstDay) ? this.time.countBefore(start - firstDay * DAY_SECONDS) : 0)
    );
  }

  private atDay(day: number, time: number): number {
    return day * DAY_SECONDS + time;
  }

  private matches(day: number): boolean {
    if (day < 0 || day > LAST_DAY) return false;
    if (this.isDaily) return true;
    const date = civilFromDays(day);
    return ((this.daysOf(yearOf(date), monthOf(date), day - dayOf(date) + 1) >>> dayOf(date)) & 1) === 1;
  }

  /** The first matching day from `day` on; Infinity when there is none. */
  private dayFrom(day: number): number {
    if (day > LAST_DAY) return Infinity;
    if (this.isDaily) return day;
    const date = civilFromDays(day);
    const first = day - dayOf(date) + 1;
    const days = this.daysOf(yearOf(date), monthOf(date), first) & (-1 << dayOf(date));
    if (days !== 0) return first + lowestBit(days) - 1;
    return this.dayAfterMonth(yearOf(date), monthOf(date));
  }

  private dayAfterMonth(year: number, month: number): number {
    const { years } = this.spec;
    const lastYear = Math.min(LAST_YEAR, years === null ? year + CYCLE_YEARS : LAST_YEAR);
    let after = month;
    for (let y = year; y <= lastYear; y++, after = 0) {
      if (years !== null && !hasYear(years, y)) {
        const later = years[yearIndex(years, y)];
        if (later === undefined) break;
        y = later;
        after = 0;
      }
      for (let rest = this.spec.months & (-2 << after); rest !== 0; rest &= rest - 1) {
        const m = lowestBit(rest);
        const first = daysFromCivil(y, m, 1);
        const days = this.daysOf(y, m, first);
        if (days !== 0) return first + lowestBit(days) - 1;
      }
    }
    return Infinity;
  }

  /** The last matching day up to `day`; -Infinity when there is none. */
  private dayUpTo(day: number): number {
    if (day < 0) return -Infinity;
    if (this.isDaily) return day;
    const date = civilFromDays(day);
    const first = day - dayOf(date) + 1;
    const days = this.daysOf(yearOf(date), monthOf(date), first) & ~(-2 << dayOf(date));
    if (days !== 0) return first + highestBit(days) - 1;
    return this.dayBeforeMonth(yearOf(date), monthOf(date));
  }

  private dayBeforeMonth(year: number, month: number): number {
    const { years } = this.spec;
    const firstYear = Math.max(FIRST_YEAR, years === null ? year - CYCLE_YEARS : FIRST_YEAR);
    let before = month;
    for (let y = year; y >= firstYear; y--, before = 13) {
      if (years !== null && !hasYear(years, y)) {
        const earlier = years[yearIndex(years, y) - 1];
        if (earlier === undefined) break;
        y = earlier;
        before = 13;
      }
      for (let rest = this.spec.months & ~(-1 << before); rest !== 0; ) {
        const m = highestBit(rest);
        rest ^= 1 << m;
        const first = daysFromCivil(y, m, 1);
        const days = this.daysOf(y, m, first);
        if (days !== 0) return first + highestBit(days) - 1;
      }
    }
    return -Infinity;
  }

  /** How many matching days lie in `[from, end)`. */
  private countDays(from: number, end: number): number {
    if (this.isDaily) return end - from;
    let total = 0;
    for (let day = from; day < end; ) {
      const date = civilFromDays(day);
      const first = day - dayOf(date) + 1;
      const next = daysFromCivil(yearOf(date), monthOf(date) + 1, 1);
      let days = this.daysOf(yearOf(date), monthOf(date), first) & (-1 << dayOf(date));
      if (end < next) days &= ~(-1 << (end - first + 1));
      total += bitCount(days);
      day = next;
    }
    return total;
  }

  /** The matching days of a month, bits 1…31; none where the year or month does not match. */
  private daysOf(year: number, month: number, first: number): number {
    const { spec } = this;
    if (((spec.months >>> month) & 1) === 0) return 0;
    const key = (year << 4) | month;
    if (key === this.month) return this.days;
    const days = spec.years !== null && !hasYear(spec.years, year) ? 0 : monthDays(spec, year, month, first);
    this.month = key;
    this.days = days;
    return days;
  }
}

function hasYear(years: readonly number[], year: number): boolean {
  return years[yearIndex(years, year)] === year;
}

/** Where the first year at or after `year` stands in the sorted years. */
function yearIndex(years: readonly number[], year: number): number {
  let low = 0;
  let high = years.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((years[middle] ?? LAST_YEAR) < year) low = middle + 1;
    else high = middle;
  }
  return low;
}
