// A wall-clock pattern as a clock shows it that is so many minutes ahead.
import { type Set60, setOf60 } from '../cron/bits.ts';
import { bitsOf, valuesOf } from '../cron/values.ts';
import { daysBefore } from './day-set.ts';
import type { WallPattern } from './wall-pattern.ts';
import { remainder } from './whole-numbers.ts';

/** The same instants on the other clock: several patterns, where the hour or the day is another one for some of the times. */
export function shifted(pattern: WallPattern, minutesAhead: number): readonly WallPattern[] {
  if (minutesAhead === 0) return [pattern];
  const ahead = remainder(minutesAhead, 60);
  const hours = (minutesAhead - ahead) / 60;
  const sums = valuesOf(pattern.times.minutes).map((minute) => minute + ahead);
  return [0, 1].flatMap((carry) => {
    const minutes = sums.filter((sum) => sum >= 60 === (carry === 1)).map((sum) => sum - carry * 60);
    return minutes.length === 0 ? [] : withHoursAhead(pattern, minutes.reduce(withValue, [0, 0]), hours + carry);
  });
}

function withValue(set: Set60, value: number): Set60 {
  const [low, high] = setOf60(value);
  return [set[0] | low, set[1] | high];
}

function withHoursAhead({ days, times }: WallPattern, minutes: Set60, hoursAhead: number): WallPattern[] {
  return [-1, 0, 1].flatMap((daysAhead) => {
    const hours = bitsOf(times.hours)
      .map((hour) => hour + hoursAhead - daysAhead * 24)
      .filter((hour) => hour >= 0 && hour < 24)
      .reduce((set, hour) => set | (1 << hour), 0);
    return hours === 0 ? [] : [{ days: daysBefore(days, -daysAhead), times: { ...times, hours, minutes } }];
  });
}
