// The seam between "when" and everything else: what a trigger promises.
import type { InstantInput } from '../time/instant.ts';

/** A trigger as stored: plain data, nothing else is needed to build it again. */
export interface TriggerJson {
  /** Which trigger: `date`, `interval`, `cron`, `calendarinterval`, `and`, `or`, `except`. */
  readonly kind: string;
  /** The options it was declared with, as plain JSON; instants as ISO strings in UTC. */
  readonly options: { readonly [name: string]: unknown };
  /** The instant (epoch ms) or day (`YYYY-MM-DD`) filled in when the job was added, where the options leave it open. */
  readonly anchor?: number | string;
}

/** What is known only at the moment a job is added. */
export interface TriggerContext {
  /** Zone for a trigger that names none: the scheduler's. */
  readonly timezone: string;
  /** The moment of adding, in epoch milliseconds. */
  readonly now: number;
}

/**
 * When a job fires: a pure function of time over plain data. No clock, no randomness, no I/O.
 *
 * Promises, held by property tests: `next(t) > t`; `previous(next(t)) === next(t)`; a later `t` never gives an earlier
 * answer; `triggerFromJson(t.toJSON())` answers the same; every search is bounded, one that can find nothing says null.
 */
export interface Trigger {
  readonly kind: string;
  /** The first fire time strictly after the instant, in epoch milliseconds; null when there is none. */
  next(after: InstantInput): number | null;
  /** The last fire time at or before the instant, in epoch milliseconds; null when there is none. */
  previous(before: InstantInput): number | null;
  /**
   * How many fire times lie in `(after, upTo]`, both in epoch milliseconds. Exact and without visiting each for
   * `date`, `interval`, `cron` and `calendarinterval`; a combination visits at most 10,000 and then answers what it has counted.
   */
  count(after: number, upTo: number): number;
  /** The same trigger with everything filled in that depends on the moment of adding; itself if there is nothing to fill in. */
  resolve(context: TriggerContext): Trigger;
  toJSON(): TriggerJson;
  /** How the trigger reads in logs and lists: `interval[0:00:05]`, `cron[hour='9', minute='30']`. */
  toString(): string;
}
