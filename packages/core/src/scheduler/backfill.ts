// Which fire times in the past a backfill makes good: a pure walk over a trigger's times.
import { InvalidOptionError } from '../errors.ts';
import type { BackfillOptions } from '../jobs/job.ts';
import { toEpochMs } from '../time/instant.ts';
import type { Trigger } from '../triggers/trigger.ts';
import { IN_STORE, onlyOptions } from './call-options.ts';

/** Checked options. */
export interface BackfillRange {
  readonly from: number;
  readonly to: number;
  readonly limit: number;
}

const MAX_LIMIT = 1000;

/** @throws InvalidOptionError naming the option that is wrong */
export function backfillRange(options: BackfillOptions, now: number, timezone: string): BackfillRange {
  onlyOptions(options, [...IN_STORE, 'from', 'to', 'limit']);
  const { limit = 100 } = options;
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > MAX_LIMIT)
    throw new InvalidOptionError('limit', limit, `a whole number from 1 to ${MAX_LIMIT}`);
  const from = toEpochMs(options.from, 'from', timezone);
  const to = options.to === undefined ? now : toEpochMs(options.to, 'to', timezone);
  if (to > now) throw new InvalidOptionError('to', options.to, 'an instant that is not in the future');
  if (from > to) throw new InvalidOptionError('from', options.from, 'an instant that is not after `to`');
  return { from, to, limit };
}

/** Fire times in a range, those left out that have a run. */
export interface FireTimesToFill {
  readonly missing: readonly number[];
  readonly recorded: readonly number[];
  readonly next: number | null;
}

/** Walks over the fire times of a range until as many are missing as there may be. */
export function fireTimesToFill(
  trigger: Trigger,
  { from, to, limit }: BackfillRange,
  isRecorded: (at: number) => boolean,
): FireTimesToFill {
  const missing: number[] = [];
  const recorded: number[] = [];
  let at = trigger.next(from - 1);
  while (at !== null && at <= to) {
    if (isRecorded(at)) recorded.push(at);
    else if (missing.length === limit) return { missing, recorded, next: at };
    else missing.push(at);
    at = trigger.next(at);
  }
  return { missing, recorded, next: null };
}
