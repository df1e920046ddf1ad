// The figures of a scheduler that take a walk over its jobs or runs, each kept for a while.
import type { Clock, Scheduler } from '@sched/core';
import { type Census, emptyCensus, takeCensus } from './census.ts';
import { Kept } from './kept.ts';
import { emptyTally, type Tally, takeTally } from './tally.ts';

/** Windows of statistics that are kept at a time. */
const MAX_TALLIES = 8;

export class Figures {
  readonly #scheduler: Scheduler;
  readonly #census: Kept<Census>;
  readonly #tallies = new Map<string, Kept<Tally>>();

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
    this.#census = new Kept(
      this.#clock,
      () => emptyCensus(scheduler.clock.now()),
      (census) => takeCensus(scheduler, scheduler.clock, census),
    );
  }

  census(): Promise<Census> {
    return this.#census.get();
  }

  tally(hours: number, buckets: number): Promise<Tally> {
    const key = `${hours}/${buckets}`;
    const scheduler = this.#scheduler;
    const kept =
      this.#tallies.get(key) ??
      new Kept(
        this.#clock,
        () => emptyTally(scheduler.clock.now(), hours, buckets),
        (tally) => takeTally(scheduler, scheduler.clock, tally),
      );
    // Behind all others.
    this.#tallies.delete(key);
    this.#tallies.set(key, kept);
    const [oldest] = this.#tallies.keys();
    if (this.#tallies.size > MAX_TALLIES && oldest !== undefined) this.#tallies.delete(oldest);
    return kept.get();
  }

  get #clock(): Clock {
    return this.#scheduler.clock;
  }
}
