// Wall-clock time in a zone, and when its clock changes.
import type { ClockChange } from '../types.ts';

const MINUTE_MS = 60_000;
/** Steps in which a change is looked for: no zone changes its clock and back within one. */
const STEP_MS = 7 * 86_400_000;
/** Beyond so many steps a change is not looked for. */
const MAX_STEPS = 200;

const formats = new Map<string, Intl.DateTimeFormat>();
/** Zones that are remembered. */
const MAX_FORMATS = 200;

/** `2026-03-29T03:30:00+02:00` */
export function localTime(at: number, timezone: string): string {
  const offset = offsetMinutes(at, timezone);
  const local = new Date(at + offset * MINUTE_MS).toISOString().slice(0, 19);
  const size = Math.abs(offset);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${local}${offset < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** The last change of the zone's clock in `(after, upTo]`; null if there is none. */
export function clockChanges(after: number, upTo: number, timezone: string): ClockChange | null {
  let late = upTo;
  for (let step = 0; step < MAX_STEPS && late > after; step++) {
    const early = Math.max(after, late - STEP_MS);
    if (offsetMinutes(early, timezone) !== offsetMinutes(late, timezone)) return changeIn(early, late, timezone);
    late = early;
  }
  return null;
}

function changeIn(early: number, late: number, timezone: string): ClockChange {
  const before = offsetMinutes(early, timezone);
  let [low, high] = [early, late];
  while (high - low > 1000) {
    const middle = Math.floor((low + high) / 2);
    if (offsetMinutes(middle, timezone) === before) low = middle;
    else high = middle;
  }
  // Clocks change at whole seconds.
  const at = Math.floor(high / 1000) * 1000;
  return {
    at: new Date(at).toISOString(),
    timezone,
    fromOffsetMinutes: before,
    toOffsetMinutes: offsetMinutes(late, timezone),
  };
}

function offsetMinutes(at: number, timezone: string): number {
  const parts = formatOf(timezone).formatToParts(at);
  const part = (type: string) => Number(parts.find((each) => each.type === type)?.value);
  const local = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return Math.round((local - Math.floor(at / 1000) * 1000) / MINUTE_MS);
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const numeric = 'numeric' as const;
  const format = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone, hourCycle: 'h23', year: numeric, month: numeric, day: numeric },
    ...{ hour: numeric, minute: numeric, second: numeric },
  });
  if (formats.size >= MAX_FORMATS) formats.clear();
  formats.set(timeZone, format);
  return format;
}
