// APScheduler's field objects — `{ month: '6-8', day: '3rd fri', hour: '0-3' }` — read into a cron spec.
import { InvalidTriggerError } from '../../errors.ts';
import { FIRE_ONCE, FOLLOW_REAL_TIME } from '../dst.ts';
import { MOST_ITEMS } from './crontab-syntax.ts';
import type { CronSpec, DayRules, DstPolicy } from './spec.ts';

/** A field of a cron trigger: a number, or an expression such as `*`, `0-30/5`, `mon-fri`, `1,15`, `last fri`. */
export type CronFieldInput = number | string;

/** The fields of a cron trigger; a time matches if every field does. */
export interface CronFields {
  /** Years 1970…9999. @default '*' */
  readonly year?: CronFieldInput;
  /** Months 1…12 or `jan`…`dec`. @default '*', or 1 if a field before it is the last given */
  readonly month?: CronFieldInput;
  /** Days 1…31, `last`, `2nd fri`, `last sun`. @default '*', or 1 if a field before it is the last given */
  readonly day?: CronFieldInput;
  /** ISO weeks 1…53. @default '*' */
  readonly week?: CronFieldInput;
  /** Days of the week 0…6 or `mon`…`sun`; Monday is 0. @default '*' */
  readonly dayOfWeek?: CronFieldInput;
  /** Hours 0…23. @default '*', or 0 if a field before it is the last given */
  readonly hour?: CronFieldInput;
  /** Minutes 0…59. @default '*', or 0 if a field before it is the last given */
  readonly minute?: CronFieldInput;
  /** Seconds 0…59. @default '*', or 0 if a field before it is the last given */
  readonly second?: CronFieldInput;
}

interface FieldRule {
  readonly name: keyof CronFields;
  readonly min: number;
  readonly max: number;
  /** Names of values, the first standing for `min`. */
  readonly names?: readonly string[];
  /** What the field is when it is left out after the last one given. */
  readonly omitted: string;
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const ORDINALS = ['1st', '2nd', '3rd', '4th', '5th'];

/** In the order that decides which fields are "before" and "after" the last one given. */
const FIELDS = {
  year: { name: 'year', min: 1970, max: 9999, omitted: '*' },
  month: { name: 'month', min: 1, max: 12, names: MONTHS, omitted: '1' },
  day: { name: 'day', min: 1, max: 31, omitted: '1' },
  week: { name: 'week', min: 1, max: 53, omitted: '*' },
  dayOfWeek: { name: 'dayOfWeek', min: 0, max: 6, names: WEEKDAYS, omitted: '*' },
  hour: { name: 'hour', min: 0, max: 23, omitted: '0' },
  minute: { name: 'minute', min: 0, max: 59, omitted: '0' },
  second: { name: 'second', min: 0, max: 59, omitted: '0' },
} as const satisfies { readonly [name in keyof CronFields]-?: FieldRule };

/** The names of the fields, from the year down. */
export const CRON_FIELD_NAMES = Object.keys(FIELDS) as readonly (keyof CronFields)[];

/** How long the text of a field may be, in characters. */
const MAX_FIELD_CHARS = 1_000;

/**
 * The spec of field expressions. `dst` overrides what the fields imply.
 *
 * @throws InvalidTriggerError naming the field and the position of what cannot be understood.
 */
export function parseFields(fields: CronFields, dst: Partial<DstPolicy> = {}): CronSpec {
  const texts = CRON_FIELD_NAMES.map((name) => fieldText(name, fields[name]));
  // A field that was not given must not look like one that is empty.
  const key = [...texts, dst.gap, dst.overlap].map((text) => (text === undefined ? '' : `=${text}`)).join();
  return specs.get(key) ?? specs.keep(key, readSpec(texts, dst));
}

function readSpec(texts: readonly (string | undefined)[], dst: Partial<DstPolicy>): CronSpec {
  const last = texts.findLastIndex((text) => text !== undefined);
  const read = (rule: FieldRule): FieldValues => {
    const index = CRON_FIELD_NAMES.indexOf(rule.name);
    const text = texts[index] ?? (last >= 0 && index > last ? rule.omitted : '*');
    const key = `${rule.name} ${text}`;
    return fieldValues.get(key) ?? fieldValues.keep(key, new FieldReader(rule, text).read());
  };
  const hour = read(FIELDS.hour);
  const minute = read(FIELDS.minute);
  const year = read(FIELDS.year);
  const week = read(FIELDS.week);
  return {
    seconds: split(read(FIELDS.second).values),
    minutes: split(minute.values),
    hours: toBits(hour.values),
    months: toBits(read(FIELDS.month).values),
    years: year.isAny ? null : year.values,
    weeks: week.isAny ? null : split(week.values),
    monthDays: dayRules(read(FIELDS.day), 'days'),
    weekDays: dayRules(read(FIELDS.dayOfWeek), 'weekdays'),
    dayMatch: 'and',
    dst: { ...(hour.hasStar || minute.hasStar ? FOLLOW_REAL_TIME : FIRE_ONCE), ...dst },
  };
}

/** A field as it is kept: lower case, without spaces that mean nothing. */
export function canonicalField(text: string): string {
  if (!/[\sA-Z]/.test(text)) return text;
  return text
    .toLowerCase()
    .split(',')
    .map((part) => part.trim().replace(/\s+/g, ' '))
    .join(',');
}

/** The text of a field; undefined where none was given. */
export function fieldText(name: keyof CronFields, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isInteger(value)) return String(value);
  if (typeof value !== 'string') throw new InvalidTriggerError(name, value, 'an integer or an expression');
  if (value.length > MAX_FIELD_CHARS)
    throw new InvalidTriggerError(name, value, `at most ${MAX_FIELD_CHARS} characters`);
  return value;
}

