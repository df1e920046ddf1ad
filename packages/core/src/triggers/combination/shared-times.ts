// What is left where clocks in several zones and an interval meet and exceptions are taken away, as long as no offset changes.
import { DAY_SECONDS, daysFromCivil } from '../../time/civil.ts';
import { FIRST_RULED_YEAR, type OffsetSegment, type Zone } from '../../time/zone.ts';
import { LAST_INSTANT_MS } from '../options.ts';
import { CRON_DAYS, CYCLE_DAYS, CYCLE_YEARS, daysOfBoth, daysWithout } from '../patterns/day-set.ts';
import { shifted } from '../patterns/shifted.ts';
import { ALL_TIMES, both, EVERY_SECOND, timesOf, type WallPattern, without } from '../patterns/wall-pattern.ts';
import { leastCommonMultiple } from '../patterns/whole-numbers.ts';
import type { Grid } from './grid.ts';
import { jointTimes, type Times } from './joint-times.ts';
import { patternsOfGrid } from './lattice.ts';
import type { Direction } from './meeting.ts';
import { EVERY_KIND_OF_CHANGE, settledFrom } from './offset-windows.ts';
import { remembering } from './remembering.ts';

/** A clock on the wall and the pattern on it; null for one that never fires. */
export interface WallClock {
  readonly zone: Zone;
  readonly pattern: WallPattern | null;
}

/** What is taken away: instants or, with a zone, days. */
export interface Taken {
  /** The zone on whose clock the patterns are; null for UTC. */
  readonly zone: Zone | null;
  readonly patterns: readonly WallPattern[];
  readonly dayZone: Zone | null;
  /** The seconds between which it is, both included. */
  readonly first: number;
  readonly last: number;
}

/** What meets, and what is taken away. */
export interface Meeting {
  /** On whole seconds. */
  readonly interval: Grid | null;
  readonly clocks: readonly WallClock[];
  readonly taken: readonly Taken[];
  /** Whether there may be fire times between seconds; only days are taken away then. */
  readonly isFine: boolean;
}

/** The offsets there are in a stretch of time. */
interface KnownOffsets {
  /** Of each zone, in seconds, one after another. */
  readonly all: readonly (readonly number[])[];
  /** In seconds. */
  readonly from: number;
  readonly to: number;
}

/** From here on, 2038-01-01, rules of zones are taken to stay as they are. */
const RULES_HAVE_CHANGED = daysFromCivil(2038, 1, 1) * DAY_SECONDS;

/** Up to here cron has just begun, on some clocks a day before others. */
const CRON_HAS_BEGUN = 2 * DAY_SECONDS;

/** What would be more patterns than this is not worked out. */
const MOST_PATTERNS = 48;

const NEVER: Times = { next: () => Infinity, previous: () => -Infinity };

/** A stretch of time in which all stays as it is. */
interface Stretch {
  readonly from: number;
  readonly to: number;
  /** Of each zone, in seconds. */
  readonly offsets: readonly number[];
  /** Of each exception, whether it is in force. */
  readonly inForce: readonly boolean[];
}

/**
 * The instants that are left, worked out for each combination of offsets. Around changes of offset it does not say. What
 * cannot be worked out it leaves in: at each instant at which there is a fire time, it has one too.
 */
export class SharedTimes {
  private readonly meeting: Meeting;
  private readonly zones: readonly Zone[];
  /** How far from a change of offset days are what they are, in seconds. */
  private readonly margin: number;
  private readonly cycle: MeetingCycle;
  /** By offsets and what is in force. */
  private readonly known = new Map<string, Times>();
  /** By direction. */
  private readonly offsets = new Map<Direction, KnownOffsets>();

  constructor(meeting: Meeting) {
    const { clocks, taken } = meeting;
    this.meeting = meeting;
    const zones = [...clocks.map(({ zone }) => zone), ...taken.flatMap(({ zone, dayZone }) => [zone, dayZone])];
    this.zones = [...new Set(zones.filter((zone) => zone !== null))];
    this.margin = taken.some(({ dayZone }) => dayZone !== null) ? DAY_SECONDS : 0;
    this.cycle = cycleOf(meeting);
  }

