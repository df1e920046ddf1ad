// Durations as people write them — seconds, or an object of units — and as we work with them: milliseconds.
import { InvalidOptionError } from '../errors.ts';

/** A duration in units; what is given is added up. Fractions are allowed. */
export interface DurationUnits {
  readonly weeks?: number;
  readonly days?: number;
  readonly hours?: number;
  readonly minutes?: number;
  readonly seconds?: number;
  readonly milliseconds?: number;
}

/** A duration: a number of seconds (fractions allowed), or units such as `{ minutes: 2 }`. */
export type DurationInput = number | DurationUnits;

/** Milliseconds in each unit. A day is 24 hours: durations are absolute time. */
export const UNIT_MS = {
  weeks: 604_800_000,
  days: 86_400_000,
  hours: 3_600_000,
  minutes: 60_000,
  seconds: 1_000,
  milliseconds: 1,
} as const;

/** Beyond it, instants could not be told apart from each other. */
export const LONGEST_MS = 1000 * 365.25 * 86_400_000;

const EXPECTED = 'a number of seconds or an object such as { minutes: 2 }';

/**
 * The duration in whole milliseconds, not negative.
 *
 * @throws InvalidOptionError naming `field`: not a finite number, negative, an unknown unit, or below `minMs`.
 */
export function toDurationMs(input: unknown, field: string, minMs = 0): number {
  const ms = Math.round(typeof input === 'number' ? input * 1000 : unitsToMs(input, field));
  if (!Number.isFinite(ms)) throw new InvalidOptionError(field, input, EXPECTED);
  if (ms > LONGEST_MS) throw new InvalidOptionError(field, input, 'a duration of at most 1000 years');
  if (ms < minMs) {
    throw new InvalidOptionError(
      field,
      input,
      minMs === 0 ? 'a duration that is not negative' : `a duration of at least ${minMs / 1000} s`,
    );
  }
  return ms;
}

/** The sum of the units, in milliseconds, not yet rounded. */
function unitsToMs(input: unknown, field: string): number {
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    throw new InvalidOptionError(field, input, EXPECTED);
  let total = 0;
  for (const [unit, amount] of Object.entries(input)) {
    if (amount === undefined) continue;
    if (!isUnit(unit))
      throw new InvalidOptionError(`${field}.${unit}`, amount, `one of the units ${Object.keys(UNIT_MS).join(', ')}`);
    if (typeof amount !== 'number' || !Number.isFinite(amount))
      throw new InvalidOptionError(`${field}.${unit}`, amount, 'a finite number');
    total += amount * UNIT_MS[unit];
  }
  return total;
}

function isUnit(name: string): name is keyof typeof UNIT_MS {
  return Object.hasOwn(UNIT_MS, name);
}
