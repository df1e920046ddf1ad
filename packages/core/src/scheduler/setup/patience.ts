// Waiting for a job store that is not up yet, when a scheduler starts.
import type { Clock, Timer } from '../../clock.ts';
import { SchedError, toError } from '../../errors.ts';
import { backoffMs } from '../engine/backoff.ts';
import type { EventHub } from '../events.ts';

/** A limit on waiting, over all stores of one start. */
export class Patience {
  readonly #clock: Clock;
  readonly #endsAt: number;
  #isOver = false;
  #timer: Timer | null = null;
  #wake: (() => void) | null = null;

  constructor(clock: Clock, limitMs: number) {
    this.#clock = clock;
    this.#endsAt = clock.monotonic() + limitMs;
  }

  /** Opens a store, again and again while it fails and there is time. @throws what it failed with last */
  async open(alias: string, events: EventHub, open: () => Promise<void>): Promise<void> {
    const startedAt = this.#clock.monotonic();
    for (let failures = 0; ; failures++) {
      try {
        await open();
        if (failures > 0) events.emit('job-store:recovered', { alias, downMs: this.#clock.monotonic() - startedAt });
        return;
      } catch (thrown) {
        if (!isTemporary(thrown) || this.#isOver || this.#clock.monotonic() >= this.#endsAt) throw thrown;
        if (failures === 0) events.emit('job-store:degraded', { alias, error: toError(thrown) });
      }
      await this.#wait(failures);
    }
  }

  /** Ends all waiting. */
  end(): void {
    this.#isOver = true;
    this.#timer?.cancel();
    this.#wake?.();
  }

  #wait(failures: number): Promise<void> {
    const leftMs = this.#endsAt - this.#clock.monotonic();
    const delayMs = Math.min(backoffMs(failures, this.#clock), Math.max(leftMs, 0));
    return new Promise((resolve) => {
      this.#wake = resolve;
      this.#timer = this.#clock.setTimer(delayMs, resolve, true);
    });
  }
}

/** Whether it may work later: a wrong option or a missing driver will not. */
function isTemporary(thrown: unknown): boolean {
  return !(thrown instanceof SchedError) || thrown.code === 'store-failure';
}
