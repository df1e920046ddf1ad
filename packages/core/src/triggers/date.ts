// The date trigger: fires at one instant, or at each of a list.
import { InvalidTriggerError } from '../errors.ts';
import { type InstantInput, toEpochMs } from '../time/instant.ts';
import type { TimezoneInput } from '../time/zone.ts';
import { readInstant, readOptions, readTimezone, toIso } from './options.ts';
import type { Trigger, TriggerContext, TriggerJson } from './trigger.ts';

/** Options of {@link DateTrigger}. */
export interface DateTriggerOptions {
  /** When to fire: an instant, or several. @default the moment the job is added */
  readonly runDate?: InstantInput | readonly InstantInput[];
  /** Zone of dates without an offset. @default the scheduler's; UTC where there is none */
  readonly timezone?: TimezoneInput;
}

/**
 * Fires once, or once at each of several instants. Without a date it fires at the moment the job is added.
 *
 * @throws InvalidOptionError naming the option that cannot be understood.
 */
export class DateTrigger implements Trigger {
  readonly kind = 'date';
  private readonly timezone: string | undefined;
  private readonly stored: string | readonly string[] | undefined;
  private readonly isOpen: boolean;
  private readonly anchor: number | undefined;
  /** Sorted, each once. */
  private readonly instants: readonly number[];

  /** `anchor` is the moment it was added, as stored. */
  constructor(options: DateTriggerOptions = {}, anchor?: number) {
    const given = readOptions('date', options, ['runDate', 'timezone']);
    this.timezone = readTimezone(given['timezone']);
    const list = Array.isArray(given['runDate']) ? given['runDate'] : [given['runDate']];
    if (list.length === 0) throw new InvalidTriggerError('runDate', list, 'at least one date');
    const dates = list
      .map((date: unknown) => readInstant('runDate', date, this.timezone))
      .filter((date) => date !== null);
    if (dates.length < list.length && list.length > 1)
      throw new InvalidTriggerError('runDate', list, 'a list of dates');
    this.isOpen = dates.some((date) => date.isOpen);
    dates.sort((a, b) => a.ms - b.ms);
    const unique = dates.filter((date, i) => date.ms !== dates[i - 1]?.ms);
    this.stored = unique.length > 1 ? unique.map((date) => date.json) : unique[0]?.json;
    this.anchor = unique.length === 0 ? anchor : undefined;
    this.instants = unique.length > 0 ? unique.map((date) => date.ms) : anchor === undefined ? [] : [anchor];
  }

  next(after: InstantInput): number | null {
    return this.instants[this.countUpTo(toEpochMs(after, 'after', this.timezone))] ?? null;
  }

  previous(before: InstantInput): number | null {
    return this.instants[this.countUpTo(toEpochMs(before, 'before', this.timezone)) - 1] ?? null;
  }

  count(after: number, upTo: number): number {
    return Math.max(0, this.countUpTo(upTo) - this.countUpTo(after));
  }

  resolve(context: TriggerContext): DateTrigger {
    if (this.isOpen) return new DateTrigger({ ...this.toOptions(), timezone: context.timezone });
    return this.instants.length === 0 ? new DateTrigger(this.toOptions(), context.now) : this;
  }

  toJSON(): TriggerJson {
    const json = { kind: this.kind, options: { ...this.toOptions() } };
    return this.anchor === undefined ? json : { ...json, anchor: this.anchor };
  }

  toString(): string {
    return `date[${this.instants.map(toIso).join(', ')}]`;
  }

  private toOptions(): DateTriggerOptions {
    const { stored, timezone } = this;
    return { ...(stored === undefined ? {} : { runDate: stored }), ...(timezone === undefined ? {} : { timezone }) };
  }

  /** How many of the instants are at or before one. */
  private countUpTo(instant: number): number {
    let low = 0;
    let high = this.instants.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.instants[middle] ?? Infinity) <= instant) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
