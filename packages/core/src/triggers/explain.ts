// Triggers in English, for people who read a list of jobs.
import { DateTime } from 'luxon';
import { UNIT_MS } from '../time/duration.ts';
import { toEpochMs } from '../time/instant.ts';
import { type CrontabOptions, parseCrontab } from './cron/crontab.ts';
import { parseFields } from './cron/fields.ts';
import { explainCron, joined, timeText } from './explain-cron.ts';
import { triggerFromJson } from './json.ts';
import type { Trigger, TriggerJson } from './trigger.ts';

type Options = TriggerJson['options'];
type Explain = (options: Options, anchor: TriggerJson['anchor']) => string;

/** How each kind is told; a kind of your own tells itself by its `toString()`. */
const KINDS: ReadonlyMap<string, Explain> = new Map<string, Explain>([
  ['date', explainDate],
  ['interval', explainInterval],
  ['cron', explainCronOptions],
  ['calendarinterval', explainCalendarInterval],
  ['and', (options) => `whenever all of these fire at once: ${parts(options).join('; ')}`],
  ['or', (options) => parts(options).join('; or ')],
  ['except', explainExcept],
]);

/** What a trigger does, in English: `at 09:00 on Monday to Friday, Europe/Berlin`. */
export function explain(trigger: Trigger): string {
  const { kind, options, anchor } = trigger.toJSON();
  return KINDS.get(kind)?.(options, anchor) ?? String(trigger);
}

/** Dates named before the rest is counted. */
const NAMED_DATES = 3;

function explainDate(options: Options, anchor: TriggerJson['anchor']): string {
  const given = options.runDate ?? anchor;
  if (given === undefined) return 'once, when the job is added';
  const dates = (Array.isArray(given) ? given : [given]).map((date) => dateText(date, options));
  const more = dates.length - NAMED_DATES;
  const shown = more > 1 ? [...dates.slice(0, NAMED_DATES), `${more} more times`] : dates;
  return `${dates.length === 1 ? 'once, ' : ''}on ${joined(shown, 'and')}${zoneText(options)}`;
}

function explainInterval(options: Options, anchor: TriggerJson['anchor']): string {
  const ms = Object.entries(UNIT_MS).reduce((total, [unit, size]) => total + Number(options[unit] ?? 0) * size, 0);
  const start = options.startDate ?? anchor;
  const from = start === undefined ? '' : `, counted from ${dateText(start, options)}`;
  return `every ${lengthText(Math.round(ms))}${from}${until(options)}${start === undefined ? '' : zoneText(options)}`;
}

function explainCronOptions(options: Options): string {
  const { crontab, dialect, hashSeed, startDate } = options;
  const read = typeof crontab === 'string' ? parseCrontab(crontab, { dialect, hashSeed } as CrontabOptions) : null;
  const spec = read === null ? parseFields(options) : read.spec;
  if (spec === null) return `every ${lengthText(read?.everyMs ?? 0)}`;
  const from = startDate === undefined ? '' : `, from ${dateText(startDate, options)}`;
  return `${explainCron(spec)}${from}${until(options)}${zoneText(options)}`;
}

function explainCalendarInterval(options: Options, anchor: TriggerJson['anchor']): string {
  const amounts = ['years', 'months', 'weeks', 'days'].filter((unit) => Number(options[unit] ?? 0) > 0);
  const length = amounts.map((unit) => amountText(Number(options[unit]), unit.slice(0, -1)));
  const only =
    amounts.length === 1 && options[amounts[0] ?? ''] === 1 ? amounts[0]?.slice(0, -1) : joined(length, 'and');
  const time = timeText(Number(options.hour ?? 0), Number(options.minute ?? 0), Number(options.second ?? 0));
  const start = options.startDate ?? anchor;
  const from = start === undefined ? '' : `, counted from ${dayText(start)}`;
  const end = options.endDate === undefined ? '' : `, until ${dayText(options.endDate)}`;
  return `every ${only} at ${time}${from}${end}${zoneText(options)}`;
}

function explainExcept(options: Options): string {
  const word = options.by === 'day' ? 'except on the days of' : 'except when this fires';
  return `${part(options.trigger)}; ${word}: ${part(options.except)}${zoneText(options)}`;
}

function parts(options: Options): string[] {
  return (options.triggers as readonly unknown[]).map(part);
}

/** A trigger within another; in brackets if it has parts of its own. */
function part(json: unknown): string {
  const trigger = triggerFromJson(json as TriggerJson);
  const words = explain(trigger);
  return ['and', 'or', 'except'].includes(trigger.kind) ? `(${words})` : words;
}

function until(options: Options): string {
  return options.endDate === undefined ? '' : `, until ${dateText(options.endDate, options)}`;
}

function zoneText(options: Options): string {
  return options.timezone === undefined ? '' : `, ${options.timezone}`;
}

/** `6 November 2026 at 16:30`. */
function dateText(input: unknown, options: Options): string {
  const zone = String(options.timezone ?? 'UTC');
  const date = DateTime.fromMillis(toEpochMs(input, 'date', zone), { zone, locale: 'en' });
  const hasSeconds = date.second !== 0 || date.millisecond !== 0;
  return date.toFormat(`d LLLL yyyy 'at' HH:mm${hasSeconds ? ':ss' : ''}${date.millisecond === 0 ? '' : '.SSS'}`);
}

function dayText(input: unknown): string {
  return DateTime.fromMillis(toEpochMs(input, 'date', 'UTC'), { zone: 'UTC', locale: 'en' }).toFormat('d LLLL yyyy');
}

/** `1 hour and 30 minutes`; one of a unit by itself is just `hour`. Real time, so that a day is not a date's day. */
function lengthText(ms: number): string {
  if (ms === UNIT_MS.days) return '24 hours';
  const texts: string[] = [];
  let rest = ms;
  for (const [units, size] of Object.entries(UNIT_MS)) {
    const amount = Math.floor(rest / size);
    rest -= amount * size;
    if (amount > 0 && units !== 'weeks') texts.push(amountText(amount, units.slice(0, -1)));
    else rest += amount * size;
  }
  const [first = ''] = texts;
  return texts.length === 1 && first.startsWith('1 ') ? first.slice(2) : joined(texts, 'and');
}

function amountText(amount: number, unit: string): string {
  return `${amount} ${unit}${amount === 1 ? '' : 's'}`;
}
