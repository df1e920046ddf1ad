// Reads the two day fields of a crontab line, with the days that depend on the month: `L`, `L-3`, `LW`, `15W`, `friL`, `fri#3`.
import {
  atFieldEnd,
  CHAR,
  type Cursor,
  describe,
  fault,
  type Item,
  peek,
  readItem,
  readList,
  readNumber,
  take,
} from './crontab-items.ts';
import type { DialectSyntax, FieldSyntax } from './crontab-syntax.ts';
import type { CronSpec, DayRules } from './spec.ts';

/** A day field as read. */
export interface DayField {
  readonly rules: DayRules;
  /** Whether it begins with a star, which in Vixie's eyes restricts nothing even with a step. */
  readonly startsWithStar: boolean;
  /** Whether it is `?`. */
  readonly isQuestionMark: boolean;
  /** Whether it begins with `+`: it then has to match together with the other day field. */
  readonly startsWithPlus: boolean;
}

type DayRulesDraft = { -readonly [Part in keyof DayRules]: DayRules[Part] };

const ALL_MONTH_DAYS = 0xfffffffe;
const ALL_WEEKDAYS = 0x7f;

/** No restriction on the day. */
const ANY_DAY: DayRules = Object.freeze({ ...draft(), any: true });

/** The day-of-month field. */
export function readMonthDays(cursor: Cursor, dialect: DialectSyntax): DayField {
  const syntax = dialect.day;
  return readDays(cursor, syntax, (rules) => {
    if (take(cursor, CHAR.L)) {
      readFromLast(cursor, syntax, rules);
      return false;
    }
    const item = readItem(cursor, syntax);
    if (item.single && take(cursor, CHAR.W)) rules.nearest = withBit(rules.nearest, item.first);
    else eachValue(item, (day) => (rules.days = withBit(rules.days, day > syntax.last ? day - syntax.last : day)));
    return item.star;
  });
}

/** What follows `L`: nothing, `W`, or `-n`. */
function readFromLast(cursor: Cursor, syntax: FieldSyntax, rules: DayRulesDraft): void {
  if (take(cursor, CHAR.W)) {
    rules.lastWorkday = true;
  } else if (take(cursor, CHAR.dash)) {
    const back = readNumber(cursor, syntax, 'a number of days behind "L-"');
    if (back < 1 || back > 30) throw fault(cursor, syntax, 'L-1 to L-30');
    rules.fromLast = withBit(rules.fromLast, back);
  } else {
    rules.fromLast = withBit(rules.fromLast, 0);
  }
}

/** The day-of-week field. */
export function readWeekDays(cursor: Cursor, dialect: DialectSyntax): DayField {
  const syntax = dialect.dayOfWeek;
  const startsWithPlus = take(cursor, CHAR.plus);
  const field = readDays(cursor, syntax, (rules) => {
    if (peek(cursor) === CHAR.L) {
      if (!dialect.loneL) throw fault(cursor, syntax, 'a weekday before "L", as in friL');
      cursor.at++;
      rules.weekdays |= 1 << SATURDAY;
      return false;
    }
    const item = readItem(cursor, syntax);
    if (item.single && take(cursor, CHAR.L)) rules.lastWeekdays |= 1 << weekdayOf(item.first, dialect);
    else if (item.single && take(cursor, CHAR.hash)) readNth(cursor, syntax, weekdayOf(item.first, dialect), rules);
    else eachValue(item, (day) => (rules.weekdays |= 1 << weekdayOf(day, dialect)));
    return item.star;
  });
  return { ...field, startsWithPlus };
}

/**
 * The two fields as they go together, brought to one form: what holds every day is no restriction, and `or` is said only
 * of two that restrict.
 */
export function joinDays(monthDays: DayField, weekDays: DayField, dialect: DialectSyntax): JoinedDays {
  const free = monthDays.startsWithStar || weekDays.startsWithStar || weekDays.startsWithPlus;
  const dayMatch = dialect.dayMatch === 'or' && !free ? 'or' : 'and';
  const month = restricts(monthDays.rules) ? monthDays.rules : ANY_DAY;
  const week = restricts(weekDays.rules) ? weekDays.rules : ANY_DAY;
  if (dayMatch === 'or' && (month.any || week.any)) return { monthDays: ANY_DAY, weekDays: ANY_DAY, dayMatch: 'and' };
  return { monthDays: month, weekDays: week, dayMatch };
}

/** The part of a {@link CronSpec} that the two day fields decide. */
export type JoinedDays = Pick<CronSpec, 'monthDays' | 'weekDays' | 'dayMatch'>;

function restricts(rules: DayRules): boolean {
  return !rules.any && rules.days !== ALL_MONTH_DAYS && rules.weekdays !== ALL_WEEKDAYS;
}

const SATURDAY = 5;

function readNth(cursor: Cursor, syntax: FieldSyntax, weekday: number, rules: DayRulesDraft): void {
  const nth = readNumber(cursor, syntax, 'a number from 1 to 5 behind "#"');
  if (nth < 1 || nth > 5) throw fault(cursor, syntax, 'a number from 1 to 5 behind "#"');
  const bit = (nth - 1) * 7 + weekday;
  rules.nth = bit < 30 ? [rules.nth[0] | (1 << bit), rules.nth[1]] : [rules.nth[0], rules.nth[1] | (1 << (bit - 30))];
}

/** A list of days, or `?`. `readOne` reads an item into the rules and says whether it is a star. */
function readDays(cursor: Cursor, syntax: FieldSyntax, readOne: (rules: DayRulesDraft) => boolean): DayField {
  const start = cursor.at;
  if (take(cursor, CHAR.question)) {
    cursor.itemStart = start;
    if (!atFieldEnd(cursor)) throw fault(cursor, syntax, `"?" by itself, or ${describe(syntax)}`);
    return { rules: ANY_DAY, startsWithStar: true, isQuestionMark: true, startsWithPlus: false };
  }
  const rules = draft();
  let startsWithStar = false;
  readList(cursor, syntax, () => {
    const isStar = readOne(rules);
    if (cursor.itemStart === start) startsWithStar = isStar;
  });
  return { rules, startsWithStar, isQuestionMark: false, startsWithPlus: false };
}

function draft(): DayRulesDraft {
  return {
    any: false,
    days: 0,
    weekdays: 0,
    fromLast: 0,
    nth: [0, 0],
    lastWeekdays: 0,
    nearest: 0,
    lastWorkday: false,
  };
}

function eachValue(item: Item, visit: (value: number) => void): void {
  for (let value = item.first; value <= item.last; value += item.step) visit(value);
}

function weekdayOf(value: number, dialect: DialectSyntax): number {
  return (value + dialect.mondayShift) % 7;
}

function withBit(set: number, bit: number): number {
  return (set | (1 << bit)) >>> 0;
}
