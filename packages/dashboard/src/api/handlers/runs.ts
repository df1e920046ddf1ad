// Runs: the list, one of them, cancelling and trying again.
import { Type } from '@sinclair/typebox';
import { HttpProblem } from '../../http/problems.ts';
import { runDetail, runJson } from '../json/run-json.ts';
import { DEFAULT_PAGE, NO_DETAILS, NO_QUERY, PAGE, RUN_FILTER } from '../queries.ts';
import { type Route, route } from '../route.ts';
import { RunDetailSchema, RunListSchema } from '../schemas/run.ts';
import { idOf, runOf } from '../with-job.ts';

const list = route({
  ...{ method: 'GET', path: '/runs', action: 'read', resource: 'runs', body: Type.Null() },
  summary: 'Runs, newest fire time first, filtered, a part at a time',
  query: Type.Object({ ...RUN_FILTER, ...PAGE }),
  answers: { 200: RunListSchema },
  async handler(context, { query }) {
    const { limit = DEFAULT_PAGE, cursor = null, ...filter } = query;
    const runs = await context.scheduler.getRuns({ ...filter, limit, cursor });
    return { status: 200, body: { items: runs.map((run) => runJson(context, run)), cursor: runs.cursor } };
  },
});

const get = route({
  ...{ method: 'GET', path: '/runs/:id', action: 'read', resource: 'run', query: NO_QUERY, body: Type.Null() },
  summary: 'A run with its attempts, its error and its log',
  answers: { 200: RunDetailSchema },
  async handler(context, call) {
    return { status: 200, body: runDetail(context, await runOf(context, call)) };
  },
});

const cancel = route({
  ...{ method: 'POST', path: '/runs/:id/cancel', action: 'cancel', resource: 'run', query: NO_QUERY },
  summary: 'Cancels a run that waits, and asks one that executes to end',
  body: NO_DETAILS,
  answers: { 200: RunDetailSchema },
  async handler(context, call) {
    const run = await runOf(context, call);
    if (run.outcome !== null) throw new HttpProblem('not-possible', `The run has ended: ${run.outcome}.`);
    await context.scheduler.cancelRun(run.id);
    return { status: 200, body: runDetail(context, await runOf(context, call)) };
  },
});

const retry = route({
  ...{ method: 'POST', path: '/runs/:id/retry', action: 'retry', resource: 'run', query: NO_QUERY },
  summary: 'Tries a run again that ended badly, as a new attempt of it',
  body: NO_DETAILS,
  answers: { 202: RunDetailSchema },
  async handler(context, call) {
    const { canRetry, state } = runDetail(context, await runOf(context, call));
    if (!canRetry) throw new HttpProblem('not-possible', `A run that is ${state} is not tried again.`);
    await context.scheduler.retryRun(idOf(call));
    return { status: 202, body: runDetail(context, await runOf(context, call)) };
  },
});

export const RUN_ROUTES: readonly Route[] = [list, get, cancel, retry];
