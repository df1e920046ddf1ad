// The store as somebody sees it who only looks: everything that is in it, and samples while others work.

import { setTimeout as sleep } from 'node:timers/promises';
import { type JobRecord, type JobStore, type RunRecord, systemClock } from '@sched/core';
import { makeStore, type StoreAddress } from '../../src/stores.ts';
import type { PlannedJob } from './plan.ts';

const SAMPLE_EVERY_MS = 100;
/** After how long without any change work that is left is taken to be left for good, in milliseconds: many polls and leases. */
const STANDSTILL_MS = 60_000;
const RUNNING = { states: ['running'] } as const;

/** Looks at a store past all disturbances. */
export class StoreView implements AsyncDisposable {
  readonly store: JobStore;
  /** Jobs that were seen above their limit. */
  readonly excesses: string[] = [];
  sampleCount = 0;
  #sampling: Promise<void> | null = null;
  #isOver = false;

  private constructor(store: JobStore) {
    this.store = store;
  }

  static async open(address: StoreAddress): Promise<StoreView> {
    const store = await makeStore(address);
    await store.open({ clock: systemClock() });
    return new StoreView(store);
  }

  async runs(): Promise<RunRecord[]> {
    return everything((cursor) => this.store.getRuns({}, { limit: 2000, cursor }));
  }

  async jobs(): Promise<JobRecord[]> {
    return everything((cursor) => this.store.getJobs({}, { limit: 2000, cursor }));
  }

  /** Whether nothing is due any more, ever: all jobs are finished and all runs are over. */
  async isQuiet(): Promise<boolean> {
    const active = await this.store.getJobs({ states: ['active'] }, { limit: 1 });
    if (active.items.length > 0) return false;
    return (await this.store.getRuns({ states: ['queued', 'running'] }, { limit: 1 })).items.length === 0;
  }

  /**
   * Waits until it is quiet, however long that takes as long as the processes get on; answers after how many milliseconds it
   * was, null if nothing happened for so long although there was something to do.
   */
  async quiet(standstillMs = STANDSTILL_MS): Promise<number | null> {
    const startedAt = performance.now();
    let standing = '';
    let changedAt = startedAt;
    while (!(await this.isQuiet())) {
      const now = performance.now();
      const left = await this.#leftToDo();
      if (left !== standing) changedAt = now;
      else if (now - changedAt > standstillMs) return null;
      standing = left;
      await sleep(25);
    }
    return Math.round(performance.now() - startedAt);
  }

  /** What is open, with all that changes when somebody works on it. */
  async #leftToDo(): Promise<string> {
    const jobs = await this.store.getJobs({ states: ['active'] }, { limit: 2000 });
    const runs = await this.store.getRuns({ states: ['queued', 'running'] }, { limit: 2000 });
    return JSON.stringify([
      jobs.items.map(({ id, nextFireAt }) => [id, nextFireAt]),
      runs.items.map(({ id, state, token }) => [id, state, token]),
    ]);
  }

  /** Looks again and again how many runs of each job are running, until the view is closed. */
  sample(plan: readonly PlannedJob[]): void {
    const limits = new Map(plan.map((job) => [job.id, job.maxInstances]));
    this.#sampling ??= (async () => {
      while (!this.#isOver) {
        // A server that is being restarted is seen again later.
        await this.#look(limits).catch(() => undefined);
        await sleep(SAMPLE_EVERY_MS);
      }
    })();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await this.#sampling;
    await this.store.close();
  }

  /** A list may be put together from several looks: what is in two of them has been running in between. */
  async #look(limits: ReadonlyMap<string, number>): Promise<void> {
    const running = byJob((await this.store.getRuns(RUNNING, { limit: 2000 })).items);
    this.sampleCount++;
    const suspects = [...running].filter(([job, claims]) => claims.length > (limits.get(job) ?? 0));
    if (suspects.length === 0) return;
    const again = byJob((await this.store.getRuns(RUNNING, { limit: 2000 })).items);
    for (const [job, claims] of suspects) {
      const together = claims.filter((claim) => again.get(job)?.includes(claim));
      const limit = limits.get(job) ?? 0;
      if (together.length > limit) this.excesses.push(`${job}: ${together.length} > ${limit}: ${together.join(', ')}`);
    }
  }
}

/** Claims by job, each as run and token. */
function byJob(runs: readonly RunRecord[]): Map<string, string[]> {
  const claims = new Map<string, string[]>();
  for (const { jobId, id, token } of runs) claims.set(jobId, [...(claims.get(jobId) ?? []), `${id} #${token}`]);
  return claims;
}

/** Asks until the answer is yes, for so long; answers after how many milliseconds it was, null if it was not. */
async function within(ms: number, isSo: () => Promise<boolean> | boolean): Promise<number | null> {
  const startedAt = performance.now();
  for (;;) {
    if (await isSo()) return Math.round(performance.now() - startedAt);
    if (performance.now() - startedAt > ms) return null;
    await sleep(25);
  }
}

/** @throws Error when it has not happened within so long */
export async function happens(ms: number, what: string, isSo: () => Promise<boolean> | boolean): Promise<void> {
  if ((await within(ms, isSo)) === null) throw new Error(`it did not happen within ${ms / 1000} s that ${what}`);
}

async function everything<Item>(
  part: (cursor: string | null) => Promise<{ items: readonly Item[]; cursor: string | null }>,
): Promise<Item[]> {
  const all: Item[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: readonly Item[]; cursor: string | null } = await part(cursor);
    all.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== null);
  return all;
}
