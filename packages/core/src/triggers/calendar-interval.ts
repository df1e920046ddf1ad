// The calendar interval trigger: the same wall-clock time every so many years, months, weeks or days.
import { InvalidTriggerError } from '../errors.ts';
import { civilFromDays, DAY_SECONDS, dayOf, daysFromCivil, daysInMonth, monthOf, yearOf } from '../time/civil.ts';
import { type InstantInput, toEpochMs } from '../time/instant.ts';
import { offsetAt, type TimezoneInput, type Zone, zone } from '../time/zone.ts';
import { CalendarTimes } from './calendar-times.ts';
import type { DstPolicy } from './cron/spec.ts';
import { FIRE_ONCE, readDst } from './dst.ts';
import { compact, readInstant, readInteger, readOptions, readTimezone } from './options.ts';
import { singleTime, type WallRule } from './patterns/wall-pattern.ts';
import type { Trigger, TriggerContext, TriggerJson } from './trigger.ts';
import { countInstants, nextInstant, previousInstant, type WallSchedule } from './wall-times.ts';

/** Options of {@link CalendarIntervalTrigger}. The units are added up; at least one is given. */
export interface CalendarIntervalTriggerOptions {
  /** @default 0 */
  readonly years?: number;
  /** @default 0 */
  readonly months?: number;
  /** @default 0 */
  readonly weeks?: number;
  /** @default 0 */
  readonly days?: number;
  /** Hour of the day, 0…23. @default 0 */
  readonly hour?: number;
  /** Minute of the hour, 0…59. @default 0 */
  readonly minute?: number;
  /** Second of the minute, 0…59. @default 0 */
  readonly second?: number;
  /** The day all dates are counted from, as `YYYY-MM-DD`; of an instant, its day in the zone. @default the day the job is added */
  readonly startDate?: InstantInput;
  /** The last day on which it may fire. @default no bound */
  readonly endDate?: InstantInput;
  /** The zone whose clock and calendar are looked at. @default the scheduler's; UTC where there is none */
  readonly timezone?: TimezoneInput;
  /** What happens to times that a change of UTC offset skips or repeats. @default { gap: 'shift', overlap: 'first' } */
  readonly dst?: Partial<DstPolicy>;
}

const UNITS = ['years', 'months', 'weeks', 'days'] as const;
const OPTIONS = [...UNITS, 'hour', 'minute', 'second', 'startDate', 'endDate', 'timezone', 'dst'];
const MAX_YEARS = 8_030;
const LAST_DAY = daysFromCivil(9999, 12, 31);

/** A day given as an option. */
interface DayOption {
  /** Days since 1970-01-01. */
  readonly day: number;
  readonly json: string;
  readonly isOpen: boolean;
}

/**
 * Fires at one wall-clock time on every n-th date from its start. Dates that do not exist are left out: monthly from
 * 31 January fires in January, March, May …
 *
 * @throws InvalidOptionError naming the option that cannot be understood.
 */
export class CalendarIntervalTrigger implements Trigger {
  readonly kind = 'calendarinterval';
  private readonly schedule: WallSchedule & { readonly times: CalendarTimes };
  private readonly time: number;
  private readonly stored: Readonly<Record<string, unknown>>;
  private readonly anchor: string | undefined;
  private readonly isOpen: boolean;
  private readonly hasStart: boolean;
  private readonly label: string;

  /** `anchor` is the day it was added, as stored. */
  constructor(options: CalendarIntervalTriggerOptions, anchor?: string) {
    const given = readOptions('calendarinterval', options, OPTIONS);
    const timezone = readTimezone(given['timezone']);
    const start = readDay('startDate', given['startDate'], timezone);
    const end = readDay('endDate', given['endDate'], timezone);
    if (start !== null && end !== null && end.day < start.day) {
      throw new InvalidTriggerError('endDate', given['endDate'], `a day not before ${start.json}`);
    }
    const dst = readDst(given['dst']);
    const units = readUnits(given);
    const time = readTime(given);
    const times = new CalendarTimes({
      startDay: (start ?? readDay('anchor', anchor, timezone))?.day ?? 0,
      endDay: end?.day ?? LAST_DAY,
      months: units.years * 12 + units.months,
      days: units.weeks * 7 + units.days,
      time,
    });
    this.schedule = { times, zone: zone(timezone ?? 'UTC'), dst: { ...FIRE_ONCE, ...dst } };
    this.time = time;
    this.hasStart = start !== null;
    this.anchor = this.hasStart ? undefined : anchor;
    this.isOpen = timezone === undefined;
    this.stored = compact({ ...given, startDate: start?.json, endDate: end?.json, timezone, dst });
    this.label = `calendarinterval[${UNITS.filter((unit) => units[unit] > 0)
      .map((unit) => `${units[unit]}${unit.charAt(0)}`)
      .join(', ')} at ${timeText(time)}]`;
  }

