// A cron trigger ready to search: what every way of writing one (field objects, crontab text of any dialect) is brought to.

/** How day of month and day of week go together when both are restricted. */
export type DayMatch = 'and' | 'or';

/** How wall-clock times that a change of UTC offset skips or repeats are treated. */
export interface DstPolicy {
  /** A time inside a gap fires as much later as the gap is long, or not at all. */
  readonly gap: 'shift' | 'skip';
  /** Of a time that comes twice, the first fires, or both do. */
  readonly overlap: 'first' | 'both';
}

/**
 * Fields as bit sets. Bit `n` set = value `n` matches; sets of up to 32 values are one unsigned number, those of 60 are
 * two: `[0…29]` and `[30…59]`. Days that depend on the month are separate rules, ORed with `days`.
 */
export interface CronSpec {
  readonly seconds: readonly [low: number, high: number];
  readonly minutes: readonly [low: number, high: number];
  readonly hours: number;
  /** Bits 1…12. */
  readonly months: number;
  /** Sorted years, or null for any (1970…9999). */
  readonly years: readonly number[] | null;
  /** ISO weeks 1…53 as two sets `[0…29]`, `[30…59]`, or null for any. */
  readonly weeks: readonly [low: number, high: number] | null;
  readonly monthDays: DayRules;
  readonly weekDays: DayRules;
  readonly dayMatch: DayMatch;
  readonly dst: DstPolicy;
}

/** Which days of a month; a day matches if any part does. `any` = the field does not restrict. */
export interface DayRules {
  readonly any: boolean;
  /** Days of the month, bits 1…31. */
  readonly days: number;
  /** Days of the week, bits 0…6, Monday = 0. */
  readonly weekdays: number;
  /** Days counted back from the last of the month: bit 0 = the last, bit 3 = three days before it. */
  readonly fromLast: number;
  /** Nth weekdays, bit `(n − 1) * 7 + weekday` with n = 1…5, as two sets of up to 30 bits. */
  readonly nth: readonly [low: number, high: number];
  /** Last weekdays of the month, bits 0…6. */
  readonly lastWeekdays: number;
  /** The working day (Monday to Friday) nearest to day `n` in the same month, bits 1…31. */
  readonly nearest: number;
  /** The last working day of the month. */
  readonly lastWorkday: boolean;
}
