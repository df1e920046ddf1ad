// Patterns in several zones, and an interval, brought together while no offset changes: then all of them are UTC.
import { DAY_SECONDS, daysFromCivil } from '../../time/civil.ts';
import type { TimeOfDay } from '../cron/time-of-day.ts';
import { LAST_INSTANT_MS } from '../options.ts';
import { CYCLE_DAYS, type DaySet, daysBefore, daysOfBoth, everySoManyDays, LAST_YEAR } from '../patterns/day-set.ts';
import { timesOf } from '../patterns/wall-pattern.ts';
import { greatestCommonDivisor, remainder } from '../patterns/whole-numbers.ts';
import type { WallTimes } from '../wall-times.ts';
import { firstOfGrid, type Grid, intersection, lastOfGrid } from './grid.ts';
import { remembering } from './remembering.ts';

/** The pattern of a clock on the wall that is so many seconds ahead of UTC. */
export interface OffsetPattern {
  readonly days: DaySet;
  readonly time: TimeOfDay;
  readonly offset: number;
}

const DAY_MS = DAY_SECONDS * 1000;
/** Midnight UTC before all instants there are. */
const FIRST_MIDNIGHT = -Math.ceil((LAST_INSTANT_MS + 1) / DAY_MS) * DAY_MS;
const MIDNIGHT = { hours: 1, minutes: [1, 0], seconds: [1, 0] } as const;

/** With more shared times of day than this a search does well without. */
const MOST_TIMES = 300;

/** Days further apart than this are gone through one by one. */
const MOST_DAYS = 31;

type Times = Pick<WallTimes, 'next' | 'previous'>;

/** The UTC days on which all patterns match, at a time of day that all share. */
interface CommonDays {
  /** Their midnights. */
  readonly midnights: Times;
  readonly cycle: DaySet['cycle'];
}

/** One time of the UTC day that all share. */
interface SharedTime extends CommonDays {
  /** The instants at that time, or those of the interval among them. */
  readonly grid: Grid;
}

/**
 * The epoch seconds at which all patterns match, and the interval does if there is one, which is on whole seconds; null
 * where they share too many times of day.
 */
export function jointTimes(patterns: readonly OffsetPattern[], interval: Grid | null): Times | null {
  const seconds = sharedSeconds(patterns, interval);
  if (seconds === null) return null;
  const daysByKey = new Map<string, CommonDays>();
  const shared = seconds.flatMap((second): SharedTime[] => {
    const every = { start: FIRST_MIDNIGHT + second * 1000, every: DAY_MS, end: LAST_INSTANT_MS };
    const grid = interval === null ? every : intersection(every, interval);
    if (grid === null) return [];
    const shifts = patterns.map(({ offset }) => Math.floor((second + offset) / DAY_SECONDS));
    const steps = daysOfGrid(grid);
    const key = `${shifts} ${steps.every} ${steps.first}`;
    const days = daysByKey.get(key) ?? commonDays(patterns, shifts, steps);
    daysByKey.set(key, days);
    return [{ grid, ...days }];
  });
  return remembering({
    next: (wall) => shared.reduce((least, time) => Math.min(least, nextOf(time, wall, least)), Infinity),
    previous: (wall) => shared.reduce((most, time) => Math.max(most, previousOf(time, wall, most)), -Infinity),
  });
}

/** The seconds of the UTC day at which all clocks show a time of their patterns; null if there are too many. */
function sharedSeconds(patterns: readonly OffsetPattern[], interval: Grid | null): number[] | null {
  const every = interval === null ? 1 : greatestCommonDivisor(interval.every / 1000, DAY_SECONDS);
  const rest = (interval?.start ?? 0) / 1000;
  const waits = [
    (second: number) => remainder(rest - second, every),
    ...patterns.map(
      ({ time, offset }) =>
        (second: number) =>
          waitFor(time, remainder(second + offset, DAY_SECONDS)),
    ),
  ];
  const found: number[] = [];
  let agreed = 0;
  for (let second = 0, turn = 0; second < DAY_SECONDS; turn = (turn + 1) % waits.length) {
    const wait = waits[turn]?.(second) ?? 0;
    second += wait;
    agreed = wait === 0 ? agreed + 1 : 1;
    if (agreed < waits.length || second >= DAY_SECONDS) continue;
    if (found.push(second) > MOST_TIMES) return null;
    second += 1;
    agreed = 0;
  }
  return found;
}

/** Seconds from a time of day until one of some times. */
function waitFor(times: TimeOfDay, second: number): number {
  const found = times.next(second);
  return found < 0 ? times.first + DAY_SECONDS - second : found - second;
}

/** The days of a grid of whole days, where they are near enough to each other to be looked at by the month. */
function daysOfGrid({ start, every }: Grid): { readonly every: number; readonly first: number } {
  const days = every / DAY_MS;
  return days > MOST_DAYS
    ? { every: 1, first: 0 }
    : { every: days, first: remainder(Math.floor(start / DAY_MS), days) };
}

function commonDays(
  patterns: readonly OffsetPattern[],
  shifts: readonly number[],
  steps: { readonly every: number; readonly first: number },
): CommonDays {
  const days = patterns
    .map((pattern, i) => daysBefore(pattern.days, shifts[i] ?? 0))
    .reduce(daysOfBoth, everySoManyDays(steps.every, steps.first));
  return { midnights: remembering(timesOf([{ days, times: MIDNIGHT }])), cycle: days.cycle };
}

function nextOf({ grid, midnights, cycle }: SharedTime, wall: number, limit: number): number {
  const until = Math.min(limit, Math.max(wall, yearStart(cycle.first)) + cycleOf(grid, cycle));
  for (let at = firstOfGrid(grid, wall * 1000) / 1000; at < until; ) {
    const day = Math.floor(at / DAY_SECONDS) * DAY_SECONDS;
    const found = midnights.next(day);
    if (found === day) return at;
    at = firstOfGrid(grid, found * 1000) / 1000;
  }
  return Infinity;
}

function previousOf({ grid, midnights, cycle }: SharedTime, wall: number, limit: number): number {
  const until = Math.max(limit, Math.min(wall, yearStart(cycle.last + 1)) - cycleOf(grid, cycle));
  for (let at = lastOfGrid(grid, wall * 1000) / 1000; at > until; ) {
    const day = Math.floor(at / DAY_SECONDS) * DAY_SECONDS;
    const found = midnights.previous(day);
    if (found === day) return at;
    at = lastOfGrid(grid, (found + DAY_SECONDS) * 1000 - 1) / 1000;
  }
  return -Infinity;
}

/** Seconds after which days and instants both repeat themselves: what does not meet until then never does. */
function cycleOf(grid: Grid, cycle: DaySet['cycle']): number {
  const days = grid.every / DAY_MS;
  const years = (days / greatestCommonDivisor(days, CYCLE_DAYS)) * cycle.years;
  return Math.min(years, LAST_YEAR) * 366 * DAY_SECONDS;
}

function yearStart(year: number): number {
  return daysFromCivil(year, 1, 1) * DAY_SECONDS;
}
