// A cron spec in words. It is worded from the spec, not from the text, so it is true of every dialect and option.
import type { CronSpec, DayRules } from '../cron/spec.ts';
import { bitsOf, commonStep, inRuns, valuesOf } from '../cron/values.ts';
import type { DayPhrases, Unit } from './phrases.ts';
import type { Wording } from './wording.ts';

/** Up to so many times of day are named one by one. */
const LISTED_TIMES = 4;

/** `at 09:00 on Monday to Friday`, `every 5 minutes in May`. */
export function explainCron(spec: CronSpec, wording: Wording): string {
  const { phrases } = wording;
  const { words, isTimes } = clockWords(spec, wording);
  const days = dayWords(spec, wording);
  return [
    isTimes && days === '' ? phrases.daily(words) : words,
    days === '' ? '' : phrases.onDays(days),
    spec.weeks === null ? '' : phrases.weeks(...numbered(valuesOf(spec.weeks), wording)),
    monthWords(bitsOf(spec.months), wording),
    spec.years === null ? '' : phrases.years(...numbered(spec.years, wording)),
  ]
    .filter((part) => part !== '')
    .join(' ');
}

function monthWords(months: readonly number[], wording: Wording): string {
  const { phrases, list, month } = wording;
  if (months.length === 12) return '';
  const single = (value: number) => phrases.month(month(value));
  const range = (first: number, last: number) => phrases.monthRange(month(first), month(last));
  return phrases.inMonths(list(inRuns(months, single, range), 'and'));
}

interface ClockWords {
  readonly words: string;
  /** Whether these are times of day, which say nothing yet of the day. */
  readonly isTimes: boolean;
}

/** When in the day. */
function clockWords(spec: CronSpec, wording: Wording): ClockWords {
  const seconds = valuesOf(spec.seconds);
  const minutes = valuesOf(spec.minutes);
  const hours = bitsOf(spec.hours);
  if (seconds.length * minutes.length * hours.length <= LISTED_TIMES) {
    const times = hours.flatMap((h) => minutes.flatMap((m) => seconds.map((s) => timeOf(h, m, s, wording))));
    return { words: wording.phrases.at(wording.list(times, 'and')), isTimes: true };
  }
  const units: readonly TimeUnit[] = [
    ['second', seconds, 60],
    ['minute', minutes, 60],
    ['hour', hours, 24],
  ];
  if (seconds.length > 1 || seconds[0] !== 0) return { words: nested(units, wording), isTimes: false };
  const regular = minutes.length === 1 ? hourly(hours, minutes[0] ?? 0, wording) : null;
  return { words: regular ?? nested(units.slice(1), wording), isTimes: false };
}

function timeOf(hour: number, minute: number, second: number, { time }: Wording): string {
  return time(((hour * 60 + minute) * 60 + second) * 1000);
}

/** `every 2 hours from 00:30 to 22:30`, where the hours are evenly spaced. */
function hourly(hours: readonly number[], minute: number, wording: Wording): string | null {
  const { phrases } = wording;
  const step = commonStep(hours);
  if (hours.length === 24) return minute === 0 ? phrases.everyOne('hour') : null;
  if (step === null || hours.length < 3) return null;
  const last = timeOf(hours.at(-1) ?? 0, minute, 0, wording);
  return phrases.hourly(step, timeOf(hours[0] ?? 0, minute, 0, wording), last);
}

type TimeUnit = readonly [name: Unit, values: readonly number[], size: number];

/** `every 5 minutes of hours 8 to 18`, `at second 15 of every minute`. */
function nested([lead, ...within]: readonly TimeUnit[], wording: Wording): string {
  if (lead === undefined) return '';
  const { phrases } = wording;
  const repeated = repetition(lead, wording);
  const words = [repeated ?? phrases.atUnit(lead[0], ...numbered(lead[1], wording))];
  const last = within.findLastIndex(([, values, size]) => values.length < size);
  // "at second 15" and "minute 30" have to say of what; "every second" says it by itself.
  const shown = within.slice(0, repeated !== null && last < 0 ? 0 : last + 2);
  for (const [index, [name, values, size]] of shown.entries()) {
    if (values.length < size) words.push(phrases.ofUnit(name, ...numbered(values, wording)));
    else if (repeated === null || index > last) words.push(phrases.ofEvery(name));
  }
  return words.join(' ');
}

/** `every minute`, `every 5 minutes`, where the steps go round evenly. */
function repetition([unit, values, size]: TimeUnit, { phrases, amount }: Wording): string | null {
  const step = commonStep(values);
  if (step === null || values[0] !== 0 || step * values.length !== size) return null;
  return step === 1 ? phrases.everyOne(unit) : phrases.every(amount(step, unit), unit);
}

/** On which days: empty where every day. */
function dayWords(spec: CronSpec, wording: Wording): string {
  const { monthDays, weekDays } = spec;
  const { phrases, list } = wording;
  const on = (rules: DayRules, word: 'and' | 'or') => list(ruleWords(rules, word, phrases.on, wording), word);
  if (monthDays.any && weekDays.any) return '';
  if (weekDays.any) return on(monthDays, 'and');
  if (monthDays.any) return on(weekDays, 'and');
  if (spec.dayMatch === 'or') return phrases.either(on(monthDays, 'and'), on(weekDays, 'and'));
  return phrases.both(on(monthDays, 'or'), list(ruleWords(weekDays, 'or', phrases.is, wording), 'or'));
}

function ruleWords(rules: DayRules, word: 'and' | 'or', phrases: DayPhrases, wording: Wording): string[] {
  const { weekday } = wording;
  return [
    ...(rules.days === 0 ? [] : [phrases.monthDays(...numbered(bitsOf(rules.days), wording, word))]),
    ...bitsOf(rules.nearest).map((day) => phrases.nearest(day)),
    ...bitsOf(rules.fromLast).map((back) => phrases.fromLast(back)),
    ...(rules.lastWorkday ? [phrases.lastWorkday] : []),
    ...inRuns(
      bitsOf(rules.weekdays),
      (day) => phrases.weekday(weekday(day)),
      (first, last) => phrases.weekdays(weekday(first), weekday(last)),
    ),
    ...valuesOf(rules.nth).map((bit) => phrases.nth(Math.floor(bit / 7) + 1, weekday(bit % 7))),
    ...bitsOf(rules.lastWeekdays).map((day) => phrases.last(weekday(day))),
  ];
}

/** `1 to 5`, `0 to 20 in steps of 5`, `1, 3 and 9`, and whether it is one number. */
function numbered(
  values: readonly number[],
  { phrases, list }: Wording,
  word: 'and' | 'or' = 'and',
): [numbers: string, isOne: boolean] {
  const step = commonStep(values);
  if (step !== null && step > 1 && values.length > 3) {
    return [phrases.steps(values[0] ?? 0, values.at(-1) ?? 0, step), false];
  }
  const range = (first: number, last: number) => phrases.range(String(first), String(last));
  return [list(inRuns(values, String, range), word), values.length === 1];
}