/** What was read before, up to a bound: programs have many jobs and few different patterns. */
class Kept<Value> extends Map<string, Value> {
  keep(key: string, value: Value): Value {
    if (this.size >= MAX_KEPT) this.clear();
    this.set(key, value);
    return value;
  }
}

const MAX_KEPT = 4096;
const specs = new Kept<CronSpec>();
const fieldValues = new Kept<FieldValues>();

interface FieldValues {
  /** In order. */
  readonly values: readonly number[];
  /** The whole field is `*`. */
  readonly isAny: boolean;
  /** Some part of it begins with `*`. */
  readonly hasStar: boolean;
  readonly isLastDay: boolean;
  /** `(n − 1) * 7 + weekday` of each nth weekday. */
  readonly nth: ReadonlySet<number>;
  readonly lastWeekdays: ReadonlySet<number>;
}

/** Reads the comma-separated parts of one field. */
class FieldReader {
  private readonly rule: FieldRule;
  private readonly text: string;
  /** By value, from the least of the field on. */
  private readonly chosen: Uint8Array;
  private readonly nth = new Set<number>();
  private readonly lastWeekdays = new Set<number>();
  private isAny = false;
  private hasStar = false;
  private isLastDay = false;

  constructor(rule: FieldRule, text: string) {
    this.rule = rule;
    this.text = text;
    this.chosen = new Uint8Array(rule.max - rule.min + 1);
  }

  read(): FieldValues {
    let position = 0;
    const parts = this.text.split(',');
    if (parts.length > MOST_ITEMS)
      throw new InvalidTriggerError(this.rule.name, this.text, `a list of at most ${MOST_ITEMS} items`);
    for (const part of parts) {
      const trimmed = part.trim().toLowerCase();
      this.readPart(trimmed, position + part.length - part.trimStart().length);
      position += part.length + 1;
    }
    const { isAny, hasStar, isLastDay, nth, lastWeekdays } = this;
    return { values: this.values(), isAny, hasStar, isLastDay, nth, lastWeekdays };
  }

  private values(): number[] {
    const values: number[] = [];
    const { chosen, rule, isAny } = this;
    // Any year is no list of eight thousand of them.
    if (isAny && rule.name === 'year') return values;
    for (let index = 0; index < chosen.length; index++) if (chosen[index] === 1) values.push(rule.min + index);
    return values;
  }

