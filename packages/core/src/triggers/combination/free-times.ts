// What an exclusion leaves of a trigger, as a pattern: days, and times on each of them.
import { DAY_SECONDS } from '../../time/civil.ts';
import { type Zone, zone } from '../../time/zone.ts';
import type { DstPolicy } from '../cron/spec.ts';
import { isSamePolicy, PLAIN } from '../dst.ts';
import { isIntervalTrigger } from '../interval.ts';
import { ALL_TIMES, EVERY_SECOND, timesOf, type WallPattern, wallRuleOf, without } from '../patterns/wall-pattern.ts';
import type { Trigger } from '../trigger.ts';
import type { WallSchedule } from '../wall-times.ts';
import { coverOf, WHOLE_QUARTERS_SINCE } from './lattice.ts';
import { remembering } from './remembering.ts';

/** Times that an exclusion does not take away, with all that a trigger fires among them. */
export interface FreeTimes {
  readonly schedule: WallSchedule;
  /** Seconds from a change of offset, and the time after it, in which they may be others; negative if they never are. */
  readonly margin: number;
  /** The seconds between which it is, both included. */
  readonly first: number;
  readonly last: number;
}

const NO_MARGIN = -Infinity;

/** What is left of a trigger: where another one does not fire or, with a zone, on the days on which it does not; null if that is not known. */
export function freeTimes(trigger: Trigger, except: Trigger, dayZone: Zone | null): FreeTimes | null {
  return dayZone === null ? freeInstants(trigger, except) : freeDays(trigger, except, dayZone);
}

function freeInstants(trigger: Trigger, except: Trigger): FreeTimes | null {
  const { first, last } = boundsOf(except);
  if (isIntervalTrigger(trigger) && isIntervalTrigger(except)) {
    // Two fire times in a row that are taken away are as far apart as others that are.
    if (trigger.everyMs % except.everyMs !== 0) return null;
    return { schedule: leaving([], zone('UTC'), PLAIN), margin: NO_MARGIN, first, last };
  }
  const place = wallRuleOf(except)?.zone ?? wallRuleOf(trigger)?.zone;
  if (place === undefined) return null;
  const cover = coverOf(trigger, place);
  const taken = coverOf(except, place);
  if (cover === null || taken?.isExact !== true) return null;
  const isSame = isSamePolicy(cover.dst, taken.dst);
  return {
    schedule: leaving(without(cover.pattern, taken.pattern), place, isSame ? taken.dst : PLAIN),
    margin: isSame ? NO_MARGIN : 0,
    first: cover.isOwn && taken.isOwn ? first : Math.max(first, WHOLE_QUARTERS_SINCE),
    last,
  };
}

function freeDays(trigger: Trigger, except: Trigger, dayZone: Zone): FreeTimes | null {
  const own = wallRuleOf(trigger);
  const cover = own?.zone === dayZone ? own.pattern : EVERY_SECOND;
  const taken = daysTaken(except, dayZone);
  if (taken === null) return null;
  return { schedule: leaving(without(cover, taken), dayZone, PLAIN), margin: DAY_SECONDS, ...boundsOf(except) };
}

/** The whole days of the zone on which a trigger fires. */
function daysTaken(except: Trigger, dayZone: Zone): WallPattern | null {
  const rule = wallRuleOf(except);
  if (rule?.zone === dayZone) return { days: rule.pattern.days, times: ALL_TIMES };
  return isIntervalTrigger(except) && except.everyMs <= DAY_SECONDS * 1000 ? EVERY_SECOND : null;
}

/** Whole seconds at which a trigger is what its pattern says. */
export function boundsOf(trigger: Trigger): { readonly first: number; readonly last: number } {
  const rule = wallRuleOf(trigger);
  if (rule !== null) return { first: rule.first, last: rule.last };
  if (!isIntervalTrigger(trigger)) return { first: Infinity, last: -Infinity };
  return { first: Math.ceil(trigger.startMs / 1000) + 1, last: Math.floor(trigger.endMs / 1000) - 1 };
}

function leaving(patterns: readonly WallPattern[], place: Zone, dst: DstPolicy): WallSchedule {
  const times = timesOf(patterns);
  const count = times.count.bind(times);
  return { times: { ...remembering(times), count }, zone: place, dst };
}
