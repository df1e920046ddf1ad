// A store with a witness: what it gave out and what it accepted goes into the journal.
import type { JobStore } from '@sched/core';
import { type Finish, type Journal, monotonic } from './journal.ts';
import { overriding } from './overriding.ts';

/** The store, with its claims, its accepted and rejected finishes and its conflicts noted. */
export function watchedStore(store: JobStore, note: Journal): JobStore {
  return overriding(store, {
    async claimRuns(request) {
      const claimed = await store.claimRuns(request);
      const answered = monotonic();
      for (const { id: run, jobId: job, token, attempt, availableAt } of claimed.runs) {
        note({ what: 'claimed', run, job, token, attempt, availableAt, claimedAt: claimed.now, answered });
      }
      return claimed;
    },
    async finishRuns(finishes) {
      const sent = monotonic();
      const noteAll = (stateOf: (index: number) => Finish['state']) =>
        finishes.forEach(({ runId: run, token, outcome }, index) => {
          note({ what: 'finish', run, token, outcome, state: stateOf(index), sent });
        });
      try {
        const records = await store.finishRuns(finishes);
        noteAll((index) => records[index]?.state ?? null);
        return records;
      } catch (thrown) {
        noteAll(() => 'unknown');
        throw thrown;
      }
    },
    async commitFires(commits) {
      const results = await store.commitFires(commits);
      results.forEach(({ ok }, index) => {
        if (!ok) note({ what: 'conflict', job: commits[index]?.jobId ?? '' });
      });
      return results;
    },
  });
}
