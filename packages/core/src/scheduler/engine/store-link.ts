// One job store as the engine sees it: guarded, so that a store that fails makes the scheduler degraded and never ends it.
import type { Clock } from '../../clock.ts';
import { toError } from '../../errors.ts';
import type { JobStore } from '../../stores/store.ts';
import type { EventHub } from '../events.ts';

/** Waits after a failure: the first, doubled with each further one, up to the last; each shortened by chance. */
const FIRST_BACKOFF_MS = 100;
const LONGEST_BACKOFF_MS = 5000;

/** What `health()` says of a store. */
export interface StoreHealth {
  readonly status: 'ok' | 'degraded';
  /** Message of the newest failure; null when there is none. */
  readonly error: string | null;
  /** Since when it fails; null when it does not. */
  readonly since: Date | null;
}

/** A job store under its alias, with what is known of its health. */
export class StoreLink {
  readonly alias: string;
  readonly store: JobStore;
  readonly #clock: Clock;
  readonly #events: EventHub;
  #failures = 0;
  #failedAt = 0;
  #failedSince: number | null = null;
  #retryAt = 0;
  #error: Error | null = null;

  constructor(alias: string, store: JobStore, clock: Clock, events: EventHub) {
    this.alias = alias;
    this.store = store;
    this.#clock = clock;
    this.#events = events;
  }

  /** How long to leave the store alone after a failure, in milliseconds; 0 when it may be asked. */
  get waitMs(): number {
    return Math.max(0, this.#retryAt - this.#clock.monotonic());
  }

  get health(): StoreHealth {
    return {
      status: this.#error === null ? 'ok' : 'degraded',
      error: this.#error?.message ?? null,
      since: this.#failedSince === null ? null : new Date(this.#failedSince),
    };
  }

  /**
   * Does the work; a failure is noted and answered with `otherwise`, never thrown. Success says that the store works
   * again, unless `isProof` is false: a store may take heartbeats and still refuse all else.
   */
  async guard<Result>(work: () => Promise<Result>, otherwise: Result, isProof = true): Promise<Result> {
    try {
      const result = await work();
      if (isProof) this.#recovered();
      return result;
    } catch (thrown) {
      this.#failed(toError(thrown));
      return otherwise;
    }
  }

  #failed(error: Error): void {
    const backoff = Math.min(FIRST_BACKOFF_MS * 2 ** this.#failures, LONGEST_BACKOFF_MS);
    this.#retryAt = this.#clock.monotonic() + backoff * (0.5 + this.#clock.random() / 2);
    this.#failures++;
    const first = this.#error === null;
    this.#error = error;
    if (!first) return;
    this.#failedAt = this.#clock.monotonic();
    this.#failedSince = this.#clock.now();
    this.#events.emit('job-store:degraded', { alias: this.alias, error });
  }

  #recovered(): void {
    if (this.#error === null) return;
    this.#error = null;
    this.#failures = 0;
    this.#retryAt = 0;
    this.#failedSince = null;
    this.#events.emit('job-store:recovered', { alias: this.alias, downMs: this.#clock.monotonic() - this.#failedAt });
  }
}
