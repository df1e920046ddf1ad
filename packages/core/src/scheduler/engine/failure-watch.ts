// Pauses jobs that fail run after run, where their policy `pauseOnFailure` says so.
import type { JobRecord, RunRecord } from '../../jobs/records.ts';
import { storable } from '../../jobs/task.ts';
import type { JobPatch } from '../../stores/store.ts';
import type { EventHub } from '../events.ts';
import type { StoreLink } from './store-link.ts';

/** How often a count is tried that meets another change of the job. */
const MAX_TRIES = 10;

/** Counts the failures of jobs in a row, on their rows: any process may have seen the one before. */
export class FailureWatch {
  readonly #link: StoreLink;
  readonly #events: EventHub;

  constructor(link: StoreLink, events: EventHub) {
    this.#link = link;
    this.#events = events;
  }

  /** Takes note of how these runs are now; those that count for nothing cost nothing. A store that fails loses a count, no more. */
  async noteAll(runs: readonly (RunRecord | null)[]): Promise<void> {
    for (const run of runs)
      if (run !== null && countsFor(run)) await this.#link.guard(() => this.#note(run), undefined);
  }

  async #note(run: RunRecord): Promise<void> {
    const { store, alias } = this.#link;
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const job = await store.getJob(run.jobId);
      const patch = job === null ? null : patchAfter(job, run);
      if (job === null || patch === null) return;
      const changed = await store.updateJob(job.id, job.version, patch);
      if (changed === null) continue;
      if (changed.state === 'paused')
        this.#events.emit('job:paused', { jobId: job.id, jobStore: alias, reason: changed.note });
      return;
    }
  }
}

function countsFor({ policies, state }: RunRecord): boolean {
  return policies.pauseOnFailure !== null && (state === 'succeeded' || isBad(state));
}

function isBad(state: RunRecord['state']): boolean {
  return state === 'failed' || state === 'timed-out' || state === 'lost';
}

/** What a run that ended changes about its job; null if nothing. */
function patchAfter(job: JobRecord, run: RunRecord): JobPatch | null {
  const { pauseOnFailure } = job.policies;
  if (job.generation !== run.generation || pauseOnFailure === null || job.state === 'paused') return null;
  if (!isBad(run.state)) return job.failures === 0 ? null : { failures: 0 };
  const failures = job.failures + 1;
  if (failures < pauseOnFailure || job.state !== 'active') return { failures };
  const times = failures === 1 ? 'a run that ended badly' : `${failures} runs in a row that ended badly`;
  const [cause = ''] = (run.error ?? '').split('\n');
  const last = cause === '' ? run.state : `${run.state}: ${cause.slice(0, 300)}`;
  return { failures, state: 'paused', note: storable(`paused after ${times}; the last one ${last}`) };
}
