// What can be done with a job besides writing it.
import { Type } from '@sinclair/typebox';
import { jobJson } from '../json/job-json.ts';
import { runJson } from '../json/run-json.ts';
import { IN_STORE, LOCALE, NO_DETAILS } from '../queries.ts';
import { type Route, route } from '../route.ts';
import { BackfilledSchema, BackfillSchema, JobSchema, PauseSchema, RunNowSchema } from '../schemas/job.ts';
import { RunSchema } from '../schemas/run.ts';
import { etagOf, idOf, ifRevision, inStore } from '../with-job.ts';

const QUERY = Type.Object({ ...IN_STORE, ...LOCALE });

const pause = route({
  ...{ method: 'POST', path: '/jobs/:id/pause', action: 'pause', resource: 'job', query: QUERY },
  summary: 'Stops a job from firing until it is resumed',
  body: PauseSchema,
  answers: { 200: JobSchema },
  async handler(context, call) {
    const options = { ...inStore(call.query), ...ifRevision(call), ...call.body };
    const job = await context.scheduler.pauseJob(idOf(call), options);
    return { status: 200, headers: etagOf(job), body: jobJson(context, job, call.locales) };
  },
});

const resume = route({
  ...{ method: 'POST', path: '/jobs/:id/resume', action: 'resume', resource: 'job', query: QUERY },
  summary: 'Lets a job fire again, from now on',
  body: NO_DETAILS,
  answers: { 200: JobSchema },
  async handler(context, call) {
    const job = await context.scheduler.resumeJob(idOf(call), { ...inStore(call.query), ...ifRevision(call) });
    return { status: 200, headers: etagOf(job), body: jobJson(context, job, call.locales) };
  },
});

const run = route({
  ...{ method: 'POST', path: '/jobs/:id/run', action: 'run', resource: 'job', query: Type.Object(IN_STORE) },
  summary: 'Runs a job now, besides what its trigger says',
  body: RunNowSchema,
  answers: { 202: RunSchema },
  async handler(context, call) {
    const added = await context.scheduler.runJob(idOf(call), { ...inStore(call.query), ...call.body });
    return { status: 202, body: runJson(context, added) };
  },
});

const backfill = route({
  ...{ method: 'POST', path: '/jobs/:id/backfill', action: 'backfill', resource: 'job', query: Type.Object(IN_STORE) },
  summary: 'Records runs for fire times of the past',
  body: BackfillSchema,
  answers: { 202: BackfilledSchema },
  async handler({ scheduler }, call) {
    const { runs, next } = await scheduler.backfill(idOf(call), { ...call.body, ...inStore(call.query) });
    return { status: 202, body: { added: runs.length, next: next?.toISOString() ?? null } };
  },
});

export const JOB_ACTION_ROUTES: readonly Route[] = [pause, resume, run, backfill];
