// Stores that break one promise each: what the checks have to notice.
import type { CommitResult, FireCommit, JobStore, NewJob, RunFinish, RunRecord } from '@sched/core';
import { overriding } from './overriding.ts';

/** The name of a broken promise. */
export type MutantName = keyof typeof MUTANTS;

type Mutant = (store: JobStore) => Partial<JobStore>;

const AN_HOUR_MS = 3_600_000;
/** Commits with fires before the one that is cut in two: others should have begun to work meanwhile. */
const COMMITS_BEFORE_DEATH = 5;
const MOST_ATTEMPTS = 50;

const MUTANTS = {
  /** Compares with what is there, instead of what the fires were worked out from. */
  'commit-without-version': (store) => ({
    commitFires: (commits) => Promise.all(commits.map((commit) => commitAnyhow(store, commit))),
  }),
  /** Moves the job on first, records the fires after that; and dies in between. */
  'advance-before-insert': (store) => {
    let commitsLeft = COMMITS_BEFORE_DEATH;
    return {
      async commitFires(commits) {
        const moved = await store.commitFires(commits.map((commit) => ({ ...commit, fires: [] })));
        if (commits.length > 0 && --commitsLeft === 0) process.kill(process.pid, 'SIGKILL');
        const recorded = await store.commitFires(commits.map(asMoved));
        return moved.map(({ ok }, index) => ({ ok, runs: recorded[index]?.runs ?? [] }));
      },
    };
  },
  /** Takes the word of whoever held the run at some time. */
  'finish-without-token': (store) => ({
    finishRuns: async (finishes) =>
      store.finishRuns(await Promise.all(finishes.map((finish) => newest(store, finish)))),
  }),
  /** Does not count how many runs of a job are running. */
  'claim-without-limit': (store) => ({
    putJobs: (jobs, onConflict) => store.putJobs(jobs.map(unlimited), onConflict),
  }),
  /** Leaves what a dead process held with it. */
  'lease-without-end': (store) => ({
    claimRuns: (request) => store.claimRuns({ ...request, leaseMs: AN_HOUR_MS }),
    heartbeat: (claims) => store.heartbeat(claims, AN_HOUR_MS),
  }),
  /** Gives out the same claim again. */
  'claim-twice': (store) => {
    let earlier: RunRecord[] = [];
    return {
      async claimRuns(request) {
        const claimed = await store.claimRuns(request);
        const again = earlier;
        earlier = claimed.runs;
        return { ...claimed, runs: [...again, ...claimed.runs] };
      },
    };
  },
} satisfies Record<string, Mutant>;

/** The store with one promise broken. */
export function mutatedStore(store: JobStore, name: MutantName): JobStore {
  return overriding(store, MUTANTS[name](store));
}

/** Looks what is there and writes over it: again if that has changed between the two. */
async function commitAnyhow(store: JobStore, commit: FireCommit): Promise<CommitResult> {
  for (let attempt = 1; ; attempt++) {
    const job = await store.getJob(commit.jobId);
    const { version, nextFireAt } = job ?? commit;
    const [result] = await store.commitFires([{ ...commit, version, fromFireAt: nextFireAt ?? commit.fromFireAt }]);
    if (result?.ok || attempt === MOST_ATTEMPTS) return result ?? { ok: false, runs: [] };
  }
}

async function newest(store: JobStore, finish: RunFinish): Promise<RunFinish> {
  const run = await store.getRun(finish.runId);
  return run === null ? finish : { ...finish, token: run.token };
}

function unlimited(job: NewJob): NewJob {
  return { ...job, policies: { ...job.policies, maxInstances: 100 } };
}

/** The commit for a job that has been moved on already. */
function asMoved(commit: FireCommit): FireCommit {
  return { ...commit, version: commit.version + 1, fromFireAt: commit.nextFireAt ?? commit.fromFireAt };
}