  /**
   * An instant from `at` on that is no further than the next one that may be left; infinite if there is none. `since` is
   * where the search began.
   */
  seek(at: number, direction: Direction, since: number): number {
    const { isFine } = this.meeting;
    const second = direction === 1 && !isFine ? Math.ceil(at / 1000) : Math.floor(at / 1000);
    const stretch = second < CRON_HAS_BEGUN ? null : this.stretchAt(second);
    if (stretch === null) return at;
    const { from, to } = stretch;
    const times = this.timesIn(stretch);
    const found = direction === 1 ? times.next(second) : times.previous(second);
    const edge = direction === 1 ? to : from - 1;
    const isNear = (edge - found) * direction > 0;
    const reached = (isNear ? found : this.beyond(edge, direction, Math.floor(since / 1000))) * 1000;
    if (!isFine) return reached;
    return direction === 1 ? Math.max(at, reached) : Math.min(at, reached + 999);
  }

  /**
   * Where to look behind an edge: far from where the search began only at what may come with offsets there are. A search
   * leaps over stretches of a few days each year, so they are not only those it has seen.
   */
  private beyond(edge: number, direction: Direction, since: number): number {
    if (edge === Infinity || Math.abs(edge - since) < EVERY_KIND_OF_CHANGE) return edge;
    if (direction === 1 && edge > Math.max(since, this.cycle.steadyFrom) + this.cycle.length) return Infinity;
    const inForce = this.meeting.taken.map(({ first, last }) => edge >= first && edge <= last);
    const known = this.offsetsFrom(since, direction).map((offsets) => this.timesIn({ offsets, inForce }));
    const found = known.map((times) => (direction === 1 ? times.next(edge) : times.previous(edge)));
    const bounds = this.meeting.taken.flatMap(({ first, last }) =>
      direction === 1 ? [first, last + 1] : [first - 1, last],
    );
    const ahead = bounds.filter((bound) => (bound - edge) * direction > 0);
    return direction === 1 ? Math.min(...found, ...ahead) : Math.max(...found, ...ahead, CRON_HAS_BEGUN - 1);
  }

  /** The offsets there are together, from where a search began to where they come again or cron begins. */
  private offsetsFrom(since: number, direction: Direction): KnownOffsets['all'] {
    const from = direction === 1 ? Math.max(since, CRON_HAS_BEGUN) : CRON_HAS_BEGUN;
    const to = direction === 1 ? Math.max(from + EVERY_KIND_OF_CHANGE, RULES_HAVE_CHANGED) : since;
    const kept = this.offsets.get(direction);
    if (kept !== undefined && kept.from <= from && kept.to >= to) return kept.all;
    const all = new Map<string, readonly number[]>();
    for (let second = from; second < to; ) {
      const stretch = this.stretchAt(second);
      if (stretch !== null) all.set(`${stretch.offsets}`, stretch.offsets);
      second = stretch?.to ?? this.changeAfter(second);
    }
    const made = { all: [...all.values()], from, to };
    this.offsets.set(direction, made);
    return made.all;
  }

  /** The next second at which it may be another stretch, or one at all. */
  private changeAfter(second: number): number {
    const { margin } = this;
    const changes = this.zones.flatMap((zone) => {
      const segment = lastOfOffset(zone, second, margin);
      return [settledFrom(segment) + margin, segment.end - margin, segment.end];
    });
    return Math.min(...changes.filter((change) => change > second));
  }

  /** The stretch a second lies in; null if it is near a change of offset, or an offset is no whole number of minutes. */
  private stretchAt(second: number): Stretch | null {
    const { margin, zones } = this;
    const { taken } = this.meeting;
    let from = CRON_HAS_BEGUN;
    let to = Infinity;
    const offsets: number[] = [];
    for (const zone of zones) {
      const segment = lastOfOffset(zone, second, margin);
      const start = segment.offset === segment.offsetBefore ? segment.start : settledFrom(segment) + margin;
      if (second < start || second >= segment.end - margin || segment.offset % 60 !== 0) return null;
      from = Math.max(from, start);
      to = Math.min(to, segment.end - margin);
      offsets.push(segment.offset);
    }
    const inForce = taken.map(({ first, last }) => {
      const [edgeBefore, edgeAfter] = second < first ? [-Infinity, first] : [first, last + 1];
      from = Math.max(from, second > last ? last + 1 : edgeBefore);
      to = Math.min(to, second > last ? Infinity : edgeAfter);
      return second >= first && second <= last;
    });
    return { from, to, offsets, inForce };
  }

