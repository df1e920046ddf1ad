// Jobs: the list, one of them, and writing them.
import type { Job, JobChanges, Scheduler } from '@sched/core';
import { DateTrigger, triggerFromJson } from '@sched/core';
import { Type } from '@sinclair/typebox';
import { HttpProblem } from '../../http/problems.ts';
import { jobsById } from '../jobs-by-id.ts';
import { jobGlance, jobJson } from '../json/job-json.ts';
import { holdsRedacted, REDACTED } from '../json/redact.ts';
import { fromJson, ValueFault } from '../json/values.ts';
import { DEFAULT_PAGE, IN_STORE, JOB_FILTER, jobFilter, LOCALE, PAGE } from '../queries.ts';
import { type Route, route } from '../route.ts';
import { words } from '../schemas/common.ts';
import { JobListSchema, JobPatchSchema, JobPostSchema, JobPutSchema, JobSchema } from '../schemas/job.ts';
import type { JobPatch, JobPut } from '../types.ts';
import { etagOf, idOf, ifRevision, inStore, jobOf } from '../with-job.ts';

const list = route({
  ...{ method: 'GET', path: '/jobs', action: 'read', resource: 'jobs', body: Type.Null() },
  summary: 'Jobs by next run time, filtered, a part at a time',
  query: Type.Object({
    ...JOB_FILTER,
    ...PAGE,
    ...LOCALE,
    sort: Type.Optional(
      words(
        ['nextRunTime', 'id'],
        'Order of the list. By id at most 5,000 jobs are sorted. Default: nextRunTime; jobs that do not fire come last.',
      ),
    ),
    recent: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 20,
        description: 'How many of the last runs of each job to show. Default: 0.',
      }),
    ),
  }),
  answers: { 200: JobListSchema },
  async handler(context, { query, locales }) {
    const { limit = DEFAULT_PAGE, cursor = null, recent = 0, sort } = query;
    const { scheduler } = context;
    const found = sort === 'id' ? await jobsById(scheduler, jobFilter(query), { limit, cursor }) : null;
    const listed = found === null ? await scheduler.getJobs({ ...jobFilter(query), limit, cursor }) : null;
    const jobs = found?.jobs ?? listed ?? [];
    const items = await Promise.all(
      jobs.map(async (job) => {
        const runs = recent === 0 || job.pending ? undefined : await job.runs({ limit: recent });
        return jobGlance(context, job, locales, runs);
      }),
    );
    return { status: 200, body: { items, cursor: found?.cursor ?? listed?.cursor ?? null } };
  },
});

const get = route({
  ...{ method: 'GET', path: '/jobs/:id', action: 'read', resource: 'job', body: Type.Null() },
  summary: 'A job',
  query: Type.Object({ ...IN_STORE, ...LOCALE }),
  answers: { 200: JobSchema },
  async handler(context, call) {
    const job = await jobOf(context, call);
    const headers = etagOf(job);
    return call.headers.get('if-none-match') === headers['ETag']
      ? { status: 304, headers }
      : { status: 200, headers, body: jobJson(context, job, call.locales) };
  },
});

const post = route({
  ...{ method: 'POST', path: '/jobs', action: 'create', resource: 'jobs' },
  summary: 'Adds a job',
  query: Type.Object(LOCALE),
  body: JobPostSchema,
  answers: { 201: JobSchema },
  async handler(context, { body, locales }) {
    const { id, jobStore, ...written } = body;
    const job = await addJob(context.scheduler, written, {
      ...(id === undefined ? {} : { id }),
      ...(jobStore === undefined ? {} : { jobStore }),
    });
    const headers = { ...etagOf(job), Location: `jobs/${encodeURIComponent(job.id)}` };
    return { status: 201, headers, body: jobJson(context, job, locales) };
  },
});

