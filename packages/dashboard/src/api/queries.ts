// Parameters that several routes have.
import { Type } from '@sinclair/typebox';
import { record } from './schemas/common.ts';
import { JobStateSchema } from './schemas/job.ts';
import { RunStateSchema } from './schemas/run.ts';

export const NO_QUERY = Type.Object({});

/** The body of an action that needs none. */
export const NO_DETAILS = record({}, 'Nothing to say.');

export const IN_STORE = {
  jobStore: Type.Optional(Type.String({ description: 'Alias of the job store that is meant.' })),
};

export const LOCALE = {
  locale: Type.Optional(
    Type.String({
      maxLength: 100,
      description: 'Language of the words: `de`. Default: what Accept-Language asks for.',
    }),
  ),
};

export const JOB_FILTER = {
  ...IN_STORE,
  state: Type.Optional(Type.Array(JobStateSchema, { description: 'Only jobs in one of these states.' })),
  task: Type.Optional(Type.Array(Type.String(), { maxItems: 100, description: 'Only jobs of one of these tasks.' })),
  tag: Type.Optional(
    Type.Array(Type.String(), { maxItems: 100, description: 'Only jobs that carry all of these tags.' }),
  ),
  search: Type.Optional(
    Type.String({ maxLength: 255, description: 'Only jobs with this text in id or name, in any case.' }),
  ),
};

export const RUN_FILTER = {
  ...IN_STORE,
  jobId: Type.Optional(Type.String({ description: 'Only runs of this job.' })),
  state: Type.Optional(Type.Array(RunStateSchema, { description: 'Only runs in one of these states.' })),
  from: Type.Optional(Type.String({ description: 'First fire time, inclusive.' })),
  until: Type.Optional(Type.String({ description: 'Last fire time, inclusive.' })),
};

export const PAGE = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, description: 'At most so many. Default: 50.' })),
  cursor: Type.Optional(Type.String({ maxLength: 2000, description: 'From the part of the list before this one.' })),
};

export const DEFAULT_PAGE = 50;

interface JobFilterQuery {
  readonly jobStore?: string;
  readonly state?: readonly ('pending' | 'active' | 'paused' | 'finished' | 'broken')[];
  readonly task?: readonly string[];
  readonly tag?: readonly string[];
  readonly search?: string;
}

/** The filter as the scheduler takes it. Pending jobs are in no store, and all there is before the start. */
export function jobFilter({ jobStore, state, task, tag, search }: JobFilterQuery) {
  const states = state?.filter((word) => word !== 'pending');
  return {
    ...(jobStore === undefined ? {} : { jobStore }),
    ...(states === undefined || states.length === 0 ? {} : { state: states }),
    ...(task === undefined ? {} : { task }),
    ...(tag === undefined ? {} : { tags: tag }),
    ...(search === undefined || search === '' ? {} : { search }),
  };
}
