// What collides: the minutes in which several jobs fire.
import type { Lane } from '../../api/types.ts';

/** A minute in which more than one job fires. */
export interface Meeting {
  /** Begin of the minute. */
  readonly atMs: number;
  /** The jobs, in the order of their lanes. */
  readonly lanes: readonly Lane[];
}

const MINUTE_MS = 60_000;
/** Where more than this share of the window is bands, bands are the usual thing. */
const USUAL_SHARE = 1 / 3;

/** The coming meetings of these lanes, soonest first. */
export function meetingsOf(lanes: readonly Lane[]): Meeting[] {
  const byMinute = new Map<number, Set<Lane>>();
  for (const lane of lanes) {
    for (const fire of lane.fires) {
      const minute = Math.floor(Date.parse(fire) / MINUTE_MS) * MINUTE_MS;
      const there = byMinute.get(minute);
      if (there === undefined) byMinute.set(minute, new Set([lane]));
      else there.add(lane);
    }
  }
  return [...byMinute]
    .filter(([, there]) => there.size > 1)
    .map(([atMs, there]) => ({ atMs, lanes: [...there] }))
    .sort((a, b) => a.atMs - b.atMs);
}

/** Meetings that lie so close that they are drawn as one. */
export interface Band {
  /** Begin of the first of them. */
  readonly atMs: number;
  /** How many jobs meet in the fullest of them. */
  readonly jobs: number;
}

/** One band for each slot of this width that has a meeting. */
export function bandsOf(meetings: readonly Meeting[], slotMs: number): Band[] {
  const bySlot = new Map<number, Band>();
  for (const { atMs, lanes } of meetings) {
    const slot = Math.floor(atMs / slotMs);
    const there = bySlot.get(slot);
    bySlot.set(slot, { atMs: there?.atMs ?? atMs, jobs: Math.max(there?.jobs ?? 0, lanes.length) });
  }
  return [...bySlot.values()];
}

/**
 * The bands that stand out: where jobs of every minute meet all the time, only those that are fuller than is usual in this
 * window, which has room for so many slots.
 */
export function notable(bands: readonly Band[], slots: number): Band[] {
  if (bands.length < slots * USUAL_SHARE) return [...bands];
  const sizes = bands.map(({ jobs }) => jobs).sort((a, b) => a - b);
  const usual = sizes[Math.floor(sizes.length / 2)] ?? 0;
  return bands.filter(({ jobs }) => jobs > usual);
}

/** The fullest of them, fullest first; of equally full ones the soonest. */
export function fullest(meetings: readonly Meeting[], count: number): Meeting[] {
  return [...meetings].sort((a, b) => b.lanes.length - a.lanes.length || a.atMs - b.atMs).slice(0, count);
}
