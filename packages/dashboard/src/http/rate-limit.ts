// How often one client may ask: a bucket of tokens for each, filled again as time goes by.
import type { Clock } from '@sched/core';
import { HttpProblem } from './problems.ts';

const MINUTE_MS = 60_000;

/** Clients that are remembered; the one that asked longest ago is forgotten first, and its bucket is full again. */
const MAX_CLIENTS = 10_000;

interface Bucket {
  tokens: number;
  at: number;
}

/** Lets each client have so many turns in a minute. */
export class RateLimiter {
  readonly #perMinute: number;
  readonly #clock: () => Pick<Clock, 'monotonic'>;
  readonly #buckets = new Map<string, Bucket>();

  constructor(perMinute: number, clock: () => Pick<Clock, 'monotonic'>) {
    this.#perMinute = perMinute;
    this.#clock = clock;
  }

  /** @throws HttpProblem `too-many-requests` */
  take(client: string): void {
    const now = this.#clock().monotonic();
    const bucket = this.#buckets.get(client) ?? { tokens: this.#perMinute, at: now };
    const tokens = Math.min(this.#perMinute, bucket.tokens + ((now - bucket.at) / MINUTE_MS) * this.#perMinute);
    // Behind all others.
    this.#buckets.delete(client);
    this.#buckets.set(client, { tokens: Math.max(0, tokens - 1), at: now });
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > MAX_CLIENTS && oldest !== undefined) this.#buckets.delete(oldest);
    if (tokens >= 1) return;
    const seconds = Math.ceil(((1 - tokens) / this.#perMinute) * (MINUTE_MS / 1000));
    throw new HttpProblem('too-many-requests', `Wait ${seconds} s.`, { headers: { 'Retry-After': String(seconds) } });
  }
}
