// Grids of instants equally far apart: where two of them agree is again a grid, or nothing.
import { LAST_INSTANT_MS } from '../options.ts';

/** `start`, `start + every`, … up to `end`; all in milliseconds. */
export interface Grid {
  readonly start: number;
  readonly every: number;
  readonly end: number;
}

/** What fires by the clock on the wall fires on whole seconds. */
export const WHOLE_SECONDS: Grid = { start: -(LAST_INSTANT_MS + 1), every: 1000, end: LAST_INSTANT_MS };

/** The first of its instants at or after one; Infinity when there is none. */
export function firstOfGrid({ start, every, end }: Grid, at: number): number {
  const found = start + Math.max(0, Math.ceil((at - start) / every)) * every;
  return found <= end ? found : Infinity;
}

/** The last of its instants at or before one; -Infinity when there is none. */
export function lastOfGrid({ start, every, end }: Grid, at: number): number {
  const steps = Math.floor((Math.min(at, end) - start) / every);
  return steps >= 0 ? start + steps * every : -Infinity;
}

/** How many of its instants are at or before one. */
export function countOfGrid({ start, every, end }: Grid, upTo: number): number {
  return Math.max(0, Math.floor((Math.min(upTo, end) - start) / every) + 1);
}

/** Where two grids agree (the Chinese remainder theorem); null where they never do. Products are beyond what a number holds. */
export function intersection(a: Grid, b: Grid): Grid | null {
  const [everyA, everyB] = [BigInt(a.every), BigInt(b.every)];
  const { gcd, inverse } = euclid(everyA, everyB);
  const distance = BigInt(b.start) - BigInt(a.start);
  if (distance % gcd !== 0n) return null;
  const every = (everyA / gcd) * everyB;
  const period = everyB / gcd;
  const steps = mod((distance / gcd) * inverse, period);
  const meeting = BigInt(a.start) + steps * everyA;
  const earliest = BigInt(Math.max(a.start, b.start));
  const start = earliest + mod(meeting - earliest, every);
  const end = Math.min(a.end, b.end);
  if (start > BigInt(end)) return null;
  // Further apart than all of time: they meet once.
  return { start: Number(start), every: Number(every < ALL_TIME ? every : ALL_TIME), end };
}

/** Longer than from the first instant of a grid to the last. */
const ALL_TIME = 2n * BigInt(LAST_INSTANT_MS + 1);

/** The greatest common divisor of two numbers, and what `a / gcd` has to be multiplied by to be 1 modulo `b / gcd`. */
function euclid(a: bigint, b: bigint): { readonly gcd: bigint; readonly inverse: bigint } {
  let [rest, nextRest, factor, nextFactor] = [a, b, 1n, 0n];
  while (nextRest !== 0n) {
    const quotient = rest / nextRest;
    [rest, nextRest] = [nextRest, rest - quotient * nextRest];
    [factor, nextFactor] = [nextFactor, factor - quotient * nextFactor];
  }
  return { gcd: rest, inverse: factor };
}

function mod(value: bigint, by: bigint): bigint {
  return ((value % by) + by) % by;
}
