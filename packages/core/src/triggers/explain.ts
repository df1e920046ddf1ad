// Triggers in words, for people who read a list of jobs.
import { DateTime } from 'luxon';
import { UNIT_MS } from '../time/duration.ts';
import { toEpochMs } from '../time/instant.ts';
import { type CrontabOptions, parseCrontab } from './cron/crontab.ts';
import { parseFields } from './cron/fields.ts';
import { explainCron } from './explain/cron-words.ts';
import type { Unit } from './explain/phrases.ts';
import { type LocaleInput, type Wording, wordingOf } from './explain/wording.ts';
import { triggerFromJson } from './json.ts';
import type { Trigger, TriggerJson } from './trigger.ts';

export type { LocaleInput } from './explain/wording.ts';

type Options = TriggerJson['options'];
type Anchor = TriggerJson['anchor'];
type Explain = (wording: Wording, options: Options, anchor: Anchor) => string;

/** How each kind is told; a kind of your own tells itself by its `toString()`. */
const KINDS: ReadonlyMap<string, Explain> = new Map<string, Explain>([
  ['date', explainDate],
  ['interval', explainInterval],
  ['cron', explainCronOptions],
  ['calendarinterval', explainCalendarInterval],
  ['and', (wording, options) => wording.phrases.all(parts(wording, options).join(wording.phrases.separator))],
  ['or', (wording, options) => parts(wording, options).join(wording.phrases.or)],
  ['except', explainExcept],
]);

/**
 * What a trigger does, in words: `at 09:00 on Monday to Friday, Europe/Berlin`. There is English, French, German and
 * Spanish; of several locales the first that is one of these is taken. Times of day are told by the 24-hour clock.
 *
 * @throws InvalidOptionError naming the languages there are, if none of them is asked for. The default is `en-GB`.
 */
export function explain(trigger: Trigger, locale?: LocaleInput): string {
  return explainIn(wordingOf(locale), trigger).replace(UNBREAKABLE, ' ');
}

/** The spaces that Intl puts between a number and its unit in some languages: of no use in logs. */
const UNBREAKABLE = /[\u00a0\u202f]/g;

function explainIn(wording: Wording, trigger: Trigger): string {
  const { kind, options, anchor } = trigger.toJSON();
  return KINDS.get(kind)?.(wording, options, anchor) ?? String(trigger);
}

/** Dates named before the rest is counted. */
const NAMED_DATES = 3;

function explainDate(wording: Wording, options: Options, anchor: Anchor): string {
  const { phrases, list } = wording;
  const given = options.runDate ?? anchor;
  if (given === undefined) return phrases.whenAdded;
  const dates = (Array.isArray(given) ? given : [given]).map((date) =>
    phrases.onDate(dateText(wording, date, options)),
  );
  const more = dates.length - NAMED_DATES;
  const shown = list(more > 1 ? [...dates.slice(0, NAMED_DATES), phrases.moreTimes(more)] : dates, 'and');
  return joined(dates.length === 1 ? phrases.once(shown) : phrases.dates(shown), zoneOf(options));
}

function explainInterval(wording: Wording, options: Options, anchor: Anchor): string {
  const ms = Object.entries(UNIT_MS).reduce((total, [unit, size]) => total + Number(options[unit] ?? 0) * size, 0);
  const start = options.startDate ?? anchor;
  return joined(
    everyText(wording, lengthOf(Math.round(ms))),
    start === undefined ? null : wording.phrases.countedFrom(dateText(wording, start, options)),
    until(wording, options),
    start === undefined ? null : zoneOf(options),
  );
}

function explainCronOptions(wording: Wording, options: Options): string {
  const { crontab, dialect, hashSeed, startDate } = options;
  const read = typeof crontab === 'string' ? parseCrontab(crontab, { dialect, hashSeed } as CrontabOptions) : null;
  const spec = read === null ? parseFields(options) : read.spec;
  if (spec === null) return everyText(wording, lengthOf(read?.everyMs ?? 0));
  return joined(
    explainCron(spec, wording),
    startDate === undefined ? null : wording.phrases.from(dateText(wording, startDate, options)),
    until(wording, options),
    zoneOf(options),
  );
}

