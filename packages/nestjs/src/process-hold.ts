// Keeps the process alive while jobs are scheduled, as the timers of `@nestjs/schedule` do; the scheduler itself does not.
import type { Clock, Timer } from '@sched/core';

/** Longer than anybody looks; it is set again. In milliseconds. */
const HOLD_MS = 86_400_000;

/** A timer that is there as long as somebody needs it. */
export class ProcessHold {
  readonly #clock: Clock;
  readonly #jobs = new Set<string>();
  #isOn = false;
  #timer: Timer | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Holds from now on, while there are jobs. */
  start(): void {
    this.#isOn = true;
    this.#update();
  }

  /** Lets go. */
  stop(): void {
    this.#isOn = false;
    this.#update();
  }

  add(jobId: string): void {
    this.#jobs.add(jobId);
    this.#update();
  }

  delete(jobId: string): void {
    this.#jobs.delete(jobId);
    this.#update();
  }

  #update(): void {
    const isNeeded = this.#isOn && this.#jobs.size > 0;
    if (isNeeded === (this.#timer !== null)) return;
    this.#timer?.cancel();
    this.#timer = isNeeded ? this.#set() : null;
  }

  #set(): Timer {
    return this.#clock.setTimer(
      HOLD_MS,
      () => {
        this.#timer = null;
        this.#update();
      },
      true,
    );
  }
}
