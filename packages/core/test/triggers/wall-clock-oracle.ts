// A second opinion on cron across changes of UTC offset: a window looked at minute by minute, with luxon's offsets.
import { IANAZone } from 'luxon';
import type { DstPolicy } from '../../src/triggers/cron/spec.ts';

/** What a wall-clock minute has to match; an empty list matches all. */
export interface MinutePattern {
  readonly hours: readonly number[];
  readonly minutes: readonly number[];
  /** Monday = 0. */
  readonly weekdays: readonly number[];
  readonly days: readonly number[];
}

/** The pattern as options of a cron trigger. */
export function asOptions(pattern: MinutePattern) {
  const text = (values: readonly number[]) => (values.length === 0 ? '*' : values.join(','));
  return {
    day: text(pattern.days),
    dayOfWeek: text(pattern.weekdays),
    hour: text(pattern.hours),
    minute: text(pattern.minutes),
  };
}

/** A minute that the clock on the wall shows or skips, and the instant at which it does or would. */
interface WallMinute {
  readonly at: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly weekday: number;
  readonly day: number;
  readonly is: 'shown' | 'repeated' | 'skipped';
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/**
 * The minutes of the wall clock in `[from, to)`, whole hours both. The window has to begin longer before the change it is
 * about than clocks are put back. A finer step sees changes that are not whole minutes.
 */
export function wallMinutes(zoneName: string, from: number, to: number, step = MINUTE): readonly WallMinute[] {
  const minutes: WallMinute[] = [];
  const seen = new Set<number>();
  const offsets = offsetsByStep(IANAZone.create(zoneName), from, to, step);
  let before = offsets[0] ?? 0;
  offsets.forEach((offset, i) => {
    const at = from + i * step;
    for (let wall = at + before; wall < at + offset; wall += step) {
      if (!seen.has(wall)) minutes.push(wallMinute(wall, wall - before, 'skipped'));
    }
    before = offset;
    minutes.push(wallMinute(at + offset, at, seen.has(at + offset) ? 'repeated' : 'shown'));
    seen.add(at + offset);
  });
  return minutes;
}

/** The instants of a window at which the pattern fires. */
export function firesAmong(minutes: readonly WallMinute[], pattern: MinutePattern, dst: DstPolicy): number[] {
  const has = (values: readonly number[], value: number) => values.length === 0 || values.includes(value);
  const fires = minutes.filter(
    ({ is, hour, minute, second, weekday, day }) =>
      second === 0 &&
      (is !== 'skipped' || dst.gap === 'shift') &&
      (is !== 'repeated' || dst.overlap === 'both') &&
      has(pattern.hours, hour) &&
      has(pattern.minutes, minute) &&
      has(pattern.weekdays, weekday) &&
      has(pattern.days, day),
  );
  return [...new Set(fires.map(({ at }) => at))].sort((a, b) => a - b);
}

function wallMinute(wall: number, at: number, is: WallMinute['is']): WallMinute {
  const date = new Date(wall);
  const weekday = (date.getUTCDay() + 6) % 7;
  return {
    at,
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    weekday,
    day: date.getUTCDate(),
    is,
  };
}

/** Local time minus UTC at each step, in milliseconds. */
function offsetsByStep(zone: IANAZone, from: number, to: number, step: number): number[] {
  const offsets: number[] = [];
  const at = (ms: number) => Math.round(zone.offset(ms) * MINUTE);
  for (let hour = from; hour < to; hour += HOUR) {
    const first = at(hour);
    const isConstant = first === at(hour + HOUR - 1);
    for (let ms = hour; ms < hour + HOUR; ms += step) offsets.push(isConstant ? first : at(ms));
  }
  return offsets;
}
