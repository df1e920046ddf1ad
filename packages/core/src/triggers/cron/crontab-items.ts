// Reads the items of one crontab field — `*`, `5`, `1-5`, `*/10`, `mon-fri`, `H(0-29)/10` — one character at a time.
import { InvalidTriggerError } from '../../errors.ts';
import { hashBelow } from './crontab-hash.ts';
import { type FieldSyntax, MOST_ITEMS, packName } from './crontab-syntax.ts';

/** Where the reading stands. Everything that reads moves `at`. */
export interface Cursor {
  readonly text: string;
  at: number;
  /** Where the item being read begins. */
  itemStart: number;
  readonly hashSeed: string | undefined;
}

/** The values `first, first + step, …` up to `last`; a `last` beyond the field's goes on at its start. */
export interface Item {
  readonly first: number;
  readonly last: number;
  readonly step: number;
  /** `*` or `*` with a step. */
  readonly star: boolean;
  /** A number or name by itself. */
  readonly single: boolean;
}

/** The character codes the grammar is made of. */
export const CHAR = {
  tab: 9,
  lineFeed: 10,
  carriageReturn: 13,
  space: 32,
  hash: 35,
  open: 40,
  close: 41,
  star: 42,
  plus: 43,
  comma: 44,
  dash: 45,
  slash: 47,
  zero: 48,
  nine: 57,
  question: 63,
  H: 72,
  L: 76,
  W: 87,
} as const;

/** The character at the cursor, letters in upper case; NaN past the end. */
export function peek(cursor: Cursor): number {
  const code = cursor.text.charCodeAt(cursor.at);
  return code >= 97 && code <= 122 ? code - 32 : code;
}

/** Steps over the character if it is the one at the cursor. */
export function take(cursor: Cursor, code: number): boolean {
  if (peek(cursor) !== code) return false;
  cursor.at++;
  return true;
}

/** Whether the cursor is at the end of a field. */
export function atFieldEnd(cursor: Cursor): boolean {
  const code = cursor.text.charCodeAt(cursor.at);
  return code === CHAR.space || code === CHAR.tab || Number.isNaN(code);
}

/** Calls `readOne` for each item of the list at the cursor, and leaves the cursor behind the field. */
export function readList(cursor: Cursor, syntax: FieldSyntax, readOne: () => void): void {
  let count = 0;
  do {
    cursor.itemStart = cursor.at;
    if (++count > MOST_ITEMS) throw fault(cursor, syntax, `a list of at most ${MOST_ITEMS} items`);
    readOne();
  } while (take(cursor, CHAR.comma));
  if (!atFieldEnd(cursor)) throw fault(cursor, syntax, `${describe(syntax)} with nothing behind it`);
}

/** One item that every field takes. */
export function readItem(cursor: Cursor, syntax: FieldSyntax): Item {
  if (take(cursor, CHAR.star)) {
    const step = readStep(cursor, syntax, syntax.min, syntax.last);
    return { first: syntax.min, last: syntax.last, step: step ?? 1, star: true, single: false };
  }
  if (peek(cursor) === CHAR.H) return readHash(cursor, syntax);
  return readRange(cursor, syntax);
}

/** `a`, `a-b`, `a-b/n`, or `a/n`, which runs from `a` to the last value. */
function readRange(cursor: Cursor, syntax: FieldSyntax): Item {
  const firstNamed = isLetter(peek(cursor));
  const first = readValue(cursor, syntax);
  if (!take(cursor, CHAR.dash)) {
    const step = readStep(cursor, syntax, first, Math.max(first, syntax.last));
    if (step === null) return { first, last: first, step: 1, star: false, single: true };
    return { first, last: Math.max(first, syntax.last), step, star: false, single: false };
  }
  const named = firstNamed && isLetter(peek(cursor));
  let last = readValue(cursor, syntax);
  if (last < first) {
    if (!mayWrap(syntax, named)) throw fault(cursor, syntax, 'a range that does not run backwards');
    last += syntax.last - syntax.min + 1;
  }
  const step = readStep(cursor, syntax, first, last);
  return { first, last, step: step ?? 1, star: false, single: false };
}

function mayWrap(syntax: FieldSyntax, named: boolean): boolean {
  return syntax.wrap === 'always' || (syntax.wrap === 'names' && named);
}

