// Notices that another connection has written to the database.
import type { Clock, Timer } from '../../clock.ts';

/** How often it is looked. */
const INTERVAL_MS = 200;

/** Looks at a number that changes with every write of others, while somebody listens. */
export class ChangePoll {
  readonly #clock: Clock;
  readonly #readVersion: () => unknown;
  readonly #listeners = new Set<() => void>();
  #timer: Timer | null = null;
  #seen: unknown;

  constructor(clock: Clock, readVersion: () => unknown) {
    this.#clock = clock;
    this.#readVersion = readVersion;
  }

  /** Calls back after each change; answers how to stop. */
  listen(onChange: () => void): () => void {
    const listener = () => onChange();
    this.#listeners.add(listener);
    if (this.#timer === null) {
      this.#seen = this.#version();
      this.#wait();
    }
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.stop();
    };
  }

  stop(): void {
    this.#listeners.clear();
    this.#timer?.cancel();
    this.#timer = null;
  }

  #wait(): void {
    this.#timer = this.#clock.setTimer(INTERVAL_MS, () => {
      const version = this.#version();
      this.#wait();
      if (version === this.#seen) return;
      this.#seen = version;
      for (const listener of [...this.#listeners]) listener();
    });
  }

  /** A database that cannot be read at the moment has not changed: this is a hint, the operations report the failure. */
  #version(): unknown {
    try {
      return this.#readVersion();
    } catch {
      return this.#seen;
    }
  }
}
