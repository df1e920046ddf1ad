// Keeps the process alive while jobs are scheduled, as the timers of `@nestjs/schedule` do; the scheduler itself does not.
import { type Clock, holdProcess } from '@sched/core';

/** Holds the process while it is on and knows a job. */
export class ProcessHold {
  readonly #clock: Clock;
  readonly #jobs = new Set<string>();
  #isOn = false;
  #release: (() => void) | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  turn(isOn: boolean): void {
    this.#isOn = isOn;
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
    if (isNeeded === (this.#release !== null)) return;
    this.#release?.();
    this.#release = isNeeded ? holdProcess(this.#clock) : null;
  }
}
