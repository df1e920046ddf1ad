// How a process tells the others that there is something to do: at once, then at most once in a while; nothing is left untold.
import type { Clock, Timer } from '../../clock.ts';

/** However much changes, the others are told at most once in this time, in milliseconds. */
const TELL_EVERY_MS = 20;

/** How long the last message may take when a store closes, in milliseconds: others find by looking what it would have told. */
const LAST_WORD_MS = 1000;

export class Announcer {
  readonly #clock: Clock;
  readonly #tell: () => Promise<unknown>;
  /** What is under way. */
  readonly #sent = new Set<Promise<unknown>>();
  #pause: Timer | null = null;
  #hasMore = false;

  /** @param tell sends one message; where it fails, the others find out by looking. */
  constructor(clock: Clock, tell: () => Promise<unknown>) {
    this.#clock = clock;
    this.#tell = tell;
  }

  /** Tells the others: at once, or in the message that follows the pause after the one before. Never throws. */
  announce(): void {
    this.#hasMore = true;
    if (this.#pause === null) this.#send();
  }

  /** Says what is still to be said, and waits until it is: what closes right after a change must not take the news with it. */
  async close(): Promise<void> {
    this.#pause?.cancel();
    this.#pause = null;
    if (this.#hasMore) this.#transmit();
    if (this.#sent.size === 0) return;
    let limit: Timer | null = null;
    const isLate = new Promise<void>((resolve) => {
      limit = this.#clock.setTimer(LAST_WORD_MS, resolve, true);
    });
    await Promise.race([Promise.all(this.#sent), isLate]);
    (limit as Timer | null)?.cancel();
  }

  #send(): void {
    this.#pause = null;
    if (!this.#hasMore) return;
    this.#transmit();
    this.#pause = this.#clock.setTimer(TELL_EVERY_MS, () => this.#send(), false);
  }

  #transmit(): void {
    this.#hasMore = false;
    const message: Promise<unknown> = this.#tell()
      .catch(() => undefined)
      .finally(() => this.#sent.delete(message));
    this.#sent.add(message);
  }
}
