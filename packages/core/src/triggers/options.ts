// Reading the options of triggers: strict, so that a misspelt name or a wrong value never passes unnoticed.
import { InvalidTriggerError, show } from '../errors.ts';
import { toEpochMs } from '../time/instant.ts';
import { type TimezoneInput, zone } from '../time/zone.ts';

/** An instant given as an option. */
export interface InstantOption {
  /** Epoch milliseconds; read in UTC while it is open. */
  readonly ms: number;
  /** As stored: ISO in UTC, or the text as given while it is open. */
  readonly json: string;
  /** It is wall-clock time and no zone is known yet: it means another instant once the job is added. */
  readonly isOpen: boolean;
}

/** The last instant of the year 9999, in epoch milliseconds: no fire time lies behind it. */
export const LAST_INSTANT_MS = 253_402_300_799_999;

/**
 * The options as an object without undefined values.
 *
 * @throws InvalidTriggerError if it is no object, or has a name that is not among `names`.
 */
export function readOptions(
  kind: string,
  options: unknown,
  names: readonly string[],
): Readonly<Record<string, unknown>> {
  // A date, a list or a map has none of its own options to refuse, and would pass for an object without any.
  if (Object.prototype.toString.call(options) !== '[object Object]') {
    throw new InvalidTriggerError(`${kind} trigger`, options, 'an object of options');
  }
  const given: Record<string, unknown> = {};
  for (const name of Object.keys(options as object)) {
    const value = (options as Readonly<Record<string, unknown>>)[name];
    if (!names.includes(name)) throw unknownOption(kind, name, value, names);
    if (value !== undefined) given[name] = value;
  }
  return given;
}

function unknownOption(kind: string, name: string, value: unknown, names: readonly string[]): InvalidTriggerError {
  return new InvalidTriggerError(
    name,
    value,
    `one of the options of ${/^[aeio]/.test(kind) ? 'an' : 'a'} ${kind} trigger (${names.join(', ')})`,
  );
}

/** A whole number from 0 to `max`; 0 where none is given. */
export function readInteger(name: string, value: unknown, max: number): number {
  if (value === undefined) return 0;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > max) {
    throw new InvalidTriggerError(name, value, `a whole number from 0 to ${max}`);
  }
  return value;
}

/** The name of the zone an option gives; undefined where none is given. */
export function readTimezone(value: unknown): string | undefined {
  return value === undefined ? undefined : zone(value as TimezoneInput).name;
}

/** An instant given as an option; null where none is given. Text without an offset is read in the zone, and stays open without one. */
export function readInstant(name: string, value: unknown, timezone: string | undefined): InstantOption | null {
  if (value === undefined) return null;
  const ms = toEpochMs(value, name, timezone);
  if (timezone === undefined && typeof value === 'string' && toEpochMs(value, name, 'UTC+1') !== ms) {
    return { ms, json: value, isOpen: true };
  }
  return { ms, json: toIso(ms), isOpen: false };
}

/** Start and end as given; an end before the start is refused once both are known. */
export function readBounds(
  options: Readonly<Record<string, unknown>>,
  timezone: string | undefined,
): { readonly start: InstantOption | null; readonly end: InstantOption | null } {
  const start = readInstant('startDate', options['startDate'], timezone);
  const end = readInstant('endDate', options['endDate'], timezone);
  if (start !== null && end !== null && start.isOpen === end.isOpen && end.ms < start.ms) {
    throw new InvalidTriggerError(
      'endDate',
      options['endDate'],
      `an instant not before startDate ${show(options['startDate'])}`,
    );
  }
  return { start, end };
}

/** An instant as it is stored: ISO 8601 in UTC. */
export function toIso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

/** The entries that are not undefined, in this order: what a trigger stores of its options. */
export function compact(options: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const kept: Record<string, unknown> = {};
  for (const name of Object.keys(options)) if (options[name] !== undefined) kept[name] = options[name];
  return kept;
}
