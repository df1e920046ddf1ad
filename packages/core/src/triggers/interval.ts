// The interval trigger: a grid of absolute time, which no change of clocks and no late run can move.
import { InvalidTriggerError } from '../errors.ts';
import { UNIT_MS } from '../time/duration.ts';
import { type InstantInput, toEpochMs } from '../time/instant.ts';
import type { TimezoneInput } from '../time/zone.ts';
import { compact, LAST_INSTANT_MS, readBounds, readOptions, readTimezone } from './options.ts';
import type { Trigger, TriggerContext, TriggerJson } from './trigger.ts';

/** Options of {@link IntervalTrigger}: the units given are added up; fractions are allowed. */
export interface IntervalTriggerOptions {
  /** Weeks of 168 hours. @default 0 */
  readonly weeks?: number;
  /** Days of 24 hours. @default 0 */
  readonly days?: number;
  /** @default 0 */
  readonly hours?: number;
  /** @default 0 */
  readonly minutes?: number;
  /** @default 0 */
  readonly seconds?: number;
  /** @default 0 */
  readonly milliseconds?: number;
  /** The first fire time, from which all others are counted. @default one interval after the job is added */
  readonly startDate?: InstantInput;
  /** The last instant at which it may fire. @default it goes on for ever */
  readonly endDate?: InstantInput;
  /** Zone of dates without an offset. @default the scheduler's; UTC where there is none */
  readonly timezone?: TimezoneInput;
}

const UNITS = ['weeks', 'days', 'hours', 'minutes', 'seconds', 'milliseconds'] as const;
const OPTIONS = [...UNITS, 'startDate', 'endDate', 'timezone'];

/**
 * Fires every so much absolute time, counted from its start: a run that is late does not move the ones after it.
 * Before it is added to a scheduler, an interval without a start counts from 1970-01-01 UTC.
 *
 * @throws InvalidOptionError naming the option that cannot be understood; a length below a millisecond is refused.
 */
export class IntervalTrigger implements Trigger {
  readonly kind = 'interval';
  /** Time between two fires, in milliseconds. */
  readonly everyMs: number;
  /** The first fire time, in epoch milliseconds. */
  readonly startMs: number;
  /** The last instant at which it may fire, in epoch milliseconds. */
  readonly endMs: number;
  private readonly stored: Readonly<Record<string, unknown>>;
  private readonly anchor: number | undefined;
  private readonly timezone: string | undefined;
  private readonly isOpen: boolean;
  private readonly hasStart: boolean;

  /** `anchor` is the first fire time that was filled in when it was added, as stored. */
  constructor(options: IntervalTriggerOptions, anchor?: number) {
    const given = readOptions('interval', options, OPTIONS);
    const timezone = readTimezone(given['timezone']);
    const { start, end } = readBounds(given, timezone);
    this.timezone = timezone;
    this.everyMs = lengthOf(given);
    this.anchor = start === null ? anchor : undefined;
    this.startMs = start?.ms ?? anchor ?? 0;
    this.endMs = end?.ms ?? LAST_INSTANT_MS;
    this.hasStart = start !== null;
    this.isOpen = start?.isOpen === true || end?.isOpen === true;
    this.stored = compact({ ...unitsOf(given), startDate: start?.json, endDate: end?.json, timezone });
  }

  next(after: InstantInput): number | null {
    const steps = Math.max(0, Math.floor((toEpochMs(after, 'after', this.timezone) - this.startMs) / this.everyMs) + 1);
    const at = this.startMs + steps * this.everyMs;
    return at <= this.endMs ? at : null;
  }

  previous(before: InstantInput): number | null {
    const steps = Math.floor(
      (Math.min(toEpochMs(before, 'before', this.timezone), this.endMs) - this.startMs) / this.everyMs,
    );
    return steps >= 0 ? this.startMs + steps * this.everyMs : null;
  }

  count(after: number, upTo: number): number {
    return Math.max(0, this.countUpTo(upTo) - this.countUpTo(after));
  }

  resolve(context: TriggerContext): IntervalTrigger {
    const needsAnchor = !this.hasStart && this.anchor === undefined;
    if (!this.isOpen && !needsAnchor) return this;
    const options = this.isOpen ? { ...this.stored, timezone: context.timezone } : this.stored;
    return new IntervalTrigger(options, needsAnchor ? context.now + this.everyMs : this.anchor);
  }

  toJSON(): TriggerJson {
    const json = { kind: this.kind, options: this.stored };
    return this.anchor === undefined ? json : { ...json, anchor: this.anchor };
  }

  toString(): string {
    return `interval[${lengthText(this.everyMs)}]`;
  }

  /** How many fire times are at or before an instant. */
  private countUpTo(instant: number): number {
    return Math.max(0, Math.floor((Math.min(instant, this.endMs) - this.startMs) / this.everyMs) + 1);
  }
}

/** Whether a trigger is an interval, of whichever copy of this package. */
export function isIntervalTrigger(trigger: Trigger): trigger is IntervalTrigger {
  return trigger.kind === 'interval' && 'everyMs' in trigger;
}

function unitsOf(given: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(UNITS.map((unit) => [unit, given[unit]]));
}

function lengthOf(given: Readonly<Record<string, unknown>>): number {
  let total = 0;
  for (const unit of UNITS) {
    const amount = given[unit] ?? 0;
    if (typeof amount !== 'number' || !Number.isFinite(amount))
      throw new InvalidTriggerError(unit, amount, 'a finite number');
    total += amount * UNIT_MS[unit];
  }
  const length = Math.round(total);
  if (length < 1 || length > LAST_INSTANT_MS) {
    throw new InvalidTriggerError(
      'interval',
      unitsOf(given),
      `${UNITS.join(', ')} that add up to at least one millisecond, and to no more than ${LAST_INSTANT_MS}`,
    );
  }
  return length;
}

/** `0:00:05`, `1 day, 2:30:00`, `0:00:00.250`. */
function lengthText(ms: number): string {
  const days = Math.floor(ms / UNIT_MS.days);
  const hours = Math.floor((ms % UNIT_MS.days) / UNIT_MS.hours);
  const minutes = Math.floor((ms % UNIT_MS.hours) / UNIT_MS.minutes);
  const seconds = Math.floor((ms % UNIT_MS.minutes) / UNIT_MS.seconds);
  const fraction = ms % UNIT_MS.seconds;
  const time = `${hours}:${pad(minutes, 2)}:${pad(seconds, 2)}${fraction === 0 ? '' : `.${pad(fraction, 3)}`}`;
  return days === 0 ? time : `${days} ${days === 1 ? 'day' : 'days'}, ${time}`;
}

function pad(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}
