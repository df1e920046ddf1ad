// Reads crontab text of any dialect into a CronSpec: the line as a whole, its nicknames and its time zone.
import { InvalidTriggerError } from '../../errors.ts';
import { zone } from '../../time/zone.ts';
import { FIRE_ONCE, FOLLOW_REAL_TIME } from '../dst.ts';
import { joinDays, readMonthDays, readWeekDays } from './crontab-days.ts';
import { readEvery } from './crontab-every.ts';
import { CHAR, type Cursor, readItem, readList } from './crontab-items.ts';
import { type CronDialect, DIALECTS, type DialectSyntax, type FieldSyntax, LONGEST_TEXT } from './crontab-syntax.ts';
import type { CronSpec, DstPolicy } from './spec.ts';

export type { CronDialect } from './crontab-syntax.ts';

/** Options of {@link parseCrontab}. */
export interface CrontabOptions {
  /** Whose rules the text is read by. @default 'vixie' */
  readonly dialect?: CronDialect | undefined;
  /** What `H` chooses its values by; the same text chooses the same values everywhere. Needed if the text has an `H`. */
  readonly hashSeed?: string | undefined;
  /** Overrides what the fields say about changes of UTC offset, each half by itself; of no meaning to `@every`. */
  readonly dst?: Partial<DstPolicy> | undefined;
}

/** A crontab line as read: either fields, or the interval of `@every`. */
export type Crontab = CrontabFields | CrontabInterval;

/** A line of fields. */
export interface CrontabFields {
  readonly spec: CronSpec;
  readonly everyMs: null;
  /** The zone named by `TZ=` or `CRON_TZ=`, or null. */
  readonly timezone: string | null;
}

/** `@every`. */
export interface CrontabInterval {
  readonly spec: null;
  /** The interval, in milliseconds. */
  readonly everyMs: number;
  readonly timezone: string | null;
}

