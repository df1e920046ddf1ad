// When what tasks say is brought to the store: soon, together, and not often.
import type { Clock, Timer } from '../../clock.ts';
import type { ActiveRun } from './active-run.ts';

/** Between two writes, at least, in milliseconds, however often tasks say something. */
const EVERY_MS = 1000;

/** Collects runs whose tasks have said something. */
export class NotesPost {
  readonly #clock: Clock;
  readonly #send: (runs: readonly ActiveRun[]) => Promise<void>;
  #waiting = new Set<ActiveRun>();
  #sentAt = Number.NEGATIVE_INFINITY;
  #timer: Timer | null = null;

  constructor(clock: Clock, send: (runs: readonly ActiveRun[]) => Promise<void>) {
    this.#clock = clock;
    this.#send = send;
  }

  /** The task of this run has said something. */
  add(run: ActiveRun): void {
    this.#waiting.add(run);
    this.#timer ??= this.#clock.setTimer(this.#waitMs, () => void this.#post());
  }

  /** Forgets what waits. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#waiting.clear();
  }

  get #waitMs(): number {
    return Math.max(0, this.#sentAt + EVERY_MS - this.#clock.monotonic());
  }

  async #post(): Promise<void> {
    const runs = [...this.#waiting];
    this.#waiting.clear();
    this.#timer = null;
    this.#sentAt = this.#clock.monotonic();
    await this.#send(runs);
  }
}