/** `/n` if it is there. */
function readStep(cursor: Cursor, syntax: FieldSyntax, first: number, last: number): number | null {
  if (!take(cursor, CHAR.slash)) return null;
  const step = readNumber(cursor, syntax, 'a step');
  const limit = syntax.tightStep ? last - first : syntax.last - syntax.min + 1;
  if (step < 1 || step > limit) throw fault(cursor, syntax, `a step from 1 to ${limit}`);
  return step;
}

/** `H`, `H/n`, `H(a-b)` or `H(a-b)/n`: a value, or the start of the steps, that the seed decides. */
function readHash(cursor: Cursor, syntax: FieldSyntax): Item {
  const { hashSeed } = cursor;
  if (hashSeed === undefined || hashSeed === '') {
    throw new InvalidTriggerError(
      'hashSeed',
      hashSeed,
      'a text such as the job id, by which "H" chooses a time',
      cursor.at,
    );
  }
  if (syntax.name === 'year') throw fault(cursor, syntax, describe(syntax));
  cursor.at++;
  const bounds = readHashBounds(cursor, syntax);
  const from = bounds?.from ?? syntax.min;
  const to = bounds?.to ?? syntax.last;
  const step = readStep(cursor, syntax, from, to);
  const choices = step === null ? (bounds === null ? syntax.hashLast : to) - from + 1 : Math.min(step, to - from + 1);
  const first = from + hashBelow(`${hashSeed}:${syntax.name}`, choices);
  return { first, last: step === null ? first : to, step: step ?? 1, star: false, single: false };
}

function readHashBounds(cursor: Cursor, syntax: FieldSyntax): { readonly from: number; readonly to: number } | null {
  if (!take(cursor, CHAR.open)) return null;
  const from = readValue(cursor, syntax);
  if (!take(cursor, CHAR.dash)) throw fault(cursor, syntax, '"H" with a range such as H(0-29)');
  const to = readValue(cursor, syntax);
  if (to < from) throw fault(cursor, syntax, 'a range that does not run backwards');
  if (!take(cursor, CHAR.close)) throw fault(cursor, syntax, '"H" with a range such as H(0-29)');
  return { from, to };
}

/** A number within the field's bounds, or one of its names. */
function readValue(cursor: Cursor, syntax: FieldSyntax): number {
  if (syntax.names !== null && isLetter(peek(cursor))) {
    const value = syntax.names.get(packName(cursor.text, cursor.at));
    if (value === undefined) throw fault(cursor, syntax, describe(syntax));
    cursor.at += 3;
    return value;
  }
  const value = readNumber(cursor, syntax, describe(syntax));
  if (value < syntax.min || value > syntax.max) throw fault(cursor, syntax, describe(syntax));
  return value;
}

/** Digits as a number; `expected` says what they stand for. */
export function readNumber(cursor: Cursor, syntax: FieldSyntax, expected: string): number {
  const start = cursor.at;
  let value = 0;
  for (;;) {
    const digit = cursor.text.charCodeAt(cursor.at) - CHAR.zero;
    // Negated so that NaN, past the end of the text, stops too.
    if (!(digit >= 0 && digit <= 9)) break;
    value = value * 10 + digit;
    cursor.at++;
  }
  if (cursor.at === start || cursor.at - start > 4) throw fault(cursor, syntax, expected);
  return value;
}

/** What a value of the field looks like, for messages. */
export function describe(syntax: FieldSyntax): string {
  const names = syntax.name === 'month' ? ' or jan to dec' : syntax.name === 'dayOfWeek' ? ' or mon to sun' : '';
  return `a value from ${syntax.min} to ${syntax.max}${names}`;
}

/** The error for the item being read. */
export function fault(cursor: Cursor, syntax: FieldSyntax, expected: string): InvalidTriggerError {
  return new InvalidTriggerError(syntax.name, itemText(cursor), expected, cursor.itemStart);
}

function itemText(cursor: Cursor): string {
  let end = cursor.itemStart;
  while (end < cursor.text.length && !isDelimiter(cursor.text.charCodeAt(end))) end++;
  return cursor.text.slice(cursor.itemStart, end);
}

function isDelimiter(code: number): boolean {
  return code === CHAR.comma || code === CHAR.space || code === CHAR.tab;
}

function isLetter(code: number): boolean {
  return code >= 65 && code <= 90;
}
