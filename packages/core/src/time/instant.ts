// The shapes in which people hand us an instant, and the one we work with: epoch milliseconds.
import { DateTime } from 'luxon';
import { InvalidOptionError } from '../errors.ts';

/** Anything with an `epochMilliseconds`: a Temporal.Instant or Temporal.ZonedDateTime. */
export interface TemporalInstant {
  readonly epochMilliseconds: number;
}

/**
 * An instant as the public surface takes it. A number is epoch milliseconds. A string is ISO 8601 or SQL
 * (`2026-11-06 16:30:05`); without an offset it is wall-clock time in the zone at hand.
 */
export type InstantInput = Date | string | number | DateTime | TemporalInstant;

/** The range of instants a Date can hold: ±8.64e15 ms. */
const MAX_INSTANT_MS = 8.64e15;

const EXPECTED = 'a Date, an ISO 8601 string, epoch milliseconds, a luxon DateTime or a Temporal.Instant';

/**
 * The instant in whole epoch milliseconds. `timezone` is where a string without an offset is read; inside a gap of that
 * zone it moves forward by the gap's length, of a repeated hour it is the first.
 *
 * @throws InvalidOptionError naming `field`, if it is no instant.
 */
export function toEpochMs(input: unknown, field: string, timezone = 'UTC'): number {
  if (typeof input === 'number') return checked(input, input, field);
  if (input instanceof Date) return checked(input.getTime(), input, field);
  if (typeof input === 'string') return fromText(input, field, timezone);
  if (typeof input === 'object' && input !== null) {
    if ('epochMilliseconds' in input) return checked(input.epochMilliseconds, input, field);
    if (DateTime.isDateTime(input)) return checked(input.toMillis(), input, field);
  }
  throw new InvalidOptionError(field, input, EXPECTED);
}

function checked(ms: unknown, input: unknown, field: string): number {
  if (typeof ms !== 'number' || !(Math.abs(ms) <= MAX_INSTANT_MS)) throw new InvalidOptionError(field, input, EXPECTED);
  return Math.floor(ms);
}

function fromText(text: string, field: string, timezone: string): number {
  const ours = fromOwnText(text);
  if (ours !== null) return ours;
  const iso = DateTime.fromISO(text, { zone: timezone });
  const parsed = iso.isValid ? iso : DateTime.fromSQL(text, { zone: timezone });
  if (!parsed.isValid) {
    throw new InvalidOptionError(
      field,
      text,
      'a date and time such as "2026-11-06 16:30:05" or "2026-11-06T16:30:05Z"',
    );
  }
  return firstOfRepeated(parsed).toMillis();
}

/** Our own way to write an instant, read without luxon: stored triggers are made anew from text at every turn. */
const OWN_TEXT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** The instant, if the text is what `toISOString()` writes; null for everything else, and for a day that there is not. */
function fromOwnText(text: string): number | null {
  if (!OWN_TEXT.test(text)) return null;
  const ms = Date.parse(text);
  return !Number.isNaN(ms) && new Date(ms).toISOString() === text ? ms : null;
}

/** luxon may answer either pass of a repeated hour; ours is the first. */
function firstOfRepeated(time: DateTime): DateTime {
  return time.getPossibleOffsets()[0] ?? time;
}