const put = route({
  ...{ method: 'PUT', path: '/jobs/:id', action: 'change', resource: 'job' },
  summary:
    'Makes a job be as it is written here, whether it is there already or not; what did not change keeps its next run time, its pause and its history',
  query: Type.Object({ ...IN_STORE, ...LOCALE }),
  body: JobPutSchema,
  answers: { 200: JobSchema, 201: JobSchema },
  async handler(context, call) {
    const id = idOf(call);
    const before = await context.scheduler.getJob(id, inStore(call.query));
    if (before === null && !(await call.may('create'))) throw new HttpProblem('not-allowed', 'You may not add jobs.');
    checkPreconditions(before, call.headers);
    const jobStore = call.query.jobStore ?? before?.jobStore;
    const job = await addJob(context.scheduler, call.body, {
      id,
      replaceExisting: before !== null,
      ...(jobStore === undefined ? {} : { jobStore }),
    });
    return { status: before === null ? 201 : 200, headers: etagOf(job), body: jobJson(context, job, call.locales) };
  },
});

const patch = route({
  ...{ method: 'PATCH', path: '/jobs/:id', action: 'change', resource: 'job' },
  summary: 'Changes a job; what is left out stays as it is',
  query: Type.Object({ ...IN_STORE, ...LOCALE }),
  body: JobPatchSchema,
  answers: { 200: JobSchema },
  async handler(context, call) {
    const options = { ...inStore(call.query), ...ifRevision(call) };
    const job = await context.scheduler.modifyJob(idOf(call), changesOf(call.body), options);
    return { status: 200, headers: etagOf(job), body: jobJson(context, job, call.locales) };
  },
});

const remove = route({
  ...{ method: 'DELETE', path: '/jobs/:id', action: 'remove', resource: 'job', body: Type.Null() },
  summary: 'Removes a job; runs of it that wait are cancelled, runs that execute go on',
  query: Type.Object(IN_STORE),
  answers: { 204: null },
  async handler({ scheduler }, call) {
    await scheduler.removeJob(idOf(call), { ...inStore(call.query), ...ifRevision(call) });
    return { status: 204 };
  },
});

export const JOB_ROUTES: readonly Route[] = [list, get, post, put, patch, remove];

/** @throws HttpProblem `precondition-failed` */
function checkPreconditions(before: Job | null, headers: Headers): void {
  if (headers.get('if-none-match')?.trim() === '*' && before !== null)
    throw new HttpProblem('precondition-failed', 'There is a job with this id already.');
  if (headers.has('if-match') && before === null) throw new HttpProblem('precondition-failed', 'There is no such job.');
  const { ifRevision: wanted } = ifRevision({ headers });
  if (wanted !== undefined && wanted !== before?.revision)
    throw new HttpProblem('precondition-failed', 'Somebody else changed the job: get it again.');
}

interface Target {
  readonly id?: string;
  readonly jobStore?: string;
  readonly replaceExisting?: boolean;
}

/** Adds a job as it was written. */
function addJob(scheduler: Scheduler, { task, trigger, ...written }: JobPut, target: Target): Promise<Job> {
  const { trigger: _, ...changes } = changesOf(written);
  const when = trigger === undefined ? new DateTrigger({ runDate: scheduler.clock.now() }) : triggerFromJson(trigger);
  return scheduler.addJob<readonly unknown[]>(task, when, { ...changes, ...target, args: changes.args ?? [] });
}

/** What was written, as the scheduler takes it. @throws HttpProblem `invalid-body` */
function changesOf({ args, policies, trigger, ...fields }: JobPatch): JobChanges {
  return {
    ...(policies as JobChanges),
    ...fields,
    ...(args === undefined ? {} : { args: readArgs(args) }),
    ...(trigger === undefined ? {} : { trigger: triggerFromJson(trigger) }),
  };
}

/** @throws HttpProblem `invalid-body`: what was hidden from the viewer must not become what the job is run with */
function readArgs(args: readonly unknown[]): readonly unknown[] {
  if (holdsRedacted(args))
    throw new HttpProblem(
      'invalid-body',
      `args: something was hidden as ${REDACTED}: write what it should be, or leave args out`,
      {
        field: 'args',
        expected: `arguments without ${REDACTED}`,
      },
    );
  try {
    return args.map((item, index) => fromJson(item, `args[${index}]`));
  } catch (thrown) {
    if (!(thrown instanceof ValueFault)) throw thrown;
    throw new HttpProblem('invalid-body', thrown.message, { field: thrown.field, expected: thrown.expected });
  }
}
