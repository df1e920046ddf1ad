// Triggers as patterns on the clock of a zone they do not name: intervals, and whatever is made of triggers.
import { DAY_SECONDS } from '../../time/civil.ts';
import type { Zone } from '../../time/zone.ts';
import { type Set60, setOf60 } from '../cron/bits.ts';
import type { DstPolicy } from '../cron/spec.ts';
import { FOLLOW_REAL_TIME } from '../dst.ts';
import { type IntervalTrigger, isIntervalTrigger } from '../interval.ts';
import { EVERY_DAY, everySoManyDays } from '../patterns/day-set.ts';
import { ALL_TIMES, singleTime, type TimeSets, type WallPattern, wallRuleOf } from '../patterns/wall-pattern.ts';
import { greatestCommonDivisor, remainder } from '../patterns/whole-numbers.ts';
import type { Trigger } from '../trigger.ts';
import { sourcesOf } from './clauses.ts';
import type { Grid } from './grid.ts';

/** From here on every zone is a whole number of quarters of an hour from UTC: 1980-01-01, in epoch seconds. */
export const WHOLE_QUARTERS_SINCE = 315_532_800;

const QUARTER = 900;

/** A pattern that has all fire times of a trigger. */
export interface Cover {
  readonly pattern: WallPattern;
  /** What its times do around changes of offset. */
  readonly dst: DstPolicy;
  /** Whether it has no others. */
  readonly isExact: boolean;
  /** Whether it is the trigger's own pattern, in its own zone. */
  readonly isOwn: boolean;
}

/**
 * A pattern on the clock of a zone; null where none is known. What is not the trigger's own is right where the zone is a
 * whole number of quarters of an hour from UTC.
 */
export function coverOf(trigger: Trigger, zone: Zone): Cover | null {
  const rule = wallRuleOf(trigger);
  if (rule !== null && rule.zone === zone) return { pattern: rule.pattern, dst: rule.dst, isExact: true, isOwn: true };
  if (isIntervalTrigger(trigger)) return coverOfInterval(trigger, zone);
  const seconds = secondsOf(trigger);
  return seconds === null ? null : coverBy({ ...ALL_TIMES, seconds }, false);
}

function coverBy(times: TimeSets, isExact: boolean): Cover {
  return { pattern: { days: EVERY_DAY, times }, dst: FOLLOW_REAL_TIME, isExact, isOwn: false };
}

function coverOfInterval({ everyMs, startMs }: IntervalTrigger, zone: Zone): Cover | null {
  if (everyMs % 1000 !== 0 || startMs % 1000 !== 0) return null;
  const fixed = zone.segmentAt(0);
  const isFixed = fixed.end === Infinity && fixed.start === -Infinity;
  const every = greatestCommonDivisor(everyMs / 1000, isFixed ? DAY_SECONDS : QUARTER);
  const start = startMs / 1000 + (isFixed ? fixed.offset : 0);
  const unit = unitOf(every);
  return coverBy(timesOfLattice(unit, start), unit === everyMs / 1000);
}

/** Fire times in a row, and days from the first to the one after the last, that are worth a pattern for each. */
const MOST_IN_ROW = 32;
const MOST_DAYS = 31;

/** Patterns on the UTC clock that have all of a grid on whole seconds; `isExact` if they have nothing else. */
export function patternsOfGrid(grid: Grid): { readonly patterns: readonly WallPattern[]; readonly isExact: boolean } {
  const every = grid.every / 1000;
  const start = grid.start / 1000;
  const common = greatestCommonDivisor(every, DAY_SECONDS);
  const unit = unitOf(common);
  const pattern = { days: EVERY_DAY, times: timesOfLattice(unit, start) };
  const days = every / common;
  const inRow = DAY_SECONDS / common;
  if (unit === every || inRow > MOST_IN_ROW || days > MOST_DAYS)
    return { patterns: [pattern], isExact: unit === every };
  const patterns = Array.from({ length: inRow }, (_, i) => {
    const at = start + i * every;
    const day = Math.floor(at / DAY_SECONDS);
    return { days: everySoManyDays(days, day), times: singleTime(at - day * DAY_SECONDS) };
  });
  return { patterns, isExact: true };
}

/** The longest distance up to `every` at which times of day can be told by hours, minutes and seconds. */
function unitOf(every: number): number {
  return every % 3600 === 0 ? every : greatestCommonDivisor(every, every % 60 === 0 ? 3600 : 60);
}

/** The times of day `start` lies among that are `unit` seconds apart: a divisor of a minute, or of an hour in minutes, or of a day in hours. */
function timesOfLattice(unit: number, start: number): TimeSets {
  const minutes = Math.floor(start / 60);
  const hours = Math.floor(start / 3600);
  const seconds = unit < 60 ? steps60(unit, start) : steps60(60, start);
  return {
    seconds,
    minutes: unit <= 60 ? ALL_TIMES.minutes : steps60(Math.min(unit / 60, 60), minutes),
    hours: unit <= 3600 ? ALL_TIMES.hours : stepsBelow(24, unit / 3600, hours),
  };
}

function steps60(step: number, start: number): Set60 {
  let set: Set60 = [0, 0];
  for (let value = remainder(start, step); value < 60; value += step) {
    const [low, high] = setOf60(value);
    set = [set[0] | low, set[1] | high];
  }
  return set;
}

function stepsBelow(end: number, step: number, start: number): number {
  let set = 0;
  for (let value = remainder(start, step); value < end; value += step) set |= 1 << value;
  return set;
}

/** The seconds of the minute at which a trigger may fire; null where it may fire between seconds, or that is not known. */
export function secondsOf(trigger: Trigger): Set60 | null {
  const rule = wallRuleOf(trigger);
  if (rule !== null) return rule.pattern.times.seconds;
  if (isIntervalTrigger(trigger)) {
    if (trigger.everyMs % 1000 !== 0 || trigger.startMs % 1000 !== 0) return null;
    return steps60(greatestCommonDivisor(trigger.everyMs / 1000, 60), trigger.startMs / 1000);
  }
  const parts = sourcesOf(trigger)?.map(secondsOf) ?? [null];
  return parts.reduce((all, seconds) => all && seconds && [all[0] | seconds[0], all[1] | seconds[1]], [0, 0]);
}
