// Where a pattern on the UTC clock and an interval meet.
import { DAY_SECONDS, daysFromCivil } from '../../time/civil.ts';
import { TimeOfDay } from '../cron/time-of-day.ts';
import { LAST_INSTANT_MS } from '../options.ts';
import {
  CYCLE_DAYS,
  CYCLE_YEARS,
  type DayCycle,
  daysOfBoth,
  everySoManyDays,
  LAST_YEAR,
  weekdaysOfSteps,
} from '../patterns/day-set.ts';
import { timesOf, type WallPattern } from '../patterns/wall-pattern.ts';
import { greatestCommonDivisor, leastCommonMultiple, remainder } from '../patterns/whole-numbers.ts';
import type { WallTimes } from '../wall-times.ts';
import { firstOfGrid, type Grid, intersection, lastOfGrid } from './grid.ts';
import { remembering } from './remembering.ts';

const DAY_MS = DAY_SECONDS * 1000;
/** Midnight UTC before all instants there are. */
const FIRST_MIDNIGHT = -Math.ceil((LAST_INSTANT_MS + 1) / DAY_MS) * DAY_MS;
const MIDNIGHT = { hours: 1, minutes: [1, 0], seconds: [1, 0] } as const;

/** With more shared times of day than this a search does well without. */
const MOST_TIMES = 300;

/** Days further apart than this are gone through one by one. */
const MOST_DAYS = 31;

/** Epoch seconds, in order. */
export type Times = Pick<WallTimes, 'next' | 'previous'>;

/** One time of the UTC day at which both may fire. */
interface SharedTime {
  /** The interval's instants at that time. */
  readonly grid: Grid;
  /** The midnights of days on which the pattern matches. */
  readonly midnights: Times;
  readonly cycle: DayCycle;
}

/** The epoch seconds at which both the pattern and the interval, which is on whole seconds, fire; null where they share too many times of day. */
export function jointTimes(pattern: WallPattern, interval: Grid): Times | null {
  const seconds = sharedSeconds(new TimeOfDay(pattern.times), interval);
  if (seconds === null) return null;
  const known = new Map<string, SharedTime>();
  const shared = seconds.flatMap((second): SharedTime[] => {
    const everyDay = { start: FIRST_MIDNIGHT + second * 1000, every: DAY_MS, end: LAST_INSTANT_MS };
    const grid = intersection(everyDay, interval);
    if (grid === null) return [];
    const steps = { every: grid.every / DAY_MS, first: Math.floor(grid.start / DAY_MS) };
    const key = `${steps.every} ${remainder(steps.first, steps.every)}`;
    const time = known.get(key) ?? timeOnDays(pattern, grid, steps);
    known.set(key, time);
    return [{ ...time, grid }];
  });
  return remembering({
    next: (wall) => shared.reduce((least, time) => Math.min(least, nextOf(time, wall, least)), Infinity),
    previous: (wall) => shared.reduce((most, time) => Math.max(most, previousOf(time, wall, most)), -Infinity),
  });
}

/** The seconds of the day at which both may fire; null if there are too many. */
function sharedSeconds(time: TimeOfDay, { start, every }: Grid): number[] | null {
  const step = greatestCommonDivisor(every / 1000, DAY_SECONDS);
  const found: number[] = [];
  for (let second = remainder(start / 1000, step); second < DAY_SECONDS; ) {
    const next = time.next(second);
    if (next < 0) break;
    if (next === second && found.push(second) > MOST_TIMES) return null;
    second += Math.max(Math.ceil((next - second) / step), 1) * step;
  }
  return found;
}

interface Steps {
  readonly every: number;
  readonly first: number;
}

function timeOnDays({ days }: WallPattern, grid: Grid, { every, first }: Steps): SharedTime {
  const own = { ...everySoManyDays(every > MOST_DAYS ? 1 : every, first), weekdays: weekdaysOfSteps(every, first) };
  const both = daysOfBoth({ ...own, isEvery: every === 1 }, days);
  return { grid, midnights: remembering(timesOf([{ days: both, times: MIDNIGHT }])), cycle: both.cycle };
}

function nextOf({ grid, midnights, cycle }: SharedTime, wall: number, limit: number): number {
  const until = Math.min(limit, Math.max(wall, yearStart(cycle.steadyFrom)) + cycleOf(grid, cycle));
  for (let at = firstOfGrid(grid, wall * 1000) / 1000; at < until; ) {
    const day = Math.floor(at / DAY_SECONDS) * DAY_SECONDS;
    const found = midnights.next(day);
    if (found === day) return at;
    at = firstOfGrid(grid, found * 1000) / 1000;
  }
  return Infinity;
}

function previousOf({ grid, midnights, cycle }: SharedTime, wall: number, limit: number): number {
  const looked = Math.min(wall, yearStart(cycle.last + 1)) - cycleOf(grid, cycle);
  const until = Math.max(limit, cycle.steadyFrom > cycle.first ? yearStart(cycle.first) : looked);
  for (let at = lastOfGrid(grid, wall * 1000) / 1000; at > until; ) {
    const day = Math.floor(at / DAY_SECONDS) * DAY_SECONDS;
    const found = midnights.previous(day);
    if (found === day) return at;
    at = lastOfGrid(grid, (found + DAY_SECONDS) * 1000 - 1) / 1000;
  }
  return -Infinity;
}

/** Seconds after which days and instants both repeat themselves: what does not meet until then never does. */
function cycleOf(grid: Grid, cycle: DayCycle): number {
  const days = grid.every / DAY_MS;
  const years =
    days === 1 || days === 7
      ? cycle.years
      : (days / greatestCommonDivisor(days, CYCLE_DAYS)) * leastCommonMultiple(cycle.years, CYCLE_YEARS);
  return Math.min(years, LAST_YEAR) * 366 * DAY_SECONDS;
}

function yearStart(year: number): number {
  return daysFromCivil(year, 1, 1) * DAY_SECONDS;
}