  private timesIn({ offsets, inForce }: Pick<Stretch, 'offsets' | 'inForce'>): Times {
    const key = `${offsets} ${inForce}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const times = this.makeTimes(
      (zone) => (offsets[this.zones.indexOf(zone)] ?? 0) / 60,
      this.meeting.taken.filter((_, i) => inForce[i]),
    );
    this.known.set(key, times);
    return times;
  }

  private makeTimes(minutesAheadOf: (zone: Zone) => number, taken: readonly Taken[]): Times {
    const { interval, clocks } = this.meeting;
    const cover = interval === null ? null : patternsOfGrid(interval);
    let patterns: readonly WallPattern[] = (cover?.patterns ?? [EVERY_SECOND]).map(sinceCron);
    for (const { zone, pattern } of clocks) {
      if (pattern === null) return NEVER;
      const own = shifted(pattern, -minutesAheadOf(zone));
      patterns = patterns.flatMap((some) => own.map((other) => both(some, other)).filter((common) => common !== null));
    }
    for (const each of taken) {
      for (const pattern of takenPatterns(each, minutesAheadOf)) {
        const left = patterns.flatMap((some) => without(some, pattern));
        if (left.length <= MOST_PATTERNS) patterns = left;
      }
    }
    const rest = cover?.isExact === false ? interval : null;
    const times = patterns.map((pattern) => (rest && jointTimes(pattern, rest)) ?? timesOf([pattern]));
    return remembering({
      next: (wall) => times.reduce((least, each) => Math.min(least, each.next(wall)), Infinity),
      previous: (wall) => times.reduce((most, each) => Math.max(most, each.previous(wall)), -Infinity),
    });
  }
}

/** After how long all that meets comes again. */
interface MeetingCycle {
  /** From here on it does, in epoch seconds. */
  readonly steadyFrom: number;
  /** In seconds. */
  readonly length: number;
}

/** The clocks in all zones, and with them all that is on them, come again after whole cycles of the calendar. */
function cycleOf({ interval, clocks, taken }: Meeting): MeetingCycle {
  const met = clocks.reduce(
    (days, { pattern }) => (pattern === null ? days : daysOfBoth(days, pattern.days)),
    CRON_DAYS,
  );
  const patterns = taken.flatMap((each) => each.patterns);
  const { cycle } = patterns.reduce((left, { days }) => daysWithout(left, days) ?? left, met);
  const days = (leastCommonMultiple(cycle.years, CYCLE_YEARS) / CYCLE_YEARS) * CYCLE_DAYS;
  // On another clock a year begins a day earlier or later.
  const steadyYear = Math.max(FIRST_RULED_YEAR, cycle.steadyFrom + 1);
  const bounds = taken
    .flatMap(({ first, last }) => [first, last])
    .filter((bound) => bound < LAST_INSTANT_MS / 1000 - 4 * DAY_SECONDS);
  return {
    steadyFrom: Math.max(daysFromCivil(steadyYear, 1, 1) * DAY_SECONDS, ...bounds),
    length: leastCommonMultiple(days * DAY_SECONDS, interval === null ? DAY_SECONDS : interval.every / 1000),
  };
}

/** What is of interest of a pattern. */
function sinceCron(pattern: WallPattern): WallPattern {
  return { ...pattern, days: daysOfBoth(pattern.days, CRON_DAYS) };
}

/** What is taken away, on the UTC clock. */
function takenPatterns(
  { zone, patterns, dayZone }: Taken,
  minutesAheadOf: (zone: Zone) => number,
): readonly WallPattern[] {
  const ahead = zone === null ? 0 : minutesAheadOf(zone);
  if (dayZone === null) return patterns.flatMap((pattern) => shifted(pattern, -ahead));
  const aheadOfDays = minutesAheadOf(dayZone);
  return patterns
    .flatMap((pattern) => shifted(pattern, aheadOfDays - ahead))
    .flatMap(({ days }) => shifted({ days, times: ALL_TIMES }, -aheadOfDays));
}

/** The segment a second lies in or, where nothing changes at its end, the one after it, as far as is of interest. */
function lastOfOffset(zone: Zone, second: number, margin: number): OffsetSegment {
  let segment = zone.segmentAt(second);
  while (second >= segment.end - margin) {
    const next = zone.segmentAt(segment.end);
    if (next.offset !== segment.offset) break;
    segment = next;
  }
  return segment;
}