  private readPart(part: string, position: number): void {
    if (part === '') throw this.invalid(position);
    const range = /^(?:(\*)|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(part);
    if (range !== null) this.readRange(range, position);
    else if (!this.readNames(part, position) && !this.readDayWords(part)) throw this.invalid(position);
  }

  private readRange([part, star, from, to, every]: RegExpExecArray, position: number): void {
    const { min, max } = this.rule;
    const first = star === undefined ? Number(from) : min;
    const last = to !== undefined ? Number(to) : star === undefined && every === undefined ? first : max;
    if (first < min || last > max) throw this.invalid(position, `${part} is outside`);
    if (first > last) throw this.invalid(position, `${part} runs backwards`);
    const step = every === undefined ? 1 : Number(every);
    if (step === 0) throw this.invalid(position, `${part} has a step of 0`);
    if (every !== undefined && step > last - first) throw this.invalid(position, `${part} steps beyond its range`);
    if (star !== undefined) this.hasStar = true;
    if (star !== undefined && every === undefined) this.isAny = true;
    if (step === 1) this.chosen.fill(1, first - min, last - min + 1);
    else for (let value = first; value <= last; value += step) this.chosen[value - min] = 1;
  }

  /** `jan`, `mon-fri`. */
  private readNames(part: string, position: number): boolean {
    const { names } = this.rule;
    const [from = '', to = from, ...more] = part.split('-');
    if (names === undefined || more.length > 0) return false;
    const first = names.indexOf(from);
    const last = names.indexOf(to);
    if (first < 0 || last < 0) return false;
    if (first > last) throw this.invalid(position, `${part} runs backwards`);
    this.chosen.fill(1, first, last + 1);
    return true;
  }

  /** `last`, `2nd fri`, `last sun`, in the day field only. */
  private readDayWords(part: string): boolean {
    if (this.rule.name !== 'day') return false;
    const [which = '', ...rest] = part.split(/\s+/);
    if (rest.length === 0 && which === 'last') {
      this.isLastDay = true;
      return true;
    }
    const weekday = WEEKDAYS.indexOf(rest.join(' '));
    const n = ORDINALS.indexOf(which);
    if (weekday < 0 || (n < 0 && which !== 'last')) return false;
    if (n >= 0) this.nth.add(n * 7 + weekday);
    else this.lastWeekdays.add(weekday);
    return true;
  }

  private invalid(position: number, because?: string): InvalidTriggerError {
    const { name, min, max, names } = this.rule;
    const words =
      name === 'day' ? ', last, 2nd fri or last fri' : names === undefined ? '' : ` or ${names[0]}-${names.at(-1)}`;
    const expected = `${min}-${max}${words}, as *, */n, a, a-b, a-b/n or a/n in a list`;
    return new InvalidTriggerError(
      name,
      this.text,
      because === undefined ? expected : `${expected} (${because})`,
      position,
    );
  }
}

function dayRules(field: FieldValues, kind: 'days' | 'weekdays'): DayRules {
  const bits = field.isAny ? 0 : toBits(field.values);
  return {
    any: field.isAny,
    days: kind === 'days' ? bits : 0,
    weekdays: kind === 'weekdays' ? bits : 0,
    fromLast: field.isLastDay && !field.isAny ? 1 : 0,
    nth: split(field.nth),
    lastWeekdays: toBits(field.lastWeekdays),
    nearest: 0,
    lastWorkday: false,
  };
}

/** A set of values below 32 as bits. */
function toBits(values: Iterable<number>): number {
  let bits = 0;
  for (const value of values) bits |= 1 << value;
  return bits >>> 0;
}

/** A set of values below 60 as two sets of bits. */
function split(values: Iterable<number>): readonly [low: number, high: number] {
  let low = 0;
  let high = 0;
  for (const value of values) {
    if (value < 30) low |= 1 << value;
    else high |= 1 << (value - 30);
  }
  return [low, high];
}
