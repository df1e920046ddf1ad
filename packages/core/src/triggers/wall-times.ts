// From wall-clock times to instants: the one place that knows what a change of UTC offset does to a schedule.
import type { OffsetSegment, Zone } from '../time/zone.ts';
import type { DstPolicy } from './cron/spec.ts';

/**
 * Wall-clock times, as seconds since 1970-01-01 00:00 on the clock on the wall, without a zone: what a cron or a calendar
 * interval is made of.
 */
export interface WallTimes {
  /** The first at or after `wall`; Infinity when there is none. */
  next(wall: number): number;
  /** The last at or before `wall`; -Infinity when there is none. */
  previous(wall: number): number;
  /** How many lie in `[from, to)`. */
  count(from: number, to: number): number;
}

/** Wall-clock times as a zone's clock shows them. */
export interface WallSchedule {
  readonly times: WallTimes;
  readonly zone: Zone;
  /** What becomes of times that the clock skips or shows twice. */
  readonly dst: DstPolicy;
}

/** Longer than any change of offset, and any difference between two offsets of one zone, together. */
const SLACK = 3 * 86_400;

/** The first instant at or after `from` that is a time of the schedule; Infinity when there is none. In epoch seconds. */
export function nextInstant({ times, zone, dst }: WallSchedule, from: number): number {
  for (let t = from; ; ) {
    const segment = zone.segmentAt(t);
    const { end, offset } = segment;
    let at = times.next(Math.max(t + offset, lowestWall(segment, dst))) - offset;
    if (isShifting(segment, dst) && t < shiftEnd(segment)) {
      const skipped = times.next(t + segment.offsetBefore);
      if (skipped < segment.start + offset) at = Math.min(at, skipped - segment.offsetBefore);
    }
    if (at < end) return at;
    const isFar = end - t > SLACK;
    if (isFar && at === Infinity) return Infinity;
    // Between here and there nothing matches, whatever the offsets do: their changes are shorter than the slack.
    t = isFar && at > end + SLACK ? at - SLACK : end;
  }
}

/** The last instant at or before `from` that is a time of the schedule; -Infinity when there is none. In epoch seconds. */
export function previousInstant({ times, zone, dst }: WallSchedule, from: number): number {
  for (let t = from; ; ) {
    const segment = zone.segmentAt(t);
    const { start, offset, offsetBefore } = segment;
    const reach = times.previous(t + offset) - offset;
    let at = reach + offset >= lowestWall(segment, dst) ? reach : -Infinity;
    if (isShifting(segment, dst)) {
      const skipped = times.previous(Math.min(t, shiftEnd(segment) - 1) + offsetBefore);
      if (skipped >= start + offsetBefore) at = Math.max(at, skipped - offsetBefore);
    }
    if (at >= start && at !== -Infinity) return at;
    const isFar = t - start > SLACK;
    if (isFar && reach === -Infinity) return -Infinity;
    t = isFar && reach < start - SLACK ? reach + SLACK : start - 1;
  }
}

/** How many instants in `[from, to)`, in epoch seconds, are times of the schedule. */
export function countInstants({ times, zone, dst }: WallSchedule, from: number, to: number): number {
  let total = 0;
  for (let t = from; t < to; ) {
    const segment = zone.segmentAt(t);
    const { end, offset } = segment;
    const stop = Math.min(end, to);
    const low = Math.max(t + offset, lowestWall(segment, dst));
    if (low < stop + offset) total += times.count(low, stop + offset);
    if (isShifting(segment, dst)) total += countShifted(times, segment, t, Math.min(stop, shiftEnd(segment)));
    t = stop;
  }
  return total;
}

/** The wall-clock time a segment begins to count at: behind what the clock has shown already, where only the first time counts. */
function lowestWall(segment: OffsetSegment, dst: DstPolicy): number {
  return segment.start + (dst.overlap === 'first' ? Math.max(segment.offset, segment.offsetBefore) : segment.offset);
}

/** Whether the segment begins with a gap whose times fire later. They are read with the offset before it, so they fire as much later as it is long. */
function isShifting(segment: OffsetSegment, dst: DstPolicy): boolean {
  return segment.offset > segment.offsetBefore && dst.gap === 'shift';
}

/** The first instant after those at which times of the gap fire. */
function shiftEnd(segment: OffsetSegment): number {
  return segment.start + segment.offset - segment.offsetBefore;
}

/** Shifted times that fire in `[from, to)` at an instant that is not a fire time anyway. */
function countShifted(times: WallTimes, segment: OffsetSegment, from: number, to: number): number {
  const { offset, offsetBefore } = segment;
  let total = 0;
  for (let wall = times.next(from + offsetBefore); wall < to + offsetBefore; wall = times.next(wall + 1)) {
    const shown = wall - offsetBefore + offset;
    if (times.next(shown) !== shown) total += 1;
  }
  return total;
}
