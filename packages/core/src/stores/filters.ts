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

/** What a database can be asked beforehand, so that few rows are read in vain. */
export type SearchHint =
  /** Rows whose texts have this in lower case, and rows that are not ASCII: what lower case is then, only we say. */
  | { readonly kind: 'ascii'; readonly needle: string }
  /** Only rows that are not ASCII. */
  | { readonly kind: 'not-ascii' };

/** The hint for a search; null where every row has to be read. */
export function searchHint(search: string): SearchHint | null {
  const needle = search.toLowerCase();
  if (/^[ -~]*$/.test(needle)) return { kind: 'ascii', needle };
  return [...needle].some((char) => char > '\x7f') ? { kind: 'not-ascii' } : null;
}

function contains(text: string, part: string): boolean {
  return text.toLowerCase().includes(part.toLowerCase());
}
