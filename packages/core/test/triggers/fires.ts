// The first fire times of a trigger as short ISO text.
import { nextFireTimes } from '../../src/triggers/fire-times.ts';
import type { Trigger } from '../../src/triggers/trigger.ts';

/** At most `count` fire times after an instant; milliseconds are left out where there are none. */
export function fires(trigger: Trigger, from: string, count: number): string[] {
  return nextFireTimes(trigger, { from, count }).map((date) => date.toISOString().replace('.000Z', 'Z'));
}
