// Wall-clock patterns — days, and times on each of them — and what two of them have in common, or not.
import type { Zone } from '../../time/zone.ts';
import { type Set60, setOf60 } from '../cron/bits.ts';
import type { CronSpec, DstPolicy } from '../cron/spec.ts';
import { TimeOfDay } from '../cron/time-of-day.ts';
import type { Trigger } from '../trigger.ts';
import type { WallTimes } from '../wall-times.ts';
import { type DaySet, daysOfBoth, daysWithout, EVERY_DAY } from './day-set.ts';
import { PatternTimes } from './pattern-times.ts';

/** Hours, minutes and seconds; any of each. None of the sets is empty. */
export type TimeSets = Pick<CronSpec, 'hours' | 'minutes' | 'seconds'>;

/** Each of some times of day, on each of some days. */
export interface WallPattern {
  readonly days: DaySet;
  readonly times: TimeSets;
}

/** A trigger that is a pattern on the clock of a zone, as long as no offset changes. */
export interface WallRule {
  readonly zone: Zone;
  readonly pattern: WallPattern;
  readonly dst: DstPolicy;
  /** The seconds between which it may fire, both included. */
  readonly first: number;
  readonly last: number;
}

const FULL: Set60 = [0x3fffffff, 0x3fffffff];

/** One time of day, given in seconds since midnight, as sets. */
export function singleTime(time: number): TimeSets {
  const minute = Math.floor(time / 60) % 60;
  return { hours: 1 << Math.floor(time / 3600), minutes: setOf60(minute), seconds: setOf60(time % 60) };
}

/** Every second of the day. */
export const ALL_TIMES: TimeSets = { hours: 0xffffff, minutes: FULL, seconds: FULL };

/** Every second there is. */
export const EVERY_SECOND: WallPattern = { days: EVERY_DAY, times: ALL_TIMES };

/** The rule of a trigger that is one; null otherwise. */
export function wallRuleOf(trigger: Trigger): WallRule | null {
  const { kind } = trigger;
  return (kind === 'cron' || kind === 'calendarinterval') && 'wall' in trigger ? (trigger.wall as WallRule) : null;
}

/** The times of all the patterns. */
export function timesOf(patterns: readonly WallPattern[]): WallTimes {
  const parts = patterns.map(({ days, times }) => new PatternTimes(days, new TimeOfDay(times)));
  return {
    next: (wall) => parts.reduce((least, part) => Math.min(least, part.next(wall)), Infinity),
    previous: (wall) => parts.reduce((most, part) => Math.max(most, part.previous(wall)), -Infinity),
    count: (from, to) => parts.reduce((total, part) => total + part.count(from, to), 0),
  };
}

/** What two patterns have in common; null if that is nothing. */
export function both(a: WallPattern, b: WallPattern): WallPattern | null {
  const hours = a.times.hours & b.times.hours;
  const minutes = and(a.times.minutes, b.times.minutes);
  const seconds = and(a.times.seconds, b.times.seconds);
  if (hours === 0 || isEmpty(minutes) || isEmpty(seconds)) return null;
  const days = daysOfBoth(a.days, b.days);
  return days.months === 0 ? null : { days, times: { hours, minutes, seconds } };
}

/** What one pattern has and the other has not, as patterns that have nothing in common. */
export function without(a: WallPattern, b: WallPattern): readonly WallPattern[] {
  if (both(a, b) === null) return [a];
  const left: WallPattern[] = [];
  const days = daysWithout(a.days, b.days);
  if (days !== null) left.push({ days, times: a.times });
  const shared = daysOfBoth(a.days, b.days);
  for (const times of timesWithout(a.times, b.times)) left.push({ days: shared, times });
  return left;
}

function timesWithout(a: TimeSets, b: TimeSets): TimeSets[] {
  const hours = a.hours & b.hours;
  const minutes = and(a.minutes, b.minutes);
  return [
    { ...a, hours: a.hours & ~b.hours },
    { ...a, hours, minutes: andNot(a.minutes, b.minutes) },
    { hours, minutes, seconds: andNot(a.seconds, b.seconds) },
  ].filter((times) => times.hours !== 0 && !isEmpty(times.minutes) && !isEmpty(times.seconds));
}

function and(a: Set60, b: Set60): Set60 {
  return [a[0] & b[0], a[1] & b[1]];
}

function andNot(a: Set60, b: Set60): Set60 {
  return [a[0] & ~b[0], a[1] & ~b[1]];
}

function isEmpty(set: Set60): boolean {
  return set[0] === 0 && set[1] === 0;
}
