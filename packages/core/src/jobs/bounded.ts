// The trigger of a job within the bounds that its policies set.
import { type InstantInput, toEpochMs } from '../time/instant.ts';
import { triggerOf } from '../triggers/cache.ts';
import type { Trigger, TriggerContext, TriggerJson } from '../triggers/trigger.ts';
import type { JobDefinition, JobPolicies, JobRecord } from './records.ts';

/** When a job fires: by its trigger, within its `startDate` and `endDate`. */
export function triggerOfJob({ trigger, policies }: Pick<JobDefinition, 'trigger' | 'policies'>): Trigger {
  return bounded(triggerOf(trigger), policies);
}

/** The trigger within bounds; itself where there are none. */
export function bounded(trigger: Trigger, bounds: Pick<JobPolicies, 'startAt' | 'endAt'>): Trigger {
  const { startAt, endAt } = bounds;
  return startAt === null && endAt === null ? trigger : new BoundedTrigger(trigger, startAt, endAt);
}

/** Whether these policies let the same fire times through, and as many of them. */
export function sameBounds(a: JobPolicies, b: JobPolicies): boolean {
  return a.startAt === b.startAt && a.endAt === b.endAt && a.maxRuns === b.maxRuns;
}

/** Whether the job's next fire time is what its trigger and its bounds make it: it was neither paused nor set aside. */
export function followsTrigger({ state }: JobRecord): boolean {
  return state === 'active' || state === 'finished';
}

/** Where a job goes on from an instant, under these policies. */
export function nextFireOf({ trigger, runCount }: JobRecord, policies: JobPolicies, now: number) {
  const isDone = policies.maxRuns !== null && runCount >= policies.maxRuns;
  const nextFireAt = isDone ? null : triggerOfJob({ trigger, policies }).next(now);
  return { state: nextFireAt === null ? 'finished' : 'active', nextFireAt } as const;
}

class BoundedTrigger implements Trigger {
  readonly kind: string;
  readonly #trigger: Trigger;
  readonly #startAt: number;
  readonly #endAt: number;

  constructor(trigger: Trigger, startAt: number | null, endAt: number | null) {
    this.kind = trigger.kind;
    this.#trigger = trigger;
    this.#startAt = startAt ?? Number.NEGATIVE_INFINITY;
    this.#endAt = endAt ?? Number.POSITIVE_INFINITY;
  }

  next(after: InstantInput): number | null {
    const next = this.#trigger.next(Math.max(toEpochMs(after, 'after'), this.#startAt - 1));
    return next === null || next > this.#endAt ? null : next;
  }

  previous(before: InstantInput): number | null {
    const previous = this.#trigger.previous(Math.min(toEpochMs(before, 'before'), this.#endAt));
    return previous === null || previous < this.#startAt ? null : previous;
  }

  count(after: number, upTo: number): number {
    const [from, to] = [Math.max(after, this.#startAt - 1), Math.min(upTo, this.#endAt)];
    return from >= to ? 0 : this.#trigger.count(from, to);
  }

  resolve(context: TriggerContext): Trigger {
    return this.#trigger.resolve(context);
  }

  toJSON(): TriggerJson {
    return this.#trigger.toJSON();
  }

  toString(): string {
    return this.#trigger.toString();
  }
}
