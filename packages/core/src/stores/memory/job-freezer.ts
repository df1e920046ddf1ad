// Nothing that went into the memory store can be changed from outside: what goes in is copied and frozen, once.
import type { JobPolicies, JobRecord } from '../../jobs/records.ts';
import { frozenCopy } from '../frozen-copy.ts';

const NO_TAGS: readonly string[] = Object.freeze([]);

/** How many different policies are shared before the collection starts over. */
const MAX_SHARED_POLICIES = 1000;

/** Copies and freezes jobs. Equal policies become one object: 100,000 jobs rarely have more than a few. */
export class JobFreezer {
  readonly #policies = new Map<string, JobPolicies>();
  /** What was looked up before: most jobs have the very same policies, those of the scheduler. */
  readonly #known = new WeakMap<JobPolicies, JobPolicies>();

  freeze(job: JobRecord): JobRecord {
    return {
      ...job,
      trigger: frozenCopy(job.trigger),
      policies: this.#shared(job.policies),
      tags: job.tags.length === 0 ? NO_TAGS : Object.freeze([...job.tags]),
    };
  }

  #shared(policies: JobPolicies): JobPolicies {
    const known = Object.isFrozen(policies) ? this.#known.get(policies) : undefined;
    if (known !== undefined) return known;
    const key = JSON.stringify(policies);
    let shared = this.#policies.get(key);
    if (shared === undefined) {
      if (this.#policies.size >= MAX_SHARED_POLICIES) this.#policies.clear();
      shared = frozenCopy(policies);
      this.#policies.set(key, shared);
    }
    this.#known.set(policies, shared);
    return shared;
  }
}
