// The days of a calendar interval: every n-th date from a start, at one time of day.
import { civilFromDays, DAY_SECONDS, dayOf, daysFromCivil, daysInMonth, monthOf, yearOf } from '../time/civil.ts';
import { bitRange } from './cron/bits.ts';
import { type DaySet, EVERY_DAY, everySoManyDays, everySoManyMonths } from './patterns/day-set.ts';
import type { WallTimes } from './wall-times.ts';

/** What {@link CalendarTimes} are made of. Days are counted from 1970-01-01. */
export interface CalendarGrid {
  readonly startDay: number;
  /** The last day it may fall on. */
  readonly endDay: number;
  /** Months from one date to the next. */
  readonly months: number;
  /** Days from one date to the next, on top of the months. */
  readonly days: number;
  /** Seconds since midnight. */
  readonly time: number;
}

/** Months with days on top repeat themselves at some time nobody knows; so many years are looked at. */
const WANDERING_YEARS = 400;

/** Days from one date that is kept to the next, where dates can be reached from the start only. */
const KEPT_EVERY = 2_000;

/**
 * One wall-clock time on every n-th date; dates that do not exist, such as 31 April, are left out. Months are counted
 * from the start, so that no short month moves the dates after it. Months with days on top go from date to date, "a
 * month and a week later", as in APScheduler.
 */
export class CalendarTimes implements WallTimes {
  private readonly grid: CalendarGrid;
  /** Dates from the start on, as far as has been asked. */
  private readonly kept: number[];
  private recent: number;

  constructor(grid: CalendarGrid) {
    this.grid = grid;
    this.kept = [grid.startDay];
    this.recent = grid.startDay;
  }

  /** Its dates. */
  get days(): DaySet {
    const { startDay, endDay, months, days } = this.grid;
    const startYear = yearOf(civilFromDays(startDay));
    const cycle = { first: startYear, last: yearOf(civilFromDays(endDay)), steadyFrom: startYear };
    const found = months === 0 ? everySoManyDays(days, startDay) : this.daysOfMonths();
    return {
      ...found,
      isEvery: false,
      cycle: { ...cycle, years: found.cycle.years },
      daysOf: (year, month, first) => found.daysOf(year, month, first) & bitsWithin(startDay - first, endDay - first),
    };
  }

  private daysOfMonths(): DaySet {
    const { startDay, months, days } = this.grid;
    if (days === 0) return everySoManyMonths(months, startDay);
    return {
      ...EVERY_DAY,
      cycle: { ...EVERY_DAY.cycle, years: WANDERING_YEARS },
      daysOf: (year, month, first) => this.daysOfMonth(first, first + daysInMonth(year, month)),
    };
  }

  next(wall: number): number {
    const { endDay, time } = this.grid;
    const from = Math.ceil((wall - time) / DAY_SECONDS);
    if (from > endDay) return Infinity;
    let day = this.dateNear(from);
    while (day < from) day = this.dateAfter(day);
    return day <= endDay ? day * DAY_SECONDS + time : Infinity;
  }

  previous(wall: number): number {
    const { endDay, time } = this.grid;
    const upTo = Math.min(Math.floor((wall - time) / DAY_SECONDS), endDay);
    let last = -Infinity;
    for (let day = this.dateNear(upTo); day <= upTo; day = this.dateAfter(day)) last = day;
    return last * DAY_SECONDS + time;
  }

  count(from: number, to: number): number {
    const { endDay, time } = this.grid;
    const fromDay = Math.ceil((from - time) / DAY_SECONDS);
    const toDay = Math.min(Math.ceil((to - time) / DAY_SECONDS), endDay + 1);
    let total = 0;
    for (let day = this.dateNear(fromDay); day < toDay; day = this.dateAfter(day)) if (day >= fromDay) total += 1;
    return total;
  }

  /** Dates in `[first, end)`, bits from 1. */
  private daysOfMonth(first: number, end: number): number {
    let found = 0;
    for (let day = this.dateNear(first); day < end; day = this.dateAfter(day)) {
      if (day >= first) found |= 1 << (day - first + 1);
    }
    return found;
  }

  /** A date at or before a day, not far from it; the first date where there is none. */
  private dateNear(day: number): number {
    const { startDay, months, days } = this.grid;
    if (day <= startDay) return startDay;
    if (months > 0 && days > 0) return this.walkTo(day);
    if (months === 0) return startDay + Math.floor((day - startDay) / days) * days;
    const start = civilFromDays(startDay);
    const date = civilFromDays(day);
    const passed = (yearOf(date) - yearOf(start)) * 12 + monthOf(date) - monthOf(start);
    for (let n = Math.floor(passed / months); n > 0; n--) {
      const found = monthsLater(start, n * months);
      if (found !== null && found <= day) return found;
    }
    return startDay;
  }

  /** The last date at or before a day, found from the one asked for before or from one that is kept. */
  private walkTo(day: number): number {
    let date = this.recent <= day ? this.recent : this.keptBefore(day);
    for (let after = this.dateAfter(date); after <= day; after = this.dateAfter(date)) {
      date = after;
      if (date > (this.kept.at(-1) ?? date) + KEPT_EVERY) this.kept.push(date);
    }
    this.recent = date;
    return date;
  }

  private keptBefore(day: number): number {
    const later = this.kept.findIndex((date) => date > day);
    return this.kept.at(later < 0 ? -1 : later - 1) ?? this.grid.startDay;
  }

  /** The date after a date. */
  private dateAfter(day: number): number {
    const { months, days } = this.grid;
    if (months === 0) return day + days;
    const date = civilFromDays(day);
    for (let n = months; ; n += months) {
      const found = monthsLater(date, n);
      if (found !== null) return found + days;
    }
  }
}

/** The days of a month, bits 1…31, between two that are counted from its first one. */
function bitsWithin(from: number, to: number): number {
  if (to < 0 || from > 30) return 0;
  return bitRange(Math.max(from, 0) + 1, Math.min(to, 30) + 1);
}

/** The day of a date some months on; null where that month has no such day. */
function monthsLater(date: number, months: number): number | null {
  const month = yearOf(date) * 12 + monthOf(date) - 1 + months;
  const year = Math.floor(month / 12);
  const monthOfYear = month - year * 12 + 1;
  const day = dayOf(date);
  return day > 28 && day > daysInMonth(year, monthOfYear) ? null : daysFromCivil(year, monthOfYear, day);
}
