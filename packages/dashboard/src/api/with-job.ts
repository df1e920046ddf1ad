// Look-ups for handlers: the job or the run that a route is about, or the answer that there is none.
import { type Job, JobNotFoundError, type Run, RunNotFoundError } from '@sched/core';
import { HttpProblem } from '../http/problems.ts';
import type { Call, Context } from './route.ts';

/** The query of routes about one job. */
export interface InStoreQuery {
  readonly jobStore?: string;
}

/** The store that the request names, as options of the scheduler's calls. */
export function inStore({ jobStore }: InStoreQuery): { readonly jobStore?: string } {
  return jobStore === undefined ? {} : { jobStore };
}

/** The job of the path. @throws JobNotFoundError */
export async function jobOf({ scheduler }: Context, call: Call<InStoreQuery>): Promise<Job> {
  const id = idOf(call);
  const job = await scheduler.getJob(id, inStore(call.query));
  if (job === null) throw new JobNotFoundError(id, call.query.jobStore);
  return job;
}

/** The run of the path. @throws RunNotFoundError */
export async function runOf({ scheduler }: Context, call: Call): Promise<Run> {
  const run = await scheduler.getRun(idOf(call));
  if (run === null) throw new RunNotFoundError(idOf(call));
  return run;
}

export function idOf({ params }: Pick<Call, 'params'>): string {
  return params['id'] ?? '';
}

/** What a change is to rest on, by `If-Match`. @throws HttpProblem `bad-request` for tags that are not ours */
export function ifRevision({ headers }: Pick<Call, 'headers'>): { readonly ifRevision?: string } {
  const tag = headers.get('if-match');
  if (tag === null || tag.trim() === '*') return {};
  const [, revision] = /^\s*"([\w-]+)"\s*$/.exec(tag) ?? [];
  if (revision === undefined)
    throw new HttpProblem('bad-request', 'If-Match: expected one ETag of a job', { field: 'If-Match' });
  return { ifRevision: revision };
}

/** The job's ETag. */
export function etagOf(job: Job): Readonly<Record<string, string>> {
  return { ETag: `"${job.revision}"` };
}
