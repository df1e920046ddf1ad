// A cron spec in English. It is worded from the spec, not from the text, so it is true of every dialect and option.
import type { CronSpec, DayRules } from './cron/spec.ts';
import { bitsOf, commonStep, inRuns, valuesOf } from './cron/values.ts';

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June'],
  ...['July', 'August', 'September', 'October', 'November', 'December'],
];
const ORDINALS = ['1st', '2nd', '3rd', '4th', '5th'];

/** Up to so many times of day are named one by one. */
const LISTED_TIMES = 4;

/** `at 09:00 on Monday to Friday`, `every 5 minutes in May`. */
export function explainCron(spec: CronSpec): string {
  const clock = clockWords(spec);
  const days = dayWords(spec);
  const dates = [
    days === '' ? '' : ` on ${days}`,
    spec.weeks === null ? '' : ` in ISO ${numbered('week', valuesOf(spec.weeks))}`,
    months(bitsOf(spec.months)),
    spec.years === null ? '' : ` in ${numbers(spec.years)}`,
  ].join('');
  return clock.startsWith('at ') && clock.includes(':') && days === '' ? `${clock} every day${dates}` : clock + dates;
}

function months(values: readonly number[]): string {
  return values.length === 12 ? '' : ` in ${named(values, (month) => MONTHS[month - 1] ?? '', 'and')}`;
}

/** When in the day. */
function clockWords(spec: CronSpec): string {
  const seconds = valuesOf(spec.seconds);
  const minutes = valuesOf(spec.minutes);
  const hours = bitsOf(spec.hours);
  if (seconds.length * minutes.length * hours.length <= LISTED_TIMES)
    return `at ${listedTimes(hours, minutes, seconds)}`;
  const [second] = seconds;
  if (seconds.length > 1 || second !== 0)
    return nested(['second', seconds, 60], ['minute', minutes, 60], ['hour', hours, 24]);
  const [minute = 0] = minutes;
  return (minutes.length === 1 ? hourly(hours, minute) : null) ?? nested(['minute', minutes, 60], ['hour', hours, 24]);
}

function listedTimes(hours: readonly number[], minutes: readonly number[], seconds: readonly number[]): string {
  const times = hours.flatMap((h) => minutes.flatMap((m) => seconds.map((s) => timeText(h, m, s))));
  return joined(times, 'and');
}

/** `09:00`, with seconds only where there are some. */
export function timeText(hour: number, minute: number, second: number): string {
  const digits = second === 0 ? [hour, minute] : [hour, minute, second];
  return digits.map((value) => String(value).padStart(2, '0')).join(':');
}

/** `every 2 hours from 00:30 to 22:30`, where the hours are evenly spaced. */
function hourly(hours: readonly number[], minute: number): string | null {
  const step = commonStep(hours);
  if (hours.length === 24) return minute === 0 ? 'every hour' : null;
  if (step === null || hours.length < 3) return null;
  const length = step === 1 ? 'every hour' : `every ${step} hours`;
  return `${length} from ${timeText(hours[0] ?? 0, minute, 0)} to ${timeText(hours.at(-1) ?? 0, minute, 0)}`;
}

type Unit = readonly [name: string, values: readonly number[], size: number];

/** `every 5 minutes of hours 8 to 18`, `at second 15 of every minute`. */
function nested(lead: Unit, ...within: readonly Unit[]): string {
  const repeated = repetition(lead);
  const words = [repeated ?? `at ${numbered(lead[0], lead[1])}`];
  const last = within.findLastIndex(([, values, size]) => values.length < size);
  // "at second 15" and "minute 30" have to say of what; "every second" says it by itself.
  const shown = within.slice(0, repeated !== null && last < 0 ? 0 : last + 2);
  for (const [index, [name, values, size]] of shown.entries()) {
    if (values.length < size) words.push(numbered(name, values));
    else if (repeated === null || index > last) words.push(`every ${name}`);
  }
  return words.join(' of ');
}

/** `every minute`, `every 5 minutes`, where the steps go round evenly. */
function repetition([name, values, size]: Unit): string | null {
  const step = commonStep(values);
  if (step === null || values[0] !== 0 || step * values.length !== size) return null;
  return step === 1 ? `every ${name}` : `every ${step} ${name}s`;
}

/** On which days: empty where every day. */
function dayWords(spec: CronSpec): string {
  const { monthDays, weekDays } = spec;
  if (monthDays.any && weekDays.any) return '';
  if (weekDays.any) return joined(ruleWords(monthDays, 'and'), 'and');
  if (monthDays.any) return joined(ruleWords(weekDays, 'and'), 'and');
  const days = joined(ruleWords(monthDays, 'and'), 'and');
  if (spec.dayMatch === 'or') return `${days} or on ${joined(ruleWords(weekDays, 'and'), 'and')}`;
  return `${joined(ruleWords(monthDays, 'or'), 'or')} if it is ${joined(ruleWords(weekDays, 'or'), 'or')}`;
}

function ruleWords(rules: DayRules, word: 'and' | 'or'): string[] {
  const weekday = (day: number) => WEEKDAYS[day] ?? '';
  return [
    ...(rules.days === 0 ? [] : [`${numbered('day', bitsOf(rules.days), word)} of the month`]),
    ...bitsOf(rules.nearest).map((day) => `the working day nearest to day ${day} of the month`),
    ...bitsOf(rules.fromLast).map((back) => fromLast(back)),
    ...(rules.lastWorkday ? ['the last working day of the month'] : []),
    ...(rules.weekdays === 0 ? [] : [named(bitsOf(rules.weekdays), weekday, word)]),
    ...valuesOf(rules.nth).map((bit) => `the ${ORDINALS[Math.floor(bit / 7)]} ${weekday(bit % 7)} of the month`),
    ...bitsOf(rules.lastWeekdays).map((day) => `the last ${weekday(day)} of the month`),
  ];
}

function fromLast(back: number): string {
  if (back === 0) return 'the last day of the month';
  return `the day ${back === 1 ? '' : `${back} days `}before the last day of the month`;
}

/** `minute 5`, `minutes 15 and 45`, `hours 8 to 18`. */
function numbered(unit: string, values: readonly number[], word: 'and' | 'or' = 'and'): string {
  return `${unit}${values.length === 1 ? '' : 's'} ${numbers(values, word)}`;
}

/** `1 to 5`, `0 to 20 in steps of 5`, `1, 3 and 9`. */
function numbers(values: readonly number[], word: 'and' | 'or' = 'and'): string {
  const step = commonStep(values);
  if (step === null || step === 1 || values.length < 4) return named(values, String, word);
  return `${values[0]} to ${values.at(-1)} in steps of ${step}`;
}

/** Values by their names, three and more in a row as `first to last`. */
function named(values: readonly number[], name: (value: number) => string, word: 'and' | 'or'): string {
  return joined(
    inRuns(values, name, (first, last) => `${name(first)} to ${name(last)}`),
    word,
  );
}

/** `a`, `a and b`, `a, b and c`. */
export function joined(items: readonly string[], word: 'and' | 'or'): string {
  return items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} ${word} ${items.at(-1)}`;
}
