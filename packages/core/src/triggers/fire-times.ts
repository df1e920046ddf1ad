// The coming fire times of a trigger, as a list.
import { InvalidOptionError } from '../errors.ts';
import { type InstantInput, toEpochMs } from '../time/instant.ts';
import { isTrigger } from './is-trigger.ts';
import type { Trigger } from './trigger.ts';

/** Which fire times to list. */
export interface FireTimesOptions {
  /** The instant after which they lie. */
  readonly from: InstantInput;
  /** How many at most. @default 10 */
  readonly count?: number;
  /** The last instant that may be among them. @default no bound */
  readonly until?: InstantInput;
}

/** Fire times, soonest first. */
export interface FireTimes extends Array<Date> {
  /** False if the time was over before all were found: then there may be more. */
  readonly isComplete: boolean;
}

/**
 * The next fire times, soonest first; fewer than asked for where the trigger ends, or where `isOver` says so, which is
 * asked before each search.
 *
 * @throws InvalidOptionError naming the option that cannot be understood.
 */
export function nextFireTimes(trigger: Trigger, options: FireTimesOptions, isOver = () => false): FireTimes {
  if (!isTrigger(trigger)) throw new InvalidOptionError('trigger', trigger, 'a trigger');
  const { count = 10 } = options;
  if (!Number.isInteger(count) || count < 0)
    throw new InvalidOptionError('count', count, 'a whole number, not negative');
  const until = options.until === undefined ? Infinity : toEpochMs(options.until, 'until');
  const times: Date[] = [];
  let after: number = toEpochMs(options.from, 'from');
  let isComplete = true;
  while (times.length < count) {
    isComplete = !isOver();
    const at = isComplete ? trigger.next(after) : null;
    if (at === null || at > until) break;
    times.push(new Date(at));
    after = at;
  }
  // Not among the list's items or own keys: it is still the same list of dates to whoever copies, compares or prints it.
  return Object.defineProperty(times, 'isComplete', { value: isComplete }) as FireTimes;
}
