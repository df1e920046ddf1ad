// What was passed over because somebody else was working on it: looked at again a moment later.
import type { Clock, Timer } from '../../clock.ts';

/** How long it is left alone, in milliseconds. */
const LOOK_AGAIN_MS = 20;

export class SecondLook {
  readonly #clock: Clock;
  readonly #listeners = new Set<() => void>();
  #timer: Timer | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls back when there may be something again; answers how to stop. */
  subscribe(onChange: () => void): () => void {
    const listener = () => onChange();
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  lookAgain(): void {
    this.#timer ??= this.#clock.setTimer(LOOK_AGAIN_MS, () => {
      this.#timer = null;
      for (const listener of [...this.#listeners]) listener();
    });
  }

  close(): void {
    this.#listeners.clear();
    this.#timer?.cancel();
    this.#timer = null;
  }
}