const NICKNAMES: ReadonlyMap<string, string> = new Map([
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
  ['@monthly', '0 0 1 * *'],
  ['@weekly', '0 0 * * 0'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@hourly', '0 * * * *'],
]);

/**
 * Reads a crontab line: 5 fields, 6 with seconds first, 7 with the year last, or a nickname; a time zone may lead.
 *
 * @throws InvalidTriggerError naming the field, the text at fault and its position in the whole, if any part is not understood.
 */
export function parseCrontab(text: string, options: CrontabOptions = {}): Crontab {
  const dialect = dialectOf(options.dialect);
  if (typeof text !== 'string') throw new InvalidTriggerError('crontab', text, 'a text such as "0 9 * * 1-5"');
  if (text.length > LONGEST_TEXT) throw new InvalidTriggerError('crontab', text, `at most ${LONGEST_TEXT} characters`);
  const end = trimmedEnd(text);
  const line = end === text.length ? text : text.slice(0, end);
  const cursor: Cursor = { text: line, at: 0, itemStart: 0, hashSeed: options.hashSeed };
  skipSpaces(cursor);
  const timezone = readTimezone(cursor);
  if (line[cursor.at] !== '@') return { spec: readFields(cursor, dialect, options.dst), everyMs: null, timezone };
  return { ...readNickname(cursor, options), timezone };
}

function dialectOf(name: CronDialect = 'vixie'): DialectSyntax {
  if (!Object.hasOwn(DIALECTS, name))
    throw new InvalidTriggerError('dialect', name, `one of ${Object.keys(DIALECTS).join(', ')}`);
  return DIALECTS[name];
}

/** `TZ=Europe/Paris ` or `CRON_TZ=Europe/Paris ` before the fields. */
function readTimezone(cursor: Cursor): string | null {
  const { text } = cursor;
  const start = text.startsWith('TZ=', cursor.at)
    ? cursor.at + 3
    : text.startsWith('CRON_TZ=', cursor.at)
      ? cursor.at + 8
      : null;
  if (start === null) return null;
  cursor.at = start;
  skipField(cursor);
  const name = zoneNamed(text.slice(start, cursor.at), start);
  skipSpaces(cursor);
  return name;
}

function zoneNamed(name: string, position: number): string {
  try {
    return zone(name).name;
  } catch {
    throw new InvalidTriggerError('timezone', name, 'a time zone such as Europe/Berlin behind "TZ="', position);
  }
}

function readNickname(
  cursor: Cursor,
  options: CrontabOptions,
): Omit<CrontabFields, 'timezone'> | Omit<CrontabInterval, 'timezone'> {
  const { text } = cursor;
  const start = cursor.at;
  skipField(cursor);
  const nickname = text.slice(start, cursor.at).toLowerCase();
  skipSpaces(cursor);
  if (nickname === '@every') return { spec: null, everyMs: readEvery(text, cursor.at) };
  const fields = NICKNAMES.get(nickname);
  if (fields === undefined)
    throw new InvalidTriggerError('crontab', text.slice(start), nicknameExpected(nickname), start);
  if (cursor.at < text.length)
    throw new InvalidTriggerError('crontab', text.slice(cursor.at), `nothing behind ${nickname}`, cursor.at);
  const expanded: Cursor = { text: fields, at: 0, itemStart: 0, hashSeed: undefined };
  return { spec: readFields(expanded, DIALECTS.vixie, options.dst), everyMs: null };
}

function nicknameExpected(nickname: string): string {
  if (nickname === '@reboot') return 'a time: @reboot names none, call the task when your program starts';
  return `one of ${[...NICKNAMES.keys()].join(', ')} or @every`;
}

/** The 5, 6 or 7 fields from the cursor to the end. */
function readFields(cursor: Cursor, dialect: DialectSyntax, dst: Partial<DstPolicy> = {}): CronSpec {
  const count = countFields(cursor);
  const seconds = count > 5 ? nextField(cursor, dialect.second) : AT_ZERO;
  const minutes = nextField(cursor, dialect.minute);
  const hours = nextField(cursor, dialect.hour);
  const monthDays = readMonthDays(cursor, dialect);
  skipSpaces(cursor);
  const months = nextField(cursor, dialect.month);
  const weekDays = readWeekDays(cursor, dialect);
  skipSpaces(cursor);
  if (dialect.oneQuestionMark && monthDays.isQuestionMark && weekDays.isQuestionMark) {
    throw new InvalidTriggerError('dayOfWeek', '?', '"?" in one of the two day fields only', cursor.itemStart);
  }
  const years = count === 7 ? readYears(cursor, dialect.year) : null;
  return {
    seconds: seconds.set,
    minutes: minutes.set,
    hours: hours.set[0],
    months: months.set[0],
    years,
    weeks: null,
    ...joinDays(monthDays, weekDays, dialect),
    dst: { ...(minutes.hasStar || hours.hasStar ? FOLLOW_REAL_TIME : FIRE_ONCE), ...dst },
  };
}

function countFields(cursor: Cursor): number {
  const { text, at } = cursor;
  let count = 0;
  while (cursor.at < text.length) {
    skipField(cursor);
    skipSpaces(cursor);
    count++;
  }
  cursor.at = at;
  if (count < 5 || count > 7) {
    throw new InvalidTriggerError(
      'crontab',
      text,
      `5 fields, 6 with seconds first or 7 with the year last, not ${count}`,
      at,
    );
  }
  return count;
}

interface ValueField {
  /** The values as in {@link CronSpec}: bits 0…29 and 30…59. */
  readonly set: readonly [low: number, high: number];
  /** Whether an item of it is `*` or `*` with a step. */
  readonly hasStar: boolean;
}

const AT_ZERO: ValueField = { set: [1, 0], hasStar: false };

function nextField(cursor: Cursor, syntax: FieldSyntax): ValueField {
  let low = 0;
  let high = 0;
  let hasStar = false;
  const size = syntax.last - syntax.min + 1;
  readList(cursor, syntax, () => {
    const item = readItem(cursor, syntax);
    hasStar ||= item.star;
    for (let value = item.first; value <= item.last; value += item.step) {
      const bit = value > syntax.last ? value - size : value;
      if (bit < 30) low |= 1 << bit;
      else high |= 1 << (bit - 30);
    }
  });
  skipSpaces(cursor);
  return { set: [low, high], hasStar };
}

/** The years in order, or null for all of them. */
function readYears(cursor: Cursor, syntax: FieldSyntax): readonly number[] | null {
  const { min, max } = syntax;
  const chosen = new Uint8Array(max - min + 1);
  readList(cursor, syntax, () => {
    const { first, last, step } = readItem(cursor, syntax);
    if (step === 1) chosen.fill(1, first - min, last - min + 1);
    else for (let year = first; year <= last; year += step) chosen[year - min] = 1;
  });
  const years: number[] = [];
  for (let index = 0; index < chosen.length; index++) if (chosen[index] === 1) years.push(min + index);
  return years.length === chosen.length ? null : years;
}

function isSpace(code: number): boolean {
  return code === CHAR.space || code === CHAR.tab;
}

/** A line as it was read from a file may still have its end. */
function isSpaceOrEnd(code: number): boolean {
  return isSpace(code) || code === CHAR.lineFeed || code === CHAR.carriageReturn;
}

function skipSpaces(cursor: Cursor): void {
  while (isSpace(cursor.text.charCodeAt(cursor.at))) cursor.at++;
}

function skipField(cursor: Cursor): void {
  while (cursor.at < cursor.text.length && !isSpace(cursor.text.charCodeAt(cursor.at))) cursor.at++;
}

function trimmedEnd(text: string): number {
  let end = text.length;
  while (end > 0 && isSpaceOrEnd(text.charCodeAt(end - 1))) end--;
  return end;
}
