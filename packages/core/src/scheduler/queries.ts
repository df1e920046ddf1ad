// Which jobs and which runs a list is to answer: what may be asked, checked, and as the stores take it.
import { InvalidOptionError } from '../errors.ts';
import type { RunQuery } from '../jobs/job.ts';
import { JOB_STATES, type JobState, RUN_STATES } from '../jobs/records.ts';
import type { JobFilter } from '../stores/store.ts';
import { IN_STORE, onlyOptions } from './call-options.ts';
import type { PageQuery } from './job-directory.ts';

/** Which jobs to answer. */
export interface JobQuery extends PageQuery {
  /** Only jobs in this state, or one of these; `broken` ones could not be read or planned, and their note says why. */
  readonly state?: JobState | readonly JobState[];
  /** Only jobs of this task, or of these. */
  readonly task?: string | readonly string[];
  /** Only jobs that carry this tag, or all of these. */
  readonly tags?: string | readonly string[];
  /** Only jobs with this text in their id or name, in any case. */
  readonly search?: string;
}

const JOB_QUERY: readonly string[] = [...IN_STORE, 'limit', 'cursor', 'state', 'task', 'tags', 'search'];
const RUN_QUERY: readonly string[] = [...IN_STORE, 'limit', 'cursor', 'state', 'jobId', 'from', 'until'];

/** @throws InvalidOptionError naming the option of `getJobs()` that is wrong */
export function checkJobQuery(query: JobQuery): void {
  onlyOptions(query, JOB_QUERY);
  onlyWords('state', query.state, JOB_STATES);
  onlyTexts('task', query.task);
  onlyTexts('tags', query.tags);
  if (query.search !== undefined && typeof query.search !== 'string')
    throw new InvalidOptionError('search', query.search, 'a string');
}

/** @throws InvalidOptionError naming the option of `getRuns()` that is wrong */
export function checkRunQuery(query: RunQuery): void {
  onlyOptions(query, RUN_QUERY);
  onlyWords('state', query.state, RUN_STATES);
}

/** The filter of a query, as stores take it. */
export function jobFilter({ state, task, tags, search }: Omit<JobQuery, keyof PageQuery>): JobFilter {
  return {
    ...(state === undefined ? {} : { states: listOf(state) }),
    ...(task === undefined ? {} : { tasks: listOf(task) }),
    ...(tags === undefined ? {} : { tags: listOf(tags) }),
    ...(search === undefined ? {} : { search }),
  };
}

/** @throws InvalidOptionError if it is neither one of these words nor an array of them */
function onlyWords(field: string, words: unknown, known: readonly string[]): void {
  if (words === undefined) return;
  const isKnown = listOf(words).every((word) => typeof word === 'string' && known.includes(word));
  if (!isKnown) throw new InvalidOptionError(field, words, `one of ${known.join(', ')}, or an array of them`);
}

/** @throws InvalidOptionError if it is neither a string nor an array of strings */
function onlyTexts(field: string, texts: unknown): void {
  if (texts === undefined || listOf(texts).every((text) => typeof text === 'string')) return;
  throw new InvalidOptionError(field, texts, 'a string or an array of strings');
}

/** What may be given as one or as an array, as an array. */
export function listOf<Item>(given: Item | readonly Item[]): readonly Item[] {
  return Array.isArray(given) ? given : [given as Item];
}
