// The coming fire times of a trigger, as a list.
import { InvalidOptionError } from '../errors.ts';
import { type InstantInput, toEpochMs } from '../time/instant.ts';
import type { Trigger } from './trigger.ts';

/** Options of {@link nextFireTimes}. */
export interface FireTimesOptions {
  /** The instant after which they lie. */
  readonly from: InstantInput;
  /** How many at most. @default 10 */
  readonly count?: number;
  /** The last instant that may be among them. @default no bound */
  readonly until?: InstantInput;
}

/**
 * The next fire times, soonest first; fewer than asked for where the trigger ends.
 *
 * @throws InvalidOptionError naming the option that cannot be understood.
 */
export function nextFireTimes(trigger: Trigger, options: FireTimesOptions): Date[] {
  const { count = 10 } = options;
  if (!Number.isInteger(count) || count < 0)
    throw new InvalidOptionError('count', count, 'a whole number, not negative');
  const until = options.until === undefined ? Infinity : toEpochMs(options.until, 'until');
  const times: Date[] = [];
  let after: InstantInput = options.from;
  while (times.length < count) {
    const at = trigger.next(after);
    if (at === null || at > until) break;
    times.push(new Date(at));
    after = at;
  }
  return times;
}
