// One job store as the engine sees it: guarded, so that a store that fails makes the scheduler degraded and never ends it.
import type { Clock } from '../../clock.ts';
import { toError } from '../../errors.ts';
import type { JobStore } from '../../stores/store.ts';
import type { EventHub } from '../events.ts';
import { backoffMs } from './backoff.ts';

/** Share of the newest reading in the measured difference of the clocks: one slow answer must not count for much. */
const NEWEST_SHARE = 0.2;
/** A clock that differs by so much from the store's is told, in milliseconds. */
const SKEW_MS = 1000;

/** What `health()` says of a store. */
export interface StoreHealth {
  /** Its kind: `memory`, `sqlite`. */
  readonly type: string;
  /** Whether its jobs outlive the process. */
  readonly durable: boolean;
  readonly status: 'ok' | 'degraded';
  /** Message of the newest failure; null when there is none. */
  readonly error: string | null;
  /** Since when it fails; null when it does not. */
  readonly since: Date | null;
  /** How many operations have failed since the start. */
  readonly failures: number;
  /** How far the store's clock, which decides what is due, is ahead of this process's, in milliseconds; null before it was asked. */
  readonly clockSkewMs: number | null;
}

/** A job store under its alias, with what is known of its health. */
export class StoreLink {
  readonly alias: string;
  readonly store: JobStore;
  readonly #clock: Clock;
  readonly #events: EventHub;
  #failures = 0;
  #failureCount = 0;
  #failedAt = 0;
  #failedSince: number | null = null;
  #retryAt = 0;
  #error: Error | null = null;
  #skewMs: number | null = null;
  #isSkewed = false;

  constructor(alias: string, store: JobStore, clock: Clock, events: EventHub) {
    this.alias = alias;
    this.store = store;
    this.#clock = clock;
    this.#events = events;
  }

  /** How long to leave the store alone after a failure, in milliseconds; 0 when it may be asked. */
  get waitMs(): number {
    return this.#retryAt === 0 ? 0 : Math.max(0, this.#retryAt - this.#clock.monotonic());
  }

  get health(): StoreHealth {
    return {
      type: this.store.kind,
      durable: this.store.durable,
      status: this.#error === null ? 'ok' : 'degraded',
      error: this.#error?.message ?? null,
      since: this.#failedSince === null ? null : new Date(this.#failedSince),
      failures: this.#failureCount,
      clockSkewMs: this.#skewMs === null ? null : Math.round(this.#skewMs),
    };
  }

  /** Asks the store for something that it answers with its time, and compares that with the time here, half-way through. */
  async timed<Result extends { readonly now: number }>(ask: () => Promise<Result>): Promise<Result> {
    const sentAt = this.#clock.now();
    const answer = await ask();
    const skewMs = answer.now - (sentAt + this.#clock.now()) / 2;
    this.#skewMs = this.#skewMs === null ? skewMs : this.#skewMs + NEWEST_SHARE * (skewMs - this.#skewMs);
    const isSkewed = Math.abs(this.#skewMs) >= SKEW_MS;
    if (isSkewed && !this.#isSkewed)
      this.#events.emit('clock:skewed', { jobStore: this.alias, byMs: Math.round(this.#skewMs) });
    this.#isSkewed = isSkewed;
    return answer;
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
    this.#retryAt = this.#clock.monotonic() + backoffMs(this.#failures, this.#clock);
    this.#failures++;
    this.#failureCount++;
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
