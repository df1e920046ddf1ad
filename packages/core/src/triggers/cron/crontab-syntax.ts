// What may stand in each field of a crontab line: its bounds, its names, and how the dialects number the days of the week.

/**
 * Whose rules a crontab text is read by.
 * - `vixie`: cron as in `man 5 crontab`. 0 and 7 are Sunday; day of month OR day of week when both are restricted.
 * - `quartz`: 1 is Sunday, 7 is Saturday; both day fields have to match; numeric ranges may run past the end (`22-2`).
 * - `apscheduler`: 0 is Monday, 6 is Sunday; both day fields have to match; a step may not exceed its range.
 */
export type CronDialect = 'vixie' | 'quartz' | 'apscheduler';

/** One field of a crontab line. Errors name it as here. */
export interface FieldSyntax {
  readonly name: 'second' | 'minute' | 'hour' | 'day' | 'month' | 'dayOfWeek' | 'year';
  /** The least number that may be written. */
  readonly min: number;
  /** The greatest number that may be written. */
  readonly max: number;
  /** The last value of `*` and of `a/n`: `max`, but 6 where 7 is Sunday once more. */
  readonly last: number;
  /** The greatest value `H` chooses: `last`, but 28 for days, so that it exists in every month. */
  readonly hashLast: number;
  /** Three lower-case letters packed by {@link packName} → value; null where the field has no names. */
  readonly names: ReadonlyMap<number, number> | null;
  /** Whether a range may run past the end and go on at the start: never, when both ends are names, or always. */
  readonly wrap: 'never' | 'names' | 'always';
  /** Whether a step may be at most the range it steps through, instead of the size of the field. */
  readonly tightStep: boolean;
}

/** What a dialect takes in each field, and how it reads the days. */
export interface DialectSyntax {
  readonly second: FieldSyntax;
  readonly minute: FieldSyntax;
  readonly hour: FieldSyntax;
  readonly day: FieldSyntax;
  readonly month: FieldSyntax;
  readonly dayOfWeek: FieldSyntax;
  readonly year: FieldSyntax;
  /** What turns its weekday numbers into Monday = 0 when it is added, modulo 7. */
  readonly mondayShift: number;
  /** How the two day fields go together when both are restricted. */
  readonly dayMatch: 'and' | 'or';
  /** Whether `L` alone in the day-of-week field is a day (Saturday), as in Quartz. */
  readonly loneL: boolean;
  /** Whether `?` may stand in one of the two day fields only. */
  readonly oneQuestionMark: boolean;
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const SUNDAY_FIRST = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const MONDAY_FIRST = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** The most characters a line may have. */
export const LONGEST_TEXT = 1_000;

/** The most items a list may have: as many as a minute has seconds. It bounds the work that a short text can ask for. */
export const MOST_ITEMS = 60;

/** Three letters of any case as one number. */
export function packName(text: string, at: number): number {
  return ((text.charCodeAt(at) | 32) << 16) | ((text.charCodeAt(at + 1) | 32) << 8) | (text.charCodeAt(at + 2) | 32);
}

/** What each dialect takes. */
export const DIALECTS: Readonly<Record<CronDialect, DialectSyntax>> = {
  vixie: {
    ...fields({ first: 0, max: 7, last: 6, names: SUNDAY_FIRST, wrapNumbers: false, tightStep: false }),
    mondayShift: 6,
    dayMatch: 'or',
    loneL: false,
    oneQuestionMark: false,
  },
  quartz: {
    ...fields({ first: 1, max: 7, last: 7, names: SUNDAY_FIRST, wrapNumbers: true, tightStep: false }),
    mondayShift: 5,
    dayMatch: 'and',
    loneL: true,
    oneQuestionMark: true,
  },
  apscheduler: {
    ...fields({ first: 0, max: 6, last: 6, names: MONDAY_FIRST, wrapNumbers: false, tightStep: true }),
    mondayShift: 0,
    dayMatch: 'and',
    loneL: false,
    oneQuestionMark: false,
  },
};

interface DialectTraits {
  readonly first: number;
  readonly max: number;
  readonly last: number;
  readonly names: readonly string[];
  readonly wrapNumbers: boolean;
  readonly tightStep: boolean;
}

function fields(traits: DialectTraits) {
  const { tightStep } = traits;
  const wrap = traits.wrapNumbers ? 'always' : 'names';
  const plain = (name: FieldSyntax['name'], min: number, max: number, hashLast = max): FieldSyntax => ({
    ...{ name, min, max, last: max, hashLast, names: null, wrap, tightStep },
  });
  return {
    second: plain('second', 0, 59),
    minute: plain('minute', 0, 59),
    hour: plain('hour', 0, 23),
    day: plain('day', 1, 31, 28),
    month: { ...plain('month', 1, 12), names: packed(MONTHS, 1) },
    dayOfWeek: {
      ...plain('dayOfWeek', traits.first, traits.max, traits.last),
      last: traits.last,
      names: packed(traits.names, traits.first),
    },
    year: { ...plain('year', 1970, 9999), wrap: 'never' },
  } as const;
}

function packed(names: readonly string[], first: number): ReadonlyMap<number, number> {
  return new Map(names.map((name, index) => [packName(name, 0), first + index]));
}
