// A job as stores take it, with the policies that a scheduler fills in by default.
import type { NewJob } from '@sched/core';

/** A job of the task `noop` that is due at an instant in epoch milliseconds. */
export function newJob(id: string, nextFireAt: number): NewJob {
  return {
    ...{
      id,
      name: id,
      task: 'noop',
      args: '[]',
      executor: 'default',
      tags: [],
      ephemeral: false,
      state: 'active' as const,
    },
    trigger: { kind: 'interval', options: { hours: 1 }, anchor: 0 },
    policies: {
      ...{ coalesce: true, misfireGraceMs: null, maxInstances: 1, overlap: 'skip' as const, timeoutMs: null },
      ...{
        retry: { maxAttempts: 1, delayMs: 0, backoff: 1, maxDelayMs: 0, jitter: 0, on: null, notOn: null },
        jitterMs: null,
        priority: 0,
        keepRuns: 100,
        ...{ killGraceMs: null, keepResult: false, pauseOnFailure: null, maxRuns: null, startAt: null, endAt: null },
      },
    },
    nextFireAt,
  };
}
