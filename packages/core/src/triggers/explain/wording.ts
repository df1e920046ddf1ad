// The words of a locale: our phrases of its language, and the names, lists, numbers, dates and times that Intl has for it.
import { InvalidOptionError } from '../../errors.ts';
import { de } from './de.ts';
import { en } from './en.ts';
import { es } from './es.ts';
import { fr } from './fr.ts';
import type { Phrases, Unit } from './phrases.ts';

/** The languages there are phrases for. */
const LANGUAGES: Readonly<Record<string, Phrases>> = { de, en, es, fr };

/** Where no locale is asked for. */
const DEFAULT_LOCALE = 'en-GB';

/** A BCP 47 tag such as `de` or `en-US`, or several in order of preference. */
export type LocaleInput = string | readonly string[];

/** What is needed to put a trigger into words. */
export interface Wording {
  readonly phrases: Phrases;
  /** `a, b and c`. */
  list(items: readonly string[], word: 'and' | 'or'): string;
  /** Monday = 0. */
  weekday(day: number): string;
  /** January = 1. */
  month(month: number): string;
  /** `5 minutes`. */
  amount(count: number, unit: Unit): string;
  /** `09:00` of milliseconds since midnight, with seconds and milliseconds only where there are some. */
  time(ms: number): string;
  /** `6 November 2026`, of an instant in epoch milliseconds, in UTC. */
  date(epochMs: number): string;
}

/** More tags than anyone uses; others are made each time. */
const MOST_KNOWN = 100;
const known = new Map<string, Wording>();

/**
 * The wording of the first of the locales whose language there are phrases for.
 *
 * @throws InvalidOptionError naming these languages, if there is none.
 */
export function wordingOf(locale: LocaleInput = DEFAULT_LOCALE): Wording {
  for (const tag of Array.isArray(locale) ? locale : [locale]) {
    const wording = known.get(tag) ?? makeWording(tag);
    if (wording === null) continue;
    if (known.size < MOST_KNOWN) known.set(tag, wording);
    return wording;
  }
  const languages = Object.keys(LANGUAGES).join(', ');
  throw new InvalidOptionError('locale', locale, `a locale of one of the languages ${languages}`);
}

function makeWording(tag: unknown): Wording | null {
  const locale = localeOf(tag);
  const phrases = locale === null ? undefined : LANGUAGES[locale.language];
  return locale === null || phrases === undefined ? null : intlWording(locale.baseName, phrases);
}

function localeOf(tag: unknown): Intl.Locale | null {
  try {
    return new Intl.Locale(tag as string);
  } catch {
    return null;
  }
}

const LONG = { unitDisplay: 'long', useGrouping: false } as const;

/** 1970-01-05 was a Monday. */
const FIRST_MONDAY = 4;
const DAY_MS = 86_400_000;

function intlWording(locale: string, phrases: Phrases): Wording {
  const format = (options: Intl.DateTimeFormatOptions) => {
    const formatter = new Intl.DateTimeFormat(locale, { timeZone: 'UTC', ...options });
    return (epochMs: number) => formatter.format(epochMs);
  };
  const clock = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  const weekday = format({ weekday: 'long' });
  const month = format({ month: 'long' });
  const minutes = format(clock);
  const seconds = format({ ...clock, second: '2-digit' });
  const milliseconds = format({ ...clock, second: '2-digit', fractionalSecondDigits: 3 });
  const lists = {
    and: new Intl.ListFormat(locale, { type: 'conjunction' }),
    or: new Intl.ListFormat(locale, { type: 'disjunction' }),
  };
  const amounts = new Map<Unit, Intl.NumberFormat>();
  const amountOf = (unit: Unit) => {
    const made = amounts.get(unit) ?? new Intl.NumberFormat(locale, { style: 'unit', unit, ...LONG });
    amounts.set(unit, made);
    return made;
  };
  return {
    phrases,
    list: (items, word) => lists[word].format(items),
    weekday: (day) => weekday((FIRST_MONDAY + day) * DAY_MS),
    month: (number) => month(Date.UTC(1970, number - 1)),
    amount: (count, unit) => amountOf(unit).format(count),
    time: (ms) => (ms % 60_000 === 0 ? minutes : ms % 1000 === 0 ? seconds : milliseconds)(ms),
    date: format({ dateStyle: 'long' }),
  };
}
