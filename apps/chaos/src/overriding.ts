// A store with some of its operations replaced: how faults, and eyes, get in between.
import type { JobStore } from '@sched/core';

/** Answers the store with these operations in place of its own. */
export function overriding(store: JobStore, replacements: Partial<JobStore>): JobStore {
  return new Proxy(store, {
    get(target, name) {
      const owner = name in replacements ? replacements : target;
      const value: unknown = Reflect.get(owner, name);
      // A store's own methods need their private fields.
      return typeof value === 'function' ? value.bind(owner) : value;
    },
  });
}
