// Writes a cron spec as crontab text, the shortest usual form of it.
import { LONGEST_TEXT, MOST_ITEMS } from './crontab-syntax.ts';
import type { CronSpec, DayRules, DstPolicy } from './spec.ts';
import { bitsOf, commonStep, inRuns, valuesOf } from './values.ts';

/**
 * The crontab text, in the dialect `vixie`, that fires at the same times: five fields, with seconds and year only where
 * they say something. Null where no text does: ISO weeks, a `dst` of its own, several day rules that must all hold, or
 * more years than a line can list.
 */
export function formatCrontab(spec: CronSpec): string | null {
  const days = formatDays(spec);
  const clock = formatClock(spec);
  if (days === null || clock === null || spec.weeks !== null) return null;
  const months = formatSet(bitsOf(spec.months), 1, 12, true);
  const five = `${clock} ${days.monthDays} ${months} ${days.weekDays}`;
  const seconds = formatSet(valuesOf(spec.seconds), 0, 59, true);
  const six = seconds === '0' && spec.years === null ? five : `${seconds} ${five}`;
  const text = spec.years === null ? six : `${six} ${formatSet(spec.years, 1970, 9999, true)}`;
  return isWithinLimits(text) ? text : null;
}

function isWithinLimits(text: string): boolean {
  return text.length <= LONGEST_TEXT && text.split(' ').every((field) => field.split(',').length <= MOST_ITEMS);
}

/** Minute and hour. A star in them makes the line follow real time, so whether they have one is the dst policy's to say. */
function formatClock(spec: CronSpec): string | null {
  const follows = followsRealTime(spec.dst);
  if (follows === null) return null;
  const minutes = valuesOf(spec.minutes);
  const hours = bitsOf(spec.hours);
  const minute = formatSet(minutes, 0, 59, follows);
  const hour = formatSet(hours, 0, 23, follows);
  if (!follows || minute.includes('*') || hour.includes('*')) return `${minute} ${hour}`;
  if (minutes[0] === 0) return `${withStar(minutes, 0, 59)} ${hour}`;
  return hours[0] === 0 ? `${minute} ${withStar(hours, 0, 23)}` : null;
}

/** Whether the policy is the one of lines with a star, or that of lines without; null if neither. */
function followsRealTime(dst: DstPolicy): boolean | null {
  if (dst.gap === 'skip' && dst.overlap === 'both') return true;
  return dst.gap === 'shift' && dst.overlap === 'first' ? false : null;
}

/** A set that has the field's first value but is no stepped star: the first value alone is one, as `*` with the longest step. */
function withStar(values: readonly number[], min: number, max: number): string {
  const first = `*/${max - min + 1}`;
  return values.length === 1 ? first : `${first},${formatSet(values.slice(1), min, max, false)}`;
}

interface DayTexts {
  readonly monthDays: string;
  readonly weekDays: string;
}

function formatDays(spec: CronSpec): DayTexts | null {
  const { monthDays, weekDays } = spec;
  if (weekDays.any) return monthDays.any ? { monthDays: '*', weekDays: '*' } : formatMixed(monthDays);
  if (hasMonthDays(weekDays)) return null;
  if (monthDays.any) return { monthDays: '*', weekDays: formatWeekDays(weekDays, true) };
  if (hasWeekDays(monthDays)) return null;
  const both = spec.dayMatch === 'and' ? '+' : '';
  return { monthDays: formatMonthDays(monthDays, false), weekDays: both + formatWeekDays(weekDays, false) };
}

/** Rules of days and of weekdays of which one has to hold: what crontab's two day fields mean together. */
function formatMixed(rules: DayRules): DayTexts {
  if (!hasWeekDays(rules)) return { monthDays: formatMonthDays(rules, true), weekDays: '*' };
  if (!hasMonthDays(rules)) return { monthDays: '*', weekDays: formatWeekDays(rules, true) };
  return { monthDays: formatMonthDays(rules, false), weekDays: formatWeekDays(rules, false) };
}

function hasMonthDays(rules: DayRules): boolean {
  return rules.days !== 0 || rules.fromLast !== 0 || rules.nearest !== 0 || rules.lastWorkday;
}

function hasWeekDays(rules: DayRules): boolean {
  return rules.weekdays !== 0 || rules.lastWeekdays !== 0 || rules.nth[0] !== 0 || rules.nth[1] !== 0;
}

function formatMonthDays(rules: DayRules, star: boolean): string {
  return [
    ...(rules.days === 0 ? [] : [formatSet(bitsOf(rules.days), 1, 31, star)]),
    ...bitsOf(rules.nearest).map((day) => `${day}W`),
    ...bitsOf(rules.fromLast).map((back) => (back === 0 ? 'L' : `L-${back}`)),
    ...(rules.lastWorkday ? ['LW'] : []),
  ].join(',');
}

function formatWeekDays(rules: DayRules, star: boolean): string {
  const sundayFirst = bitsOf(rules.weekdays)
    .map(crontabWeekday)
    .sort((a, b) => a - b);
  return [
    ...(sundayFirst.length === 0 ? [] : [formatSet(sundayFirst, 0, 6, star)]),
    ...valuesOf(rules.nth).map((bit) => `${crontabWeekday(bit % 7)}#${Math.floor(bit / 7) + 1}`),
    ...bitsOf(rules.lastWeekdays).map((day) => `${crontabWeekday(day)}L`),
  ].join(',');
}

/** Monday = 0 as Sunday = 0. */
function crontabWeekday(day: number): number {
  return (day + 1) % 7;
}

/** Sorted values as a list: a star where it fits and may be used, else one stepped range, else runs and single values. */
function formatSet(values: readonly number[], min: number, max: number, star: boolean): string {
  const first = values[0] ?? min;
  const last = values.at(-1) ?? first;
  const step = commonStep(values);
  if (step === null) return formatRuns(values);
  const size = max - min + 1;
  // Two values read as a step only where they halve the field: `*/30` is usual, `*/6` for Sunday and Saturday is not.
  const evenly = values.length > 2 || step * 2 === size;
  if (star && first === min && last + step > max && evenly) return step === 1 ? '*' : `*/${step}`;
  if (step === 1 || values.length < 3) return formatRuns(values);
  return `${first}-${last}/${step}`;
}

/** `1-3,7,9-12`. */
function formatRuns(values: readonly number[]): string {
  return inRuns(values, String, (first, last) => `${first}-${last}`).join(',');
}
