// Which jobs and runs a list is about.
import type { NewJob, RunRecord } from '../jobs/records.ts';
import type { JobFilter, RunFilter } from './store.ts';

/** Whether the job is one of those asked for. */
export function jobMatches(job: NewJob, filter: JobFilter): boolean {
  const { states, tasks, tags, search } = filter;
  return (
    (states === undefined || states.includes(job.state)) &&
    (tasks === undefined || tasks.includes(job.task)) &&
    (tags === undefined || tags.every((tag) => job.tags.includes(tag))) &&
    (search === undefined || contains(job.id, search) || contains(job.name, search))
  );
}

/** Whether the run is one of those asked for. */
export function runMatches(run: RunRecord, filter: RunFilter): boolean {
  const { jobId, states, from, until } = filter;
  return (
    (jobId === undefined || run.jobId === jobId) &&
    (states === undefined || states.includes(run.state)) &&
    (from === undefined || run.fireAt >= from) &&
    (until === undefined || run.fireAt <= until)
  );
}

function contains(text: string, part: string): boolean {
  return text.toLowerCase().includes(part.toLowerCase());
}