  next(after: InstantInput): number | null {
    const from = Math.floor(toEpochMs(after, 'after', this.schedule.zone.name) / 1000) + 1;
    return toMs(nextInstant(this.schedule, from));
  }

  previous(before: InstantInput): number | null {
    const from = Math.floor(toEpochMs(before, 'before', this.schedule.zone.name) / 1000);
    return toMs(previousInstant(this.schedule, from));
  }

  count(after: number, upTo: number): number {
    return countInstants(this.schedule, Math.floor(after / 1000) + 1, Math.floor(upTo / 1000) + 1);
  }

  /** What combinations work with: its dates, and its time of day. */
  get wall(): WallRule {
    const { zone, times, dst } = this.schedule;
    const pattern = { days: times.days, times: singleTime(this.time) };
    return { zone, pattern, dst, first: -Infinity, last: Infinity };
  }

  resolve(context: TriggerContext): CalendarIntervalTrigger {
    const needsAnchor = !this.hasStart && this.anchor === undefined;
    if (!this.isOpen && !needsAnchor) return this;
    const place = this.isOpen ? zone(context.timezone) : this.schedule.zone;
    const anchor = needsAnchor ? dayText(dayIn(place, context.now)) : this.anchor;
    return new CalendarIntervalTrigger({ ...this.stored, timezone: place.name }, anchor);
  }

  toJSON(): TriggerJson {
    const json = { kind: this.kind, options: this.stored };
    return this.anchor === undefined ? json : { ...json, anchor: this.anchor };
  }

  toString(): string {
    return this.label;
  }
}

function readUnits(given: Readonly<Record<string, unknown>>): Record<(typeof UNITS)[number], number> {
  const units = {
    years: readInteger('years', given['years'], MAX_YEARS),
    months: readInteger('months', given['months'], MAX_YEARS * 12),
    weeks: readInteger('weeks', given['weeks'], MAX_YEARS * 53),
    days: readInteger('days', given['days'], MAX_YEARS * 366),
  };
  if (units.years + units.months + units.weeks + units.days === 0) {
    throw new InvalidTriggerError('calendarinterval', units, 'years, months, weeks or days of at least 1');
  }
  return units;
}

/** Seconds since midnight. */
function readTime(given: Readonly<Record<string, unknown>>): number {
  const hour = readInteger('hour', given['hour'], 23);
  const minute = readInteger('minute', given['minute'], 59);
  return hour * 3600 + minute * 60 + readInteger('second', given['second'], 59);
}

function readDay(name: string, value: unknown, timezone: string | undefined): DayOption | null {
  const date = typeof value === 'string' ? /^(\d{4})-(\d\d)-(\d\d)$/.exec(value) : null;
  if (date !== null) {
    const [year, month, day] = date.slice(1).map(Number) as [number, number, number];
    if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) {
      throw new InvalidTriggerError(name, value, 'a day of the calendar as YYYY-MM-DD');
    }
    return { day: daysFromCivil(year, month, day), json: date[0], isOpen: false };
  }
  const instant = readInstant(name, value, timezone);
  if (instant === null) return null;
  const day = dayIn(zone(timezone ?? 'UTC'), instant.ms);
  return timezone === undefined
    ? { day, json: instant.json, isOpen: true }
    : { day, json: dayText(day), isOpen: false };
}

/** The civil day it is in a zone. */
function dayIn(place: Zone, epochMs: number): number {
  return Math.floor((epochMs + offsetAt(place, epochMs)) / (DAY_SECONDS * 1000));
}

function dayText(day: number): string {
  const date = civilFromDays(day);
  return `${String(yearOf(date)).padStart(4, '0')}-${pad(monthOf(date))}-${pad(dayOf(date))}`;
}

function timeText(time: number): string {
  return `${pad(Math.floor(time / 3600))}:${pad(Math.floor(time / 60) % 60)}:${pad(time % 60)}`;
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}

function toMs(epochSeconds: number): number | null {
  return Number.isFinite(epochSeconds) ? epochSeconds * 1000 : null;
}
