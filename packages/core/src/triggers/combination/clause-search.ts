// The search of one clause: what has to agree is brought together as far as it can be worked out, the rest is tried.
import type { Zone } from '../../time/zone.ts';
import type { Set60 } from '../cron/bits.ts';
import { type IntervalTrigger, isIntervalTrigger } from '../interval.ts';
import { ALL_TIMES, type WallPattern, wallRuleOf } from '../patterns/wall-pattern.ts';
import type { Trigger } from '../trigger.ts';
import type { Clause, Exception } from './clauses.ts';
import { Exclusion, takenBy } from './exclusion.ts';
import { countOfGrid, firstOfGrid, type Grid, intersection, lastOfGrid, WHOLE_SECONDS } from './grid.ts';
import { secondsOf, WHOLE_QUARTERS_SINCE } from './lattice.ts';
import { type Direction, type FirePart, fullBudget, meet } from './meeting.ts';
import { rememberingSearch } from './remembering.ts';
import { SharedTimes } from './shared-times.ts';
import { WallMeeting, type WallMember } from './wall-meeting.ts';

/** The wall-clock triggers of a zone, as one part. */
interface WallGroup {
  readonly zone: Zone;
  /** What their patterns have in common; null if that is nothing. */
  readonly pattern: WallPattern | null;
  readonly part: FirePart;
}

/** Steps that it costs more to pass over a day than to pass over an instant. */
const DAY_STEPS = 5;

/**
 * The fire times of a clause. All intervals among its parts are one grid, and the wall-clock triggers of each zone are
 * one pattern. If that leaves one part, it is what fires; otherwise the parts leap from one to the next. What is taken
 * away is passed over.
 */
export class ClauseSearch {
  private readonly parts: readonly FirePart[];
  private readonly exclusions: readonly Exclusion[];
  private readonly passSteps: number;
  /** The first fire time from an instant on in a direction; null if there is none, or none was found in time. */
  readonly seek = rememberingSearch((at, direction) => this.search(at, direction));
  /** All there is to it, where it consists of intervals only. */
  private readonly onlyGrid: Grid | null;
  private readonly shared: SharedTimes | null;
  /** Since all zones are whole minutes from UTC, what never shares a second never meets. */
  private readonly hasSharedSecond: boolean;

  constructor({ parts, without }: Clause) {
    const walls = groupsOf(parts);
    const others = parts.filter((trigger) => !isIntervalTrigger(trigger) && wallRuleOf(trigger) === null);
    const grid = gridOf(parts.filter(isIntervalTrigger), walls.length > 0);
    this.parts = [...(grid === undefined ? [] : [partOf(grid)]), ...walls.map(({ part }) => part), ...others];
    const lead = parts.find((part) => wallRuleOf(part) !== null) ?? parts[0];
    this.exclusions = lead === undefined ? [] : without.map((exception) => new Exclusion(lead, exception));
    this.passSteps = without.some(({ dayZone }) => dayZone !== null) ? DAY_STEPS : 0;
    this.onlyGrid = this.parts.length === 1 && without.length === 0 && grid !== undefined ? grid : null;
    this.shared = sharedTimes(grid, walls, without);
    this.hasSharedSecond = shareSeconds(parts);
  }

  /** How many lie in `(after, upTo]`, where that is known without looking at each; null otherwise. */
  count(after: number, upTo: number): number | null {
    if (this.onlyGrid === null) return null;
    return Math.max(0, countOfGrid(this.onlyGrid, upTo) - countOfGrid(this.onlyGrid, after));
  }

