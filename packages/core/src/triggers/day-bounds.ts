// The civil day around an instant, as instants.
import { DAY_SECONDS } from '../time/civil.ts';
import type { Zone } from '../time/zone.ts';
import { FIRE_ONCE } from './dst.ts';
import { nextInstant, previousInstant, type WallTimes } from './wall-times.ts';

const MIDNIGHTS: WallTimes = {
  next: (wall) => Math.ceil(wall / DAY_SECONDS) * DAY_SECONDS,
  previous: (wall) => Math.floor(wall / DAY_SECONDS) * DAY_SECONDS,
  count: (from, to) => Math.ceil(to / DAY_SECONDS) - Math.ceil(from / DAY_SECONDS),
};

/** First and last millisecond of the day an instant lies in. A day whose midnight is skipped begins as much later. */
export function dayBounds(place: Zone, epochMs: number): { readonly first: number; readonly last: number } {
  const seconds = Math.floor(epochMs / 1000);
  const days = { times: MIDNIGHTS, zone: place, dst: FIRE_ONCE };
  const first = previousInstant(days, seconds);
  const end = nextInstant(days, seconds + 1);
  return { first: first * 1000, last: end * 1000 - 1 };
}
