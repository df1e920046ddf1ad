// How far an exclusion reaches without a break: "every minute, except in December" must not be searched minute by minute.
import { isCronTrigger } from './cron/cron.ts';
import { isIntervalTrigger } from './interval.ts';
import type { Trigger } from './trigger.ts';

/** The longest stretch that is counted at once, in milliseconds; a longer one is gone through in several. */
const MAX_SPAN_MS = 64 * 86_400_000;
/** Since 1973 every zone is whole minutes from UTC: what fires on whole minutes of its clock does so on those of UTC. */
const WHOLE_MINUTES_SINCE_MS = Date.UTC(1973, 0);

/**
 * Instants in a row, `at` being one of them, at which `trigger` cannot fire without `except` firing too: as far as is
 * cheap to see, later than `at` with a direction of 1, earlier with -1. Answers the furthest of them.
 *
 * If everything fires on a grid, and `except` fires as often as the grid has points, then it fires at each of them.
 */
export function excludedStretch(trigger: Trigger, except: Trigger, at: number, direction: 1 | -1): number {
  const step = gridOf(except, at);
  if (step === null || (gridOf(trigger, at) ?? 1) % step !== 0) return at;
  let reach = at;
  for (let span = 8 * step; span <= MAX_SPAN_MS; span *= 2) {
    const end = reach + direction * span;
    const fires = direction === 1 ? except.count(reach, end) : except.count(end - 1, reach - 1);
    if (fires < span / step) break;
    reach = end;
  }
  return reach;
}

/** Milliseconds of which all fire times around an instant are multiples; null where that is not known. */
function gridOf(trigger: Trigger, at: number): number | null {
  if (isIntervalTrigger(trigger)) {
    return [60_000, 1000].find((step) => trigger.everyMs % step === 0 && trigger.startMs % step === 0) ?? null;
  }
  if (!isCronTrigger(trigger)) return null;
  const [low, high] = trigger.spec.seconds;
  const isMinutely = low === 1 && high === 0 && at % 60_000 === 0 && at - MAX_SPAN_MS * 2 > WHOLE_MINUTES_SINCE_MS;
  return isMinutely ? 60_000 : 1000;
}
