// How long to leave something alone that has failed.
import type { Clock } from '../../clock.ts';

/** Waits after a failure: the first, doubled with each further one, up to the last; each shortened by chance. */
const FIRST_MS = 100;
const LONGEST_MS = 5000;

/** The wait after so many failures before this one, in milliseconds: from half of the full wait up to all of it. */
export function backoffMs(failuresBefore: number, clock: Pick<Clock, 'random'>): number {
  return Math.min(FIRST_MS * 2 ** failuresBefore, LONGEST_MS) * (0.5 + clock.random() / 2);
}
