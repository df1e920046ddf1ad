// The hour, minute and second sets of a cron spec, searched within one day.
import { bitCount, countBelow60, has60, highestBit, lowestBit, nextIn60, previousIn60, type Set60 } from './bits.ts';
import type { CronSpec } from './spec.ts';

/** Times of day, in seconds since midnight, that match the hour, minute and second of a spec. */
export class TimeOfDay {
  /** The first of the day. */
  readonly first: number;
  /** The last of the day. */
  readonly last: number;
  /** How many there are in a day. */
  readonly perDay: number;
  private readonly hours: number;
  private readonly minutes: Set60;
  private readonly seconds: Set60;
  private readonly firstInHour: number;
  private readonly lastInHour: number;
  private readonly firstInMinute: number;
  private readonly lastInMinute: number;
  private readonly perMinute: number;
  private readonly perHour: number;

  constructor({ hours, minutes, seconds }: Pick<CronSpec, 'hours' | 'minutes' | 'seconds'>) {
    this.hours = hours;
    this.minutes = minutes;
    this.seconds = seconds;
    this.firstInMinute = nextIn60(seconds, 0);
    this.lastInMinute = previousIn60(seconds, 59);
    this.firstInHour = nextIn60(minutes, 0) * 60 + this.firstInMinute;
    this.lastInHour = previousIn60(minutes, 59) * 60 + this.lastInMinute;
    this.first = lowestBit(hours) * 3600 + this.firstInHour;
    this.last = highestBit(hours) * 3600 + this.lastInHour;
    this.perMinute = countBelow60(seconds, 60);
    this.perHour = this.perMinute * countBelow60(minutes, 60);
    this.perDay = this.perHour * bitCount(hours);
  }

  /** The first at or after `time`; -1 when the day has none. */
  next(time: number): number {
    if (time <= this.first) return this.first;
    const hour = (time / 3600) | 0;
    if ((this.hours >>> hour) & 1) {
      const found = this.nextInHour(time - hour * 3600);
      if (found >= 0) return hour * 3600 + found;
    }
    const later = this.hours & (-2 << hour);
    return later === 0 ? -1 : lowestBit(later) * 3600 + this.firstInHour;
  }

  /** The last at or before `time`; -1 when the day has none. */
  previous(time: number): number {
    if (time >= this.last) return this.last;
    const hour = (time / 3600) | 0;
    if ((this.hours >>> hour) & 1) {
      const found = this.previousInHour(time - hour * 3600);
      if (found >= 0) return hour * 3600 + found;
    }
    const earlier = this.hours & ~(-1 << hour);
    return earlier === 0 ? -1 : highestBit(earlier) * 3600 + this.lastInHour;
  }

  /** How many are before `time`. */
  countBefore(time: number): number {
    const hour = (time / 3600) | 0;
    let total = bitCount(this.hours & ~(-1 << hour)) * this.perHour;
    if (((this.hours >>> hour) & 1) === 0) return total;
    const minute = ((time - hour * 3600) / 60) | 0;
    total += countBelow60(this.minutes, minute) * this.perMinute;
    return has60(this.minutes, minute) ? total + countBelow60(this.seconds, time % 60) : total;
  }

  private nextInHour(time: number): number {
    const minute = (time / 60) | 0;
    if (has60(this.minutes, minute)) {
      const second = nextIn60(this.seconds, time - minute * 60);
      if (second >= 0) return minute * 60 + second;
    }
    const later = nextIn60(this.minutes, minute + 1);
    return later < 0 ? -1 : later * 60 + this.firstInMinute;
  }

  private previousInHour(time: number): number {
    const minute = (time / 60) | 0;
    if (has60(this.minutes, minute)) {
      const second = previousIn60(this.seconds, time - minute * 60);
      if (second >= 0) return minute * 60 + second;
    }
    const earlier = previousIn60(this.minutes, minute - 1);
    return earlier < 0 ? -1 : earlier * 60 + this.lastInMinute;
  }
}
