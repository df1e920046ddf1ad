// The list of jobs by id. Stores have jobs in order of their next fire only, so that no more are sorted than can be read at once.
import type { Job, JobQuery, Scheduler } from '@sched/core';
import { HttpProblem } from '../http/problems.ts';

const MOST = 5000;
const PAGE = 1000;

/** A part of the list. */
export interface JobsById {
  readonly jobs: readonly Job[];
  readonly cursor: string | null;
}

/** The jobs of a filter by id, then by job store. @throws HttpProblem `bad-request` if there are too many to be sorted */
export async function jobsById(
  scheduler: Scheduler,
  filter: Omit<JobQuery, 'limit' | 'cursor'>,
  { limit, cursor }: { readonly limit: number; readonly cursor: string | null },
): Promise<JobsById> {
  const found: Job[] = [];
  let next: string | null = null;
  do {
    const page: Awaited<ReturnType<Scheduler['getJobs']>> = await scheduler.getJobs({
      ...filter,
      limit: PAGE,
      cursor: next,
    });
    found.push(...page);
    next = page.cursor;
  } while (next !== null && found.length < MOST);
  if (next !== null) throw tooMany();
  const sorted = found.map((job) => ({ job, key: JSON.stringify([job.id, job.jobStore]) })).sort(compare);
  const rest = cursor === null ? sorted : sorted.filter(({ key }) => key > cursor);
  const part = rest.slice(0, limit);
  return { jobs: part.map(({ job }) => job), cursor: rest.length > limit ? (part.at(-1)?.key ?? null) : null };
}

function compare(a: { readonly key: string }, b: { readonly key: string }): number {
  return a.key < b.key ? -1 : Number(a.key > b.key);
}

function tooMany(): HttpProblem {
  const detail = `More than ${MOST} jobs are not sorted by id: narrow the list by search, state, task or tag, or leave it by nextRunTime.`;
  return new HttpProblem('bad-request', detail, { field: 'sort', expected: 'nextRunTime' });
}