  private search(at: number, direction: Direction): number | null | undefined {
    const { parts, shared, hasSharedSecond } = this;
    if (!hasSharedSecond && direction === 1 && at >= WHOLE_QUARTERS_SINCE * 1000) return null;
    let from = hasSharedSecond || direction === 1 ? at : Math.min(at, WHOLE_QUARTERS_SINCE * 1000);
    const skip = shared === null ? undefined : (reached: number) => shared.seek(reached, direction, at);
    const limits = { budget: fullBudget(), upTo: direction * Infinity, skip };
    for (let passes = 0; ; passes++) {
      const found = meet(parts, from, direction, limits);
      if (found === null || found === undefined) return found;
      const resume = this.passOver(found, direction, at);
      if (resume === null) return found;
      // One holiday is no reason to work out all of them.
      from = passes === 0 || skip === undefined || !Number.isFinite(resume) ? resume : skip(resume);
      if (!Number.isFinite(from)) return null;
      limits.budget.left -= this.passSteps;
    }
  }

  /** Where to go on if something takes `at` away: behind the furthest of what does. Null if nothing does. */
  private passOver(at: number, direction: Direction, since: number): number | null {
    let resume: number | null = null;
    for (const exclusion of this.exclusions) {
      const found = exclusion.passOver(at, direction, since);
      if (found !== null && (resume === null || (found - resume) * direction > 0)) resume = found;
    }
    return resume;
  }
}

/** What can be worked out of a clause beyond its parts; null if that is nothing. */
function sharedTimes(
  grid: Grid | null | undefined,
  walls: readonly WallGroup[],
  without: readonly Exception[],
): SharedTimes | null {
  const isOnSeconds = grid !== undefined && grid !== null && grid.start % 1000 === 0 && grid.every % 1000 === 0;
  const isFine = walls.length === 0 && !isOnSeconds;
  const taken = without
    .filter(({ dayZone }) => !isFine || dayZone !== null)
    .map(takenBy)
    .filter((each) => each !== null);
  const clocks = walls.length + (isOnSeconds ? 1 : 0);
  if (clocks < 2 && taken.length === 0) return null;
  return new SharedTimes({ interval: isOnSeconds ? grid : null, clocks: walls, taken, isFine });
}

/** Whether there is a second of the minute at which all may fire. */
function shareSeconds(triggers: readonly Trigger[]): boolean {
  const shared = triggers.reduce<Set60>((common, trigger) => {
    const seconds = secondsOf(trigger);
    return seconds === null ? common : [common[0] & seconds[0], common[1] & seconds[1]];
  }, ALL_TIMES.seconds);
  return shared[0] !== 0 || shared[1] !== 0;
}

/** Where all intervals agree: undefined where there are none, null where they never do. */
function gridOf(intervals: readonly IntervalTrigger[], onWholeSeconds: boolean): Grid | null | undefined {
  const [lead, ...others] = intervals.map(({ startMs, everyMs, endMs }) => ({
    start: startMs,
    every: everyMs,
    end: endMs,
  }));
  if (lead === undefined) return undefined;
  if (onWholeSeconds) others.push(WHOLE_SECONDS);
  return others.reduce<Grid | null>((common, grid) => common && intersection(common, grid), lead);
}

function partOf(grid: Grid | null): FirePart {
  if (grid === null) return { next: () => null, previous: () => null };
  return {
    next: (after) => finite(firstOfGrid(grid, after + 1)),
    previous: (before) => finite(lastOfGrid(grid, before)),
  };
}

function finite(instant: number): number | null {
  return Number.isFinite(instant) ? instant : null;
}

/** The wall-clock triggers, those of one zone together. */
function groupsOf(triggers: readonly Trigger[]): WallGroup[] {
  const groups = new Map<Zone, WallMember[]>();
  for (const trigger of triggers) {
    const rule = wallRuleOf(trigger);
    if (rule !== null) groups.set(rule.zone, [...(groups.get(rule.zone) ?? []), { trigger, rule }]);
  }
  return [...groups].map(([zone, members]) => {
    const [lead, ...others] = members;
    if (lead !== undefined && others.length === 0) return { zone, pattern: lead.rule.pattern, part: lead.trigger };
    const part = new WallMeeting(zone, members);
    return { zone, pattern: part.pattern, part };
  });
}
