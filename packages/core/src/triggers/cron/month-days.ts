// Which days of a month a cron spec matches, as one bit set: day rules are applied to a whole month at once.
import { daysInMonth, isoWeekOf, weekdayOf } from '../../time/civil.ts';
import { bitRange, has60, lowestBit } from './bits.ts';
import type { CronSpec, DayRules } from './spec.ts';

/** The matching days, bits 1…31, of a month whose first day is day `first` since 1970-01-01. */
export function monthDays(spec: CronSpec, year: number, month: number, first: number): number {
  const length = daysInMonth(year, month);
  const startsOn = weekdayOf(first);
  const all = bitRange(1, length);
  let days = all;
  if (!spec.monthDays.any) days = daysOfRules(spec.monthDays, startsOn, length) & all;
  if (!spec.weekDays.any) {
    const byWeek = daysOfRules(spec.weekDays, startsOn, length) & all;
    days = spec.dayMatch === 'or' && !spec.monthDays.any ? days | byWeek : days & byWeek;
  }
  return spec.weeks === null || days === 0 ? days : days & daysOfWeeks(spec.weeks, startsOn, first);
}

/** The days that any part of the rules matches; bits beyond the month's length may be set. */
function daysOfRules(rules: DayRules, startsOn: number, length: number): number {
  let days = rules.days;
  if (rules.weekdays !== 0) days |= everyWeek(rotate(rules.weekdays, startsOn));
  if (rules.nth[0] !== 0 || rules.nth[1] !== 0) days |= nthWeekdays(rules.nth, startsOn);
  if (rules.lastWeekdays !== 0) {
    const lastWeekStartsOn = (startsOn + length) % 7;
    days |= rotate(rules.lastWeekdays, lastWeekStartsOn) << (length - 6);
  }
  for (let back = rules.fromLast; back !== 0; back &= back - 1) {
    const day = length - lowestBit(back);
    if (day >= 1) days |= 1 << day;
  }
  for (let rest = rules.nearest; rest !== 0; rest &= rest - 1) {
    const day = lowestBit(rest);
    if (day <= length) days |= 1 << nearestWorkday(day, startsOn, length);
  }
  return rules.lastWorkday ? days | (1 << nearestWorkdayBefore(length, startsOn)) : days;
}

/** A set of weekdays as the first seven days of a stretch that starts on a weekday: bit 0 = its first day. */
export function rotate(weekdays: number, startsOn: number): number {
  return ((weekdays >>> startsOn) | (weekdays << (7 - startsOn))) & 127;
}

function everyWeek(firstWeek: number): number {
  return (firstWeek | (firstWeek << 7) | (firstWeek << 14) | (firstWeek << 21) | (firstWeek << 28)) << 1;
}

/** The n-th of a weekday falls into the n-th seven days of the month. Five sets of seven bits lie in two of thirty. */
function nthWeekdays([low, high]: DayRules['nth'], startsOn: number): number {
  const fifth = (((low >>> 28) & 3) | (high << 2)) & 127;
  return (
    (rotate(low & 127, startsOn) |
      (rotate((low >>> 7) & 127, startsOn) << 7) |
      (rotate((low >>> 14) & 127, startsOn) << 14) |
      (rotate((low >>> 21) & 127, startsOn) << 21) |
      (rotate(fifth, startsOn) << 28)) <<
    1
  );
}

/** Monday to Friday nearest to a day, without leaving the month. */
function nearestWorkday(day: number, startsOn: number, length: number): number {
  const weekday = (startsOn + day - 1) % 7;
  if (weekday === 5) return day === 1 ? 3 : day - 1;
  if (weekday === 6) return day === length ? day - 2 : day + 1;
  return day;
}

function nearestWorkdayBefore(day: number, startsOn: number): number {
  return day - Math.max(((startsOn + day - 1) % 7) - 4, 0);
}

/** The days that lie in the given ISO weeks. */
function daysOfWeeks(weeks: readonly [number, number], startsOn: number, first: number): number {
  let days = 0;
  for (let monday = 1 - startsOn; monday <= 31; monday += 7) {
    if (!has60(weeks, isoWeekOf(first + monday - 1))) continue;
    days |= bitRange(Math.max(monday, 1), Math.min(monday + 6, 31));
  }
  return days;
}
