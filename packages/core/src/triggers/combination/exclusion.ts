// What an ExceptTrigger passes over at once: "every minute, except in December" is not searched minute by minute.

import { DAY_SECONDS } from '../../time/civil.ts';
import type { Zone } from '../../time/zone.ts';
import { dayBounds } from '../day-bounds.ts';
import { isIntervalTrigger } from '../interval.ts';
import { LAST_INSTANT_MS } from '../options.ts';
import { EVERY_SECOND, wallRuleOf } from '../patterns/wall-pattern.ts';
import type { Trigger } from '../trigger.ts';
import { nextInstant, previousInstant } from '../wall-times.ts';
import type { Exception } from './clauses.ts';
import { boundsOf, type FreeTimes, freeTimes } from './free-times.ts';
import { knownSpan, type Span } from './horizon.ts';
import { patternsOfGrid } from './lattice.ts';
import { type Direction, seek } from './meeting.ts';
import { EVERY_KIND_OF_CHANGE, nextWindow, previousWindow } from './offset-windows.ts';
import { type RememberingSearch, rememberingSearch } from './remembering.ts';
import type { Taken } from './shared-times.ts';

/** What an exception takes away, as patterns; null where that is not known. */
export function takenBy({ except, dayZone }: Exception): Taken | null {
  const patterns = patternsBy(except, dayZone);
  if (patterns === null) return null;
  const { first, last } = boundsOf(except);
  // Of the days on which it begins and ends only a part is known.
  const margin = dayZone === null ? 0 : DAY_SECONDS;
  return { ...patterns, dayZone, first: first + margin, last: last - margin };
}

function patternsBy(except: Trigger, dayZone: Zone | null): Pick<Taken, 'zone' | 'patterns'> | null {
  const rule = wallRuleOf(except);
  if (rule !== null) return { zone: rule.zone, patterns: [rule.pattern] };
  if (!isIntervalTrigger(except)) return null;
  const { startMs, everyMs, endMs } = except;
  if (dayZone !== null && everyMs <= DAY_SECONDS * 1000) return { zone: null, patterns: [EVERY_SECOND] };
  if (startMs % 1000 !== 0 || everyMs % 1000 !== 0) return null;
  const { patterns, isExact } = patternsOfGrid({ start: startMs, every: everyMs, end: endMs });
  return isExact ? { zone: null, patterns } : null;
}

/** Between these, all triggers are known: it takes a look at no zone. */
const KNOWN_TO_ALL: Span = { first: 3 * DAY_SECONDS * 1000, last: LAST_INSTANT_MS - 3 * DAY_SECONDS * 1000 };

/** A day, from its first millisecond to its last. */
interface ExceptedDay {
  readonly first: number;
  readonly last: number;
  /** Whether its fire times are taken away. */
  readonly isTaken: boolean;
}

/**
 * A trigger that takes fire times away from another one: those at the same instant or, with a zone, on the same day. What
 * lies beyond the years it knows it takes away as well: nobody can say that it would not.
 */
export class Exclusion {
  private readonly except: Trigger;
  private readonly seekTaken: RememberingSearch;
  private readonly dayZone: Zone | null;
  private readonly free: FreeTimes | null;
  private day: ExceptedDay = { first: Infinity, last: -Infinity, isTaken: false };

  /** `trigger` has all fire times there are to take away. */
  constructor(trigger: Trigger, { except, dayZone }: Exception) {
    this.except = except;
    this.seekTaken = rememberingSearch((at, direction) => seek(except, at, direction));
    this.dayZone = dayZone;
    this.free = freeTimes(trigger, except, dayZone);
  }

  /**
   * Where to go on in a direction, if `at` is taken away: all between is taken away as well. Null if it is not; infinite
   * if nothing is left. `since` is where the search began.
   */
  passOver(at: number, direction: Direction, since: number): number | null {
    const near = this.nearest(at, direction);
    if (near === null || this.free === null || !Number.isFinite(near)) return near;
    return direction === 1
      ? Math.max(near, this.resumeAfter(this.free, near, since))
      : Math.min(near, this.resumeBefore(this.free, near, since));
  }

  /** Behind what is taken away for certain, the instant or its day; null if it is not. */
  private nearest(at: number, direction: Direction): number | null {
    if (this.dayZone === null) return this.nearestInstant(at, direction);
    const { first, last, isTaken } = this.dayOf(at, this.dayZone, direction);
    if (!isTaken) return null;
    return direction === 1 ? last + 1 : first - 1;
  }

  private nearestInstant(at: number, direction: Direction): number | null {
    const { first, last } = this.spanAround(at, at);
    if (at < first) return direction === 1 ? first : -Infinity;
    if (at > last) return direction === 1 ? Infinity : last;
    return this.seekTaken(at, direction) === at ? at + direction : null;
  }

  /** Of what is known, enough to tell whether all from one instant to another one is. */
  private spanAround(from: number, to: number): Span {
    return from >= KNOWN_TO_ALL.first && to <= KNOWN_TO_ALL.last ? KNOWN_TO_ALL : knownSpan(this.except);
  }

  /** The day an instant lies in. Fire times come many to a day. */
  private dayOf(at: number, place: Zone, direction: Direction): ExceptedDay {
    if (at >= this.day.first && at <= this.day.last) return this.day;
    const { first, last } = dayBounds(place, at);
    const found = this.seekTaken(direction === 1 ? first : last, direction);
    const known = this.spanAround(first, last);
    const isKnown = first >= known.first && last <= known.last;
    this.day = { first, last, isTaken: !isKnown || (found !== null && found >= first && found <= last) };
    return this.day;
  }

  /** The next of the free times, in milliseconds, or where it is no longer known which they are. */
  private resumeAfter({ schedule, margin, first, last }: FreeTimes, at: number, since: number): number {
    const from = Math.ceil(at / 1000);
    if (from < first) return at;
    const free = Math.min(nextInstant(schedule, from), last + 1 - Math.max(margin, 0));
    if (margin < 0) return free * 1000;
    const limit = Math.min(free, Math.floor(since / 1000) + EVERY_KIND_OF_CHANGE);
    const window = nextWindow(schedule.zone, from - margin, limit + margin);
    return (window === null ? free : Math.min(free, window.start - margin)) * 1000;
  }

  private resumeBefore({ schedule, margin, first, last }: FreeTimes, at: number, since: number): number {
    const from = Math.floor(at / 1000);
    if (from > last) return at;
    const free = Math.max(previousInstant(schedule, from), first - 1 + Math.max(margin, 0));
    if (margin < 0) return free * 1000;
    const limit = Math.max(free, Math.floor(since / 1000) - EVERY_KIND_OF_CHANGE);
    const window = previousWindow(schedule.zone, from + margin, limit - margin);
    return (window === null ? free : Math.max(free, window.end - 1 + margin)) * 1000;
  }
}
