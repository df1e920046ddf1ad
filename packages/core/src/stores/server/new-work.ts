// When others will find something to do that they cannot know of yet: what decides whether they are told.
import type { JobRecord } from '../../jobs/records.ts';
import { dueAt } from '../job-decisions.ts';
import type { Changes } from './unit.ts';

/** The earliest instant at which these changes make something due sooner than before; Infinity if they do not. */
export function newWorkAt({ addedJobs, changedJobs, addedRuns, changedRuns }: Changes): number {
  let at = Number.POSITIVE_INFINITY;
  for (const job of addedJobs) at = Math.min(at, firesAt(job));
  for (const { stored, record } of changedJobs)
    if (firesAt(record) < firesAt(stored)) at = Math.min(at, firesAt(record));
  for (const run of addedRuns) if (run.state === 'queued') at = Math.min(at, run.availableAt);
  for (const { record } of changedRuns) if (record.state === 'queued') at = Math.min(at, record.availableAt);
  return at;
}

function firesAt(job: JobRecord): number {
  return job.state === 'active' ? (dueAt(job) ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY;
}
