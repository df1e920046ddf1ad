// A store whose user falls asleep at the worst moment: between two operations that belong together.
import type { JobStore } from '@sched/core';
import type { Journal } from './journal.ts';
import { overriding } from './overriding.ts';
import type { Stall } from './settings.ts';

/** The store, before one of whose operations the process stops itself, once. Somebody has to send it SIGCONT. */
export function stallingStore(store: JobStore, { before, jobId }: Stall, note: Journal): JobStore {
  let isOver = false;
  const stallAt = (jobIds: readonly string[]) => {
    if (isOver || !jobIds.includes(jobId)) return;
    isOver = true;
    note({ what: 'stalled', pid: process.pid });
    process.kill(process.pid, 'SIGSTOP');
  };
  if (before === 'commitFires') {
    return overriding(store, {
      commitFires(commits) {
        stallAt(commits.map((commit) => commit.jobId));
        return store.commitFires(commits);
      },
    });
  }
  return overriding(store, {
    finishRuns(finishes) {
      stallAt(finishes.map(({ runId }) => runId.slice(0, runId.indexOf('/'))));
      return store.finishRuns(finishes);
    },
  });
}
