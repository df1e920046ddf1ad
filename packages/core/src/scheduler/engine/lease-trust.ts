// How long this process may believe that the runs it executes are its own. A lease counts for the store from some moment
// between the question and the answer; here it counts from the question, so that it ends here before it does there.
import type { Clock, Timer } from '../../clock.ts';

/** Runs that are believed in, each until an instant of the monotonic clock. */
export class LeaseTrust<Run> {
  readonly #clock: Clock;
  /** How long after it was asked for a lease is believed in, in milliseconds. */
  readonly #trustMs: number;
  readonly #onLost: (run: Run) => void;
  readonly #until = new Map<Run, number>();
  #timer: Timer | null = null;

  constructor(clock: Clock, trustMs: number, onLost: (run: Run) => void) {
    this.#clock = clock;
    this.#trustMs = trustMs;
    this.#onLost = onLost;
  }

  /** Whether a lease that was asked for at this instant of the monotonic clock may still be believed in. */
  isGood(askedAt: number): boolean {
    return this.#clock.monotonic() < askedAt + this.#trustMs;
  }

  /** The store has granted or renewed the lease on a run; it was asked at this instant of the monotonic clock. */
  granted(run: Run, askedAt: number): void {
    this.#until.set(run, Math.max(askedAt + this.#trustMs, this.#until.get(run) ?? 0));
    this.#timer ??= this.#clock.setTimer(this.#trustMs, () => this.#look());
  }

  /** The run has ended here. */
  forget(run: Run): void {
    this.#until.delete(run);
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
    for (const [run, until] of this.#until) {
      if (until > now) {
        next = Math.min(next, until);
        continue;
      }
      this.#until.delete(run);
      this.#onLost(run);
    }
    if (next < Number.POSITIVE_INFINITY) this.#timer = this.#clock.setTimer(next - now, () => this.#look());
  }
}
