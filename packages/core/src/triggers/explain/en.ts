// Triggers in English.
import type { DayPhrases, Phrases } from './phrases.ts';

const ENDINGS: Readonly<Record<string, string>> = { one: 'st', two: 'nd', few: 'rd' };
const rules = new Intl.PluralRules('en', { type: 'ordinal' });

/** `1st`, `22nd`. */
function ordinal(n: number): string {
  return `${n}${ENDINGS[rules.select(n)] ?? 'th'}`;
}

const days: DayPhrases = {
  monthDays: (numbers, isOne) => `day${isOne ? '' : 's'} ${numbers} of the month`,
  nearest: (day) => `the working day nearest to day ${day} of the month`,
  fromLast: (count) => {
    if (count === 0) return 'the last day of the month';
    return `the ${count === 1 ? '' : `${ordinal(count)} `}day before the last day of the month`;
  },
  lastWorkday: 'the last working day of the month',
  weekday: (name) => name,
  weekdays: (first, last) => `${first} to ${last}`,
  nth: (n, name) => `the ${ordinal(n)} ${name} of the month`,
  last: (name) => `the last ${name} of the month`,
};

export const en: Phrases = {
  at: (times) => `at ${times}`,
  daily: (clock) => `${clock} every day`,
  hourly: (step, first, last) => `every ${step === 1 ? 'hour' : `${step} hours`} from ${first} to ${last}`,
  everyOne: (unit) => `every ${unit}`,
  every: (amount) => `every ${amount}`,
  atUnit: (unit, numbers, isOne) => `at ${unit}${isOne ? '' : 's'} ${numbers}`,
  ofUnit: (unit, numbers, isOne) => `of ${unit}${isOne ? '' : 's'} ${numbers}`,
  ofEvery: (unit) => `of every ${unit}`,
  range: (first, last) => `${first} to ${last}`,
  steps: (first, last, step) => `${first} to ${last} in steps of ${step}`,
  on: days,
  is: days,
  onDays: (list) => `on ${list}`,
  either: (monthDays, weekDays) => `${monthDays} or on ${weekDays}`,
  both: (monthDays, weekDays) => `${monthDays} if it is ${weekDays}`,
  weeks: (numbers, isOne) => `in ISO week${isOne ? '' : 's'} ${numbers}`,
  month: (name) => name,
  monthRange: (first, last) => `${first} to ${last}`,
  inMonths: (months) => `in ${months}`,
  years: (numbers) => `in ${numbers}`,
  dateTime: (date, time) => `${date} at ${time}`,
  onDate: (dateTime) => dateTime,
  once: (date) => `once, on ${date}`,
  dates: (dates) => `on ${dates}`,
  moreTimes: (count) => `${count} more times`,
  whenAdded: 'once, when the job is added',
  countedFrom: (date) => `counted from ${date}`,
  from: (date) => `from ${date}`,
  until: (date) => `until ${date}`,
  all: (parts) => `whenever all of these fire at once: ${parts}`,
  separator: '; ',
  or: '; or ',
  exceptWhen: (trigger) => `except when this fires: ${trigger}`,
  exceptOnDaysOf: (trigger) => `except on the days of: ${trigger}`,
};
