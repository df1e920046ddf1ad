// What a language has to say to put triggers into words. Names, lists, numbers and dates are Intl's to word.

/** Units as Intl names them. */
export type Unit = 'millisecond' | 'second' | 'minute' | 'hour' | 'day' | 'week' | 'month' | 'year';

/** Days by a rule, each as a phrase of its own. A weekday is given by its name, and by its number, Monday = 0. */
export interface DayPhrases {
  /** `days 1 and 15 of the month`. */
  monthDays(numbers: string, isOne: boolean): string;
  /** `the working day nearest to day 15 of the month`. */
  nearest(day: number): string;
  /** So many days before the last of the month; 0 is the last. */
  fromLast(days: number): string;
  /** `the last working day of the month`. */
  readonly lastWorkday: string;
  /** `Friday`. */
  weekday(name: string): string;
  /** `Monday to Friday`. */
  weekdays(first: string, last: string): string;
  /** `the 3rd Friday of the month`; `n` is 1…5. */
  nth(n: number, name: string): string;
  /** `the last Friday of the month`. */
  last(name: string): string;
}

/** The phrases of a language. Where several are put side by side, each takes the words it needs along. */
export interface Phrases {
  /** `at 09:00 and 17:00`. */
  at(times: string): string;
  /** What happens at times of day, said of every day. */
  daily(clock: string): string;
  /** `every 2 hours from 00:30 to 22:30`. */
  hourly(step: number, first: string, last: string): string;
  /** `every minute`. */
  everyOne(unit: Unit): string;
  /** `every 5 minutes`, `every 1 hour and 30 minutes`: an amount that begins with a unit. */
  every(amount: string, unit: Unit): string;
  /** `at minutes 15 and 45`. */
  atUnit(unit: Unit, numbers: string, isOne: boolean): string;
  /** `of hours 8 to 18`. */
  ofUnit(unit: Unit, numbers: string, isOne: boolean): string;
  /** `of every hour`. */
  ofEvery(unit: Unit): string;
  /** `8 to 18`. */
  range(first: string, last: string): string;
  /** `0 to 56 in steps of 7`. */
  steps(first: number, last: number, step: number): string;
  /** Days on which. */
  readonly on: DayPhrases;
  /** What a day is. */
  readonly is: DayPhrases;
  /** The days on which it fires, as a whole. */
  onDays(days: string): string;
  /** On these days or on those. */
  either(monthDays: string, weekDays: string): string;
  /** On these days if they are those. */
  both(monthDays: string, weekDays: string): string;
  /** `in ISO weeks 10 to 20`. */
  weeks(numbers: string, isOne: boolean): string;
  month(name: string): string;
  monthRange(first: string, last: string): string;
  /** The months in which, as a whole. */
  inMonths(months: string): string;
  /** `in 2027 to 2029`. */
  years(numbers: string, isOne: boolean): string;
  /** A date and a time of day, as bounds are given. */
  dateTime(date: string, time: string): string;
  /** A date and time at which. */
  onDate(dateTime: string): string;
  /** The one date at which. */
  once(date: string): string;
  /** The dates at which. */
  dates(dates: string): string;
  moreTimes(count: number): string;
  readonly whenAdded: string;
  countedFrom(date: string): string;
  from(date: string): string;
  until(date: string): string;
  all(parts: string): string;
  /** Between parts. */
  readonly separator: string;
  /** Between parts of which any may fire. */
  readonly or: string;
  exceptWhen(trigger: string): string;
  exceptOnDaysOf(trigger: string): string;
}
