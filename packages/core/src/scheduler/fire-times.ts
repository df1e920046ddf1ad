// The coming fire times of a trigger within a budget of time: what lists them for people looks at a clock, triggers do not.
import { type Clock, systemClock } from '../clock.ts';
import { InvalidOptionError } from '../errors.ts';
import { type FireTimes, type FireTimesOptions, nextFireTimes as listFireTimes } from '../triggers/fire-times.ts';
import type { Trigger } from '../triggers/trigger.ts';
import { onlyOptions } from './call-options.ts';

/** Options of {@link nextFireTimes}. */
export interface NextFireTimesOptions extends FireTimesOptions {
  /**
   * How long to look for them, in milliseconds. It is looked at before each search, so it may be exceeded by one of them.
   * @default no bound
   */
  readonly budgetMs?: number;
  /** What `budgetMs` is measured by. @default the system's clock */
  readonly clock?: Pick<Clock, 'monotonic'>;
}

const OPTIONS = ['from', 'count', 'until', 'budgetMs', 'clock'];

/**
 * The next fire times, soonest first; fewer than asked for where the trigger ends or `budgetMs` is over. In the latter
 * case, and only then, `isComplete` of the list is false.
 *
 * @throws InvalidOptionError naming the option that cannot be understood.
 */
export function nextFireTimes(trigger: Trigger, options: NextFireTimesOptions): FireTimes {
  onlyOptions(options, OPTIONS);
  const { budgetMs, clock, ...which } = options;
  if (budgetMs === undefined) return listFireTimes(trigger, which);
  if (typeof budgetMs !== 'number' || !(budgetMs >= 0)) {
    throw new InvalidOptionError('budgetMs', budgetMs, 'a number of milliseconds, not negative');
  }
  const time = clock ?? systemClock();
  const end = time.monotonic() + budgetMs;
  return listFireTimes(trigger, which, () => time.monotonic() >= end);
}
