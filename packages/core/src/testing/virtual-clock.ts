// Time under a test's control: nothing passes until `advance` says so, and the dice are seeded.
import type { Clock, Timer } from '../clock.ts';
import { InvalidOptionError } from '../errors.ts';
import { type InstantInput, toEpochMs } from '../time/instant.ts';

/** Options of {@link VirtualClock}. */
export interface VirtualClockOptions {
  /** What the wall clock shows at first. @default 2026-01-01T00:00:00Z */
  readonly now?: InstantInput;
  /** Seed of `random()`: equal seeds give equal numbers. @default 1 */
  readonly seed?: number;
}

interface WaitingTimer {
  /** By the monotonic clock, in milliseconds. */
  readonly at: number;
  readonly fire: () => void;
}

/** A clock for tests. Timers fire in the order of their times, and promises settle between one and the next. */
export class VirtualClock implements Clock {
  #wall: number;
  #elapsed = 0;
  #dice: number;
  /** How many wait for a turn of the event loop through this clock. */
  #turning = 0;
  /** Sorted by time; of equal times the one set first stands first. */
  readonly #timers: WaitingTimer[] = [];

  constructor(options: VirtualClockOptions = {}) {
    this.#wall = toEpochMs(options.now ?? Date.UTC(2026, 0, 1), 'now');
    this.#dice = options.seed ?? 1;
  }

  now(): number {
    return Math.floor(this.#wall);
  }

  monotonic(): number {
    return this.#elapsed;
  }

  /** A number in [0, 1), the next of the seed's sequence (mulberry32). */
  random(): number {
    this.#dice = (this.#dice + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#dice ^ (this.#dice >>> 15), 1 | this.#dice);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  async turn(): Promise<void> {
    this.#turning++;
    await nextTurn();
    this.#turning--;
  }

  setTimer(delayMs: number, fire: () => void): Timer {
    const timer: WaitingTimer = { at: this.#elapsed + Math.max(delayMs, 0), fire };
    this.#timers.splice(this.#placeOf(timer.at), 0, timer);
    return {
      cancel: () => {
        const at = this.#timers.indexOf(timer);
        if (at >= 0) this.#timers.splice(at, 1);
      },
    };
  }

  /** How many timers are waiting: 0 once everything under test has stopped. */
  get waiting(): number {
    return this.#timers.length;
  }

  /**
   * Lets time pass: moves both clocks from timer to timer and lets promises settle after each, those that were pending
   * at the call included.
   *
   * @throws InvalidOptionError if `ms` is negative or not finite.
   */
  async advance(ms: number): Promise<void> {
    if (!(ms >= 0 && ms < Number.POSITIVE_INFINITY))
      throw new InvalidOptionError('ms', ms, 'milliseconds, not negative');
    const end = this.#elapsed + ms;
    await this.settle();
    for (let next = this.#timers[0]; next !== undefined && next.at <= end; next = this.#timers[0]) {
      this.#timers.shift();
      this.#pass(next.at - this.#elapsed);
      next.fire();
      await this.settle();
    }
    this.#pass(end - this.#elapsed);
  }

  /** Moves the wall clock alone, forwards or backwards, as a correction by NTP or an operator does. */
  jump(ms: number): void {
    this.#wall += ms;
  }

  /** Lets every promise settle that does not wait for time or for the world outside. */
  async settle(): Promise<void> {
    // One turn drains the promises; the second one those that a turn of the event loop set free.
    for (let quiet = 0; quiet < 2; quiet = this.#turning === 0 ? quiet + 1 : 0) await nextTurn();
  }

  #pass(ms: number): void {
    this.#elapsed += ms;
    this.#wall += ms;
  }

  #placeOf(at: number): number {
    let low = 0;
    let high = this.#timers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#timers[middle]?.at ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
