// The stretches after changes of UTC offset in which skipped times fire later, and repeated ones again or not.
import { DAY_SECONDS } from '../../time/civil.ts';
import type { OffsetSegment, Zone } from '../../time/zone.ts';

/** A stretch `[start, end)`, in epoch seconds. */
export interface OffsetWindow {
  readonly start: number;
  readonly end: number;
}

/**
 * How far ahead it matters what happens in these stretches, in seconds. In 12 years every date has been every weekday: what
 * meets in none of their stretches meets in none.
 */
export const EVERY_KIND_OF_CHANGE = 12 * 366 * DAY_SECONDS;

/** From this second of a segment on its wall-clock times are neither skipped nor repeated ones. */
export function settledFrom({ start, offset, offsetBefore }: OffsetSegment): number {
  return start + Math.abs(offset - offsetBefore);
}

/** The first stretch that is not over at `from` and begins before `limit`. */
export function nextWindow(zone: Zone, from: number, limit: number): OffsetWindow | null {
  for (let t = from; t < limit; ) {
    const segment = zone.segmentAt(t);
    const end = settledFrom(segment);
    if (t < end) return { start: segment.start, end };
    t = segment.end;
  }
  return null;
}

/** The last stretch that has begun at `from` and is not over at `limit`. */
export function previousWindow(zone: Zone, from: number, limit: number): OffsetWindow | null {
  for (let t = from; t >= limit; ) {
    const segment = zone.segmentAt(t);
    const end = settledFrom(segment);
    if (segment.start < end) return end > limit ? { start: segment.start, end } : null;
    t = segment.start - 1;
  }
  return null;
}
