// Intervals that have to meet: the instants at which several grids agree are again a grid, or none.
import { IntervalTrigger, isIntervalTrigger } from './interval.ts';
import { LAST_INSTANT_MS } from './options.ts';
import type { Trigger } from './trigger.ts';

/** What a search needs of a part of a combination. */
export type FirePart = Pick<Trigger, 'next' | 'previous' | 'count'>;

/** `start`, `start + every`, … up to `end`; all in milliseconds. */
interface Grid {
  readonly start: number;
  readonly every: number;
  readonly end: number;
}

const NEVER: FirePart = { next: () => null, previous: () => null, count: () => 0 };

/** What fires by the clock on the wall fires on whole seconds. */
const WHOLE_SECONDS: Grid = { start: -(LAST_INSTANT_MS + 1), every: 1000, end: LAST_INSTANT_MS };
const ON_WHOLE_SECONDS = ['cron', 'calendarinterval'];

/** The parts that have to agree: all intervals among them as one, whose fire times the others can meet at all. */
export function partsToAgree(triggers: readonly Trigger[]): readonly FirePart[] {
  const grids = triggers.filter(isIntervalTrigger).map(gridOf);
  const others = triggers.filter((trigger) => !isIntervalTrigger(trigger));
  if (grids.length === 0) return triggers;
  if (others.some((trigger) => ON_WHOLE_SECONDS.includes(trigger.kind))) grids.push(WHOLE_SECONDS);
  let common: Grid | null = null;
  for (const grid of grids) {
    common = common === null ? grid : intersection(common, grid);
    if (common === null) return [NEVER];
  }
  return common === null ? triggers : [partOf(common), ...others];
}

function gridOf(trigger: IntervalTrigger): Grid {
  return { start: trigger.startMs, every: trigger.everyMs, end: trigger.endMs };
}

function partOf({ start, every, end }: Grid): FirePart {
  return new IntervalTrigger({ milliseconds: every, startDate: start, endDate: end });
}

/** Where two grids agree (the Chinese remainder theorem); null where they never do. Products are beyond what a number holds. */
function intersection(a: Grid, b: Grid): Grid | null {
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
  return {
    start: Number(start),
    every: Number(every < BigInt(LAST_INSTANT_MS) ? every : BigInt(LAST_INSTANT_MS)),
    end,
  };
}

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