const CALENDAR_UNITS = ['year', 'month', 'week', 'day'] as const;

function explainCalendarInterval(wording: Wording, options: Options, anchor: Anchor): string {
  const { phrases, time } = wording;
  const of = (name: string) => Number(options[name] ?? 0);
  const amounts = CALENDAR_UNITS.map((unit): Amount => [of(`${unit}s`), unit]).filter(([count]) => count > 0);
  const clock = time(((of('hour') * 60 + of('minute')) * 60 + of('second')) * 1000);
  const start = options.startDate ?? anchor;
  return joined(
    `${everyText(wording, amounts)} ${phrases.at(clock)}`,
    start === undefined ? null : phrases.countedFrom(dayText(wording, start)),
    options.endDate === undefined ? null : phrases.until(dayText(wording, options.endDate)),
    zoneOf(options),
  );
}

function explainExcept(wording: Wording, options: Options): string {
  const { phrases } = wording;
  const except = part(wording, options.except);
  const words = options.by === 'day' ? phrases.exceptOnDaysOf(except) : phrases.exceptWhen(except);
  return [part(wording, options.trigger), joined(words, zoneOf(options))].join(phrases.separator);
}

function parts(wording: Wording, options: Options): string[] {
  return (options.triggers as readonly unknown[]).map((json) => part(wording, json));
}

/** A trigger within another; in brackets if it has parts of its own. */
function part(wording: Wording, json: unknown): string {
  const trigger = triggerFromJson(json as TriggerJson);
  const words = explainIn(wording, trigger);
  return ['and', 'or', 'except'].includes(trigger.kind) ? `(${words})` : words;
}

function joined(...words: readonly (string | null)[]): string {
  return words.filter((word) => word !== null).join(', ');
}

function until(wording: Wording, options: Options): string | null {
  return options.endDate === undefined ? null : wording.phrases.until(dateText(wording, options.endDate, options));
}

function zoneOf(options: Options): string | null {
  return options.timezone === undefined ? null : String(options.timezone);
}

/** `6 November 2026 at 16:30`, on the clock of the trigger's zone. */
function dateText({ phrases, date, time }: Wording, input: unknown, options: Options): string {
  const zone = String(options.timezone ?? 'UTC');
  const local = DateTime.fromMillis(toEpochMs(input, 'date', zone), { zone }).setZone('UTC', { keepLocalTime: true });
  return phrases.dateTime(date(local.toMillis()), time(local.toMillis() - local.startOf('day').toMillis()));
}

function dayText({ date }: Wording, input: unknown): string {
  return date(toEpochMs(input, 'date', 'UTC'));
}

type Amount = readonly [count: number, unit: Unit];

/** `every 1 hour and 30 minutes`; one of a unit by itself is just `every hour`. */
function everyText({ phrases, list, amount }: Wording, amounts: readonly Amount[]): string {
  const [lead, ...others] = amounts;
  if (lead === undefined) return '';
  if (lead[0] === 1 && others.length === 0) return phrases.everyOne(lead[1]);
  const words = amounts.map(([count, unit]) => amount(count, unit));
  return phrases.every(list(words, 'and'), lead[1]);
}

const LENGTH_UNITS = [
  ['day', UNIT_MS.days],
  ['hour', UNIT_MS.hours],
  ['minute', UNIT_MS.minutes],
  ['second', UNIT_MS.seconds],
  ['millisecond', UNIT_MS.milliseconds],
] as const;

/** A length in its units. It is real time, so that one day of it is 24 hours. */
function lengthOf(ms: number): Amount[] {
  if (ms === UNIT_MS.days) return [[24, 'hour']];
  let rest = ms;
  return LENGTH_UNITS.map(([unit, size]): Amount => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return [count, unit];
  }).filter(([count]) => count > 0);
}
