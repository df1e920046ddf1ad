// Wall-clock times of a zone, as fields for date and time have them.
import { offsetMs } from './time.ts';

/** `2026-11-30T14:05`: what the zone's clock shows at the instant. */
export function wallTime(atMs: number, zone: string): string {
  return new Date(atMs + offsetMs(atMs, zone)).toISOString().slice(0, 16);
}

/** The instant at which the zone's clock shows this. A time that is skipped is taken as much later as clocks are moved. */
export function wallTimeToIso(wall: string, zone: string): string {
  const asUtc = Date.parse(`${wall}Z`);
  const before = offsetMs(asUtc - offsetMs(asUtc, zone), zone);
  const after = offsetMs(asUtc - before, zone);
  const isRead = offsetMs(asUtc - after, zone) === after;
  return new Date(asUtc - (isRead ? after : Math.min(before, after))).toISOString();
}
