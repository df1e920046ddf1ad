// Nothing that went into the memory store can be changed from outside: what goes in is copied and frozen, once.
import type { JobPolicies, JobRecord } from '../../jobs/records.ts';
import type { TriggerJson } from '../../triggers/trigger.ts';
import { frozenCopy } from '../frozen-copy.ts';

const NO_TAGS: readonly string[] = Object.freeze([]);

/** How many different policies or triggers are shared before the collection starts over. */
const MAX_SHARED = 1000;

/**
 * Copies and freezes jobs. Equal policies become one object: 100,000 jobs rarely have more than a few. So do equal triggers,
 * and what is built from one is built once: jobs that are due together are often due by the same pattern or date.
 */
export class JobFreezer {
  readonly #policies = new Map<string, JobPolicies>();
  readonly #triggers = new Map<string, TriggerJson>();
  /** What was looked up before: most jobs have the very same policies, those of the scheduler. */
  readonly #known = new WeakMap<JobPolicies, JobPolicies>();

  freeze(job: JobRecord): JobRecord {
    return {
      ...job,
      trigger: sharedCopy(job.trigger, this.#triggers),
      policies: this.#shared(job.policies),
      tags: job.tags.length === 0 ? NO_TAGS : Object.freeze([...job.tags]),
    };
  }

  #shared(policies: JobPolicies): JobPolicies {
    const known = Object.isFrozen(policies) ? this.#known.get(policies) : undefined;
    if (known !== undefined) return known;
    const shared = sharedCopy(policies, this.#policies);
    this.#known.set(policies, shared);
    return shared;
  }
}

/** A frozen copy that is the same object for equal data, as far back as `copies` goes. */
function sharedCopy<Data>(data: Data, copies: Map<string, Data>): Data {
  const key = JSON.stringify(data);
  const known = copies.get(key);
  if (known !== undefined) return known;
  if (copies.size >= MAX_SHARED) copies.clear();
  const copy = frozenCopy(data);
  copies.set(key, copy);
  return copy;
}
