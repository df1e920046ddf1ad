// The search over days and times of day: days by the month, times by the day, all integer arithmetic and bit scans.
import { civilFromDays, DAY_SECONDS, dayOf, daysFromCivil, monthOf, yearOf } from '../../time/civil.ts';
import { bitCount, highestBit, lowestBit } from '../cron/bits.ts';
import type { TimeOfDay } from '../cron/time-of-day.ts';
import type { WallTimes } from '../wall-times.ts';
import { type DaySet, hasYear, LAST_YEAR, yearIndex } from './day-set.ts';

const LAST_DAY = daysFromCivil(LAST_YEAR, 12, 31);

/** The wall-clock times that are one of some times of day, on one of some days. */
export class PatternTimes implements WallTimes {
  private readonly daySet: DaySet;
  private readonly time: TimeOfDay;
  private readonly isDaily: boolean;
  private readonly firstDay: number;
  /** The month looked at last and its days: near fires stay in one month. */
  private month = -1;
  private days = 0;
  /** There is no day from the one on, and none up to the other: to know it costs a look at many years. */
  private noneFrom = Infinity;
  private noneUpTo = -Infinity;

  constructor(days: DaySet, time: TimeOfDay) {
    this.daySet = days;
    this.time = time;
    this.isDaily = days.isEvery;
    this.firstDay = daysFromCivil(days.cycle.first, 1, 1);
  }

  next(wall: number): number {
    const day = Math.floor(wall / DAY_SECONDS);
    if (day < this.firstDay) return this.atDay(this.dayFrom(this.firstDay), this.time.first);
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
    const start = Math.min(Math.max(from, this.firstDay * DAY_SECONDS), (LAST_DAY + 1) * DAY_SECONDS);
    const end = Math.min(Math.max(to, this.firstDay * DAY_SECONDS), (LAST_DAY + 1) * DAY_SECONDS);
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
    if (day < this.firstDay || day > LAST_DAY) return false;
    if (this.isDaily) return true;
    const date = civilFromDays(day);
    return ((this.daysOf(yearOf(date), monthOf(date), day - dayOf(date) + 1) >>> dayOf(date)) & 1) === 1;
  }

  /** The first matching day from `day` on; Infinity when there is none. */
  private dayFrom(day: number): number {
    if (day > LAST_DAY || day >= this.noneFrom) return Infinity;
    if (this.isDaily) return day;
    const date = civilFromDays(day);
    const first = day - dayOf(date) + 1;
    const days = this.daysOf(yearOf(date), monthOf(date), first) & (-1 << dayOf(date));
    if (days !== 0) return first + lowestBit(days) - 1;
    const found = this.dayAfterMonth(yearOf(date), monthOf(date));
    if (found === Infinity) this.noneFrom = day;
    return found;
  }

  private dayAfterMonth(year: number, month: number): number {
    const { years, months, cycle } = this.daySet;
    const lastYear = Math.min(years === null ? Math.max(year, cycle.steadyFrom) + cycle.years : LAST_YEAR, cycle.last);
    let after = month;
    for (let y = year; y <= lastYear; y++, after = 0) {
      if (years !== null && !hasYear(years, y)) {
        const later = years[yearIndex(years, y)];
        if (later === undefined) break;
        y = later;
        after = 0;
      }
      for (let rest = months & (-2 << after); rest !== 0; rest &= rest - 1) {
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
    if (day < this.firstDay || day <= this.noneUpTo) return -Infinity;
    if (this.isDaily) return day;
    const date = civilFromDays(day);
    const first = day - dayOf(date) + 1;
    const days = this.daysOf(yearOf(date), monthOf(date), first) & ~(-2 << dayOf(date));
    if (days !== 0) return first + highestBit(days) - 1;
    const found = this.dayBeforeMonth(yearOf(date), monthOf(date));
    if (found === -Infinity) this.noneUpTo = day;
    return found;
  }

  private dayBeforeMonth(year: number, month: number): number {
    const { years, months, cycle } = this.daySet;
    const looked = Math.min(year, cycle.last) - cycle.years;
    let before = month;
    for (let y = year; y >= cycle.first; y--, before = 13) {
      if (years === null && y < looked && y > cycle.steadyFrom) y = cycle.steadyFrom;
      if (years !== null && !hasYear(years, y)) {
        const earlier = years[yearIndex(years, y) - 1];
        if (earlier === undefined) break;
        y = earlier;
        before = 13;
      }
      for (let rest = months & ~(-1 << before); rest !== 0; ) {
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
    const { months, years } = this.daySet;
    if (((months >>> month) & 1) === 0) return 0;
    const key = (year << 4) | month;
    if (key === this.month) return this.days;
    const days = years !== null && !hasYear(years, year) ? 0 : this.daySet.daysOf(year, month, first);
    this.month = key;
    this.days = days;
    return days;
  }
}
