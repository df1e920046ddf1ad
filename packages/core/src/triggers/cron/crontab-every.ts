// Reads the duration of `@every 1h30m`.
import { InvalidTriggerError } from '../../errors.ts';

/** The longest interval: as many milliseconds as a Date can be away from 1970. */
const LONGEST_MS = 8.64e15;

const EXPECTED = 'a duration such as 90s, 1h30m or 1.5h, in d, h, m, s and ms';

/**
 * The duration that fills `text` from `start` to its end, in whole milliseconds.
 *
 * @throws InvalidTriggerError if it is none, or shorter than a millisecond.
 */
export function readEvery(text: string, start: number): number {
  const duration = text.slice(start);
  let totalMs = 0;
  let at = 0;
  do {
    const number = numberEnd(duration, at);
    const unit = unitAt(duration, number);
    const amount = number === at ? Number.NaN : Number(duration.slice(at, number));
    if (unit === null || !Number.isFinite(amount))
      throw new InvalidTriggerError('every', duration, EXPECTED, start + at);
    totalMs += amount * unit.ms;
    at = number + unit.length;
  } while (at < duration.length);
  const ms = Math.round(totalMs);
  if (ms < 1 || ms > LONGEST_MS)
    throw new InvalidTriggerError('every', duration, 'a duration from 1 ms to 8.64e15 ms', start);
  return ms;
}

/** Behind the digits and points at `at`. */
function numberEnd(text: string, at: number): number {
  let end = at;
  while ((text.charCodeAt(end) >= 48 && text.charCodeAt(end) <= 57) || text[end] === '.') end++;
  return end;
}

function unitAt(text: string, at: number): { readonly ms: number; readonly length: number } | null {
  if (text.startsWith('ms', at)) return { ms: 1, length: 2 };
  const unit = text[at];
  if (unit === 'd') return { ms: 86_400_000, length: 1 };
  if (unit === 'h') return { ms: 3_600_000, length: 1 };
  if (unit === 'm') return { ms: 60_000, length: 1 };
  if (unit === 's') return { ms: 1_000, length: 1 };
  return null;
}
