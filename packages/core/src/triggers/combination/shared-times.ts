// Where clocks in several zones, and an interval, meet as long as no offset changes.
import type { Zone } from '../../time/zone.ts';
import { TimeOfDay } from '../cron/time-of-day.ts';
import type { WallPattern } from '../patterns/wall-pattern.ts';
import type { WallTimes } from '../wall-times.ts';
import type { Grid } from './grid.ts';
import { jointTimes } from './joint-times.ts';
import type { Direction } from './meeting.ts';
import { EVERY_KIND_OF_YEAR, settledFrom } from './offset-windows.ts';

/** A clock on the wall and the pattern on it; null for one that never fires. */
export interface WallClock {
  readonly zone: Zone;
  readonly pattern: WallPattern | null;
}

type Joint = Pick<WallTimes, 'next' | 'previous'>;

const NEVER: Joint = { next: () => Infinity, previous: () => -Infinity };

/**
 * The instants at which clocks and an interval meet, worked out for each combination of offsets. Around changes of
 * offset it does not say.
 */
export class SharedTimes {
  private readonly interval: Grid | null;
  private readonly clocks: readonly WallClock[];
  /** By offsets; null where there are too many times to tell. */
  private readonly known = new Map<string, Joint | null>();

  /** The interval is on whole seconds. */
  constructor(interval: Grid | null, clocks: readonly WallClock[]) {
    this.interval = interval;
    this.clocks = clocks;
  }

  /**
   * An instant from `at` on that is no further than the next one at which all can meet; infinite if they never do.
   * `since` is where the search began.
   */
  seek(at: number, direction: Direction, since: number): number {
    const second = direction === 1 ? Math.ceil(at / 1000) : Math.floor(at / 1000);
    let from = -Infinity;
    let to = Infinity;
    const offsets: number[] = [];
    for (const { zone } of this.clocks) {
      const segment = zone.segmentAt(second);
      const settled = settledFrom(segment);
      if (second < settled) return at;
      from = Math.max(from, settled);
      to = Math.min(to, segment.end);
      offsets.push(segment.offset);
    }
    const joint = this.jointOf(offsets);
    if (joint === null) return at;
    const met = direction === 1 ? joint.next(second) : joint.previous(second);
    const edge = direction === 1 ? to : from - 1;
    if ((edge - met) * direction > 0) return met * 1000;
    return this.beyond(edge, direction, Math.floor(since / 1000)) * 1000;
  }

  /** Where to look behind an edge: far from where the search began only at what is known to come. */
  private beyond(edge: number, direction: Direction, since: number): number {
    if (Math.abs(edge - since) < EVERY_KIND_OF_YEAR) return edge;
    const joints = [...this.known.values()];
    const met = joints.map((joint) => (direction === 1 ? joint?.next(edge) : joint?.previous(edge)) ?? edge);
    return direction === 1 ? Math.min(...met) : Math.max(...met);
  }

  private jointOf(offsets: readonly number[]): Joint | null {
    const key = offsets.join();
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const joint = this.makeJoint(offsets);
    this.known.set(key, joint);
    return joint;
  }

  private makeJoint(offsets: readonly number[]): Joint | null {
    const patterns = this.clocks.flatMap(({ pattern }, i) =>
      pattern === null ? [] : [{ days: pattern.days, time: new TimeOfDay(pattern.times), offset: offsets[i] ?? 0 }],
    );
    return patterns.length < this.clocks.length ? NEVER : jointTimes(patterns, this.interval);
  }
}
