// How long this process may believe that the runs it executes are its own. A lease counts for the store from some moment
// between the question and the answer; here it counts from the question, so that it ends here before it does there.
import type { Clock, Timer } from '../../clock.ts';

/** A run that is believed in. */
export interface Trusted {
  /** Until when, by the monotonic clock. On the run itself: there may be very many, each for a very short time. */
  trustedUntil: number;
}

/** Watches over what this process believes in. */
export class LeaseTrust<Run extends Trusted> {
  readonly #clock: Clock;
  /** How long after it was asked for a lease is believed in, in milliseconds. */
  readonly #trustMs: number;
  /** The runs it watches over, as they are at the moment. */
  readonly #runs: () => Iterable<Run>;
  readonly #onLost: (run: Run) => void;
  #timer: Timer | null = null;

  constructor(clock: Clock, trustMs: number, runs: () => Iterable<Run>, onLost: (run: Run) => void) {
    this.#clock = clock;
    this.#trustMs = trustMs;
    this.#runs = runs;
    this.#onLost = onLost;
  }

  /** Whether a lease that was asked for at this instant of the monotonic clock may still be believed in. */
  isGood(askedAt: number): boolean {
    return this.#clock.monotonic() < askedAt + this.#trustMs;
  }

  /** The store has granted or renewed the lease on a run; it was asked at this instant of the monotonic clock. */
  granted(run: Run, askedAt: number): void {
    run.trustedUntil = Math.max(run.trustedUntil, askedAt + this.#trustMs);
    this.#timer ??= this.#clock.setTimer(this.#trustMs, () => this.#look());
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  /** Gives up what was not renewed in time, also while a store takes long to answer. */
  #look(): void {
    this.#timer = null;
    const now = this.#clock.monotonic();
    let next = Number.POSITIVE_INFINITY;
    for (const run of this.#runs()) {
      if (run.trustedUntil <= now) {
        // Once is enough.
        run.trustedUntil = Number.POSITIVE_INFINITY;
        this.#onLost(run);
      }
      next = Math.min(next, run.trustedUntil);
    }
    if (next < Number.POSITIVE_INFINITY) this.#timer = this.#clock.setTimer(next - now, () => this.#look());
  }
}
