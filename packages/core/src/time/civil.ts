// The proleptic Gregorian calendar as integer arithmetic on days counted from 1970-01-01.

/** Seconds in a civil day. */
export const DAY_SECONDS = 86_400;

/** A civil date in one integer: `year << 9 | month << 5 | day`. Nothing is allocated to take it apart. */
export type PackedDate = number;

/** Days from 1970-01-01 to the date; negative before it. Month 13 is the January after. */
export function daysFromCivil(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = (((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) | 0) + day - 1;
  return era * 146_097 + yearOfEra * 365 + ((yearOfEra / 4) | 0) - ((yearOfEra / 100) | 0) + dayOfYear - 719_468;
}

/** The date of a day counted from 1970-01-01. */
export function civilFromDays(days: number): PackedDate {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra =
    ((dayOfEra - ((dayOfEra / 1460) | 0) + ((dayOfEra / 36_524) | 0) - ((dayOfEra / 146_096) | 0)) / 365) | 0;
  const dayOfYear = dayOfEra - (yearOfEra * 365 + ((yearOfEra / 4) | 0) - ((yearOfEra / 100) | 0));
  const fromMarch = ((5 * dayOfYear + 2) / 153) | 0;
  const day = dayOfYear - (((153 * fromMarch + 2) / 5) | 0) + 1;
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return (year << 9) | (month << 5) | day;
}

/** The year of a packed date. */
export function yearOf(date: PackedDate): number {
  return date >> 9;
}

/** The month of a packed date, 1…12. */
export function monthOf(date: PackedDate): number {
  return (date >> 5) & 15;
}

/** The day of the month of a packed date, 1…31. */
export function dayOf(date: PackedDate): number {
  return date & 31;
}

/** Day of the week of a day counted from 1970-01-01: Monday = 0 … Sunday = 6. */
export function weekdayOf(days: number): number {
  const weekday = ((days + 3) % 7) | 0;
  return weekday < 0 ? weekday + 7 : weekday;
}

/** Whether the year has a 29 February. */
function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** Days in a month, 28…31. */
export function daysInMonth(year: number, month: number): number {
  return month === 2 ? (isLeapYear(year) ? 29 : 28) : 30 + ((month + (month >> 3)) & 1);
}

/** The ISO 8601 week, 1…53, of a day counted from 1970-01-01. */
export function isoWeekOf(days: number): number {
  const thursday = days - weekdayOf(days) + 3;
  const firstOfYear = daysFromCivil(yearOf(civilFromDays(thursday)), 1, 1);
  return (((thursday - firstOfYear) / 7) | 0) + 1;
}
