// The last answers of a search, kept: one long stretch without any is asked about again and again.
import type { WallTimes } from '../wall-times.ts';
import type { Direction } from './meeting.ts';

/** The same times; an instant between the one last asked about and the answer to it is not searched from again. */
export function remembering(times: Pick<WallTimes, 'next' | 'previous'>): Pick<WallTimes, 'next' | 'previous'> {
  let [nextFrom, next] = [Infinity, -Infinity];
  let [previousFrom, previous] = [-Infinity, Infinity];
  return {
    next(wall) {
      if (wall < nextFrom || wall > next) [nextFrom, next] = [wall, times.next(wall)];
      return next;
    },
    previous(wall) {
      if (wall > previousFrom || wall < previous) [previousFrom, previous] = [wall, times.previous(wall)];
      return previous;
    },
  };
}

/** A search from an instant on in a direction: null if there is nothing, undefined if nothing was found in time. */
export type Search = (at: number, direction: Direction) => number | null | undefined;

/** A search that remembers; null also if nothing was found in time. */
export type RememberingSearch = (at: number, direction: Direction) => number | null;

/** The same search; what it did not find in time it looks for anew. */
export function rememberingSearch(search: Search): RememberingSearch {
  const kept = { from: Number.NaN, direction: 1, found: null as number | null };
  return (at, direction) => {
    const { from, found } = kept;
    const isBehind = direction === kept.direction && (at - from) * direction >= 0;
    if (isBehind && (found === null || (found - at) * direction >= 0)) return found;
    const answer = search(at, direction);
    if (answer === undefined) return null;
    kept.from = at;
    kept.direction = direction;
    kept.found = answer;
    return answer;
  };
}
