// The routes: what is watched, add, check now, history.
import { CronTrigger, IntervalTrigger, type Job, type Run, SchedError, type Trigger } from '@sched/core';
import express, { type ErrorRequestHandler, type Router } from 'express';
import { check } from './checks.ts';

/** The routes, over the scheduler that is on each request. */
export function routes(): Router {
  const router = express.Router();
  router.get('/', (_req, res) => {
    res.type('text').send('Watching addresses. Look at /checks, /health and the dashboard at /sched/.\n');
  });
  router.get('/health', (req, res) => {
    const health = req.scheduler.health();
    res.status(health.status === 'ok' ? 200 : 503).json({ ...health, pid: process.pid });
  });
  router.get('/checks', async (req, res) => {
    res.json((await req.scheduler.getJobs()).map(shownCheck));
  });
  router.put('/checks/:id', async (req, res) => {
    const { url, trigger } = readCheck(req.body);
    const { id } = req.params;
    const job = await req.scheduler.addJob(check, trigger, { id, args: [url], timeout: 5, replaceExisting: true });
    res.json(shownCheck(job));
  });
  router.delete('/checks/:id', async (req, res) => {
    await req.scheduler.removeJob(req.params.id);
    res.status(204).end();
  });
  router.post('/checks/:id/run', async (req, res) => {
    res.status(202).json(shownRun(await req.scheduler.runJob(req.params.id)));
  });
  router.get('/checks/:id/runs', async (req, res) => {
    res.json((await req.scheduler.getRuns({ jobId: req.params.id, limit: 20 })).map(shownRun));
  });
  return router;
}

/** Answers errors: the caller's with what is wrong, all others with 500. */
export const answerError: ErrorRequestHandler = (error, _req, res, next) => {
  if (res.headersSent) return next(error);
  res.status(statusOf(error)).json({ error: error instanceof Error ? error.message : String(error) });
};

function statusOf(error: unknown): number {
  if (error instanceof BadRequest) return 400;
  if (error instanceof SchedError && error.code.startsWith('invalid-')) return 400;
  if (error instanceof SchedError && error.code === 'job-not-found') return 404;
  // express.json() says what is wrong with a body by a status.
  return error instanceof Error && 'status' in error && typeof error.status === 'number' ? error.status : 500;
}

class BadRequest extends Error {}

/** What a body asks to watch: `url`, and either `seconds` or `crontab`. */
function readCheck(body: unknown): { readonly url: string; readonly trigger: Trigger } {
  const { url, seconds, crontab } = (body ?? {}) as { readonly [field: string]: unknown };
  if (typeof url !== 'string' || !URL.canParse(url) || !/^https?:/.test(url))
    throw new BadRequest('url: expected an address such as http://127.0.0.1:3000/');
  if (typeof crontab === 'string') return { url, trigger: CronTrigger.fromCrontab(crontab) };
  if (typeof seconds !== 'number') throw new BadRequest('seconds: expected a number, or a crontab in its place');
  return { url, trigger: new IntervalTrigger({ seconds }) };
}

function shownCheck(job: Job) {
  const { id, state, nextRunTime, lastRunTime } = job;
  return { id, url: job.args[0], when: `${job.trigger}`, state, nextRunTime, lastRunTime };
}

function shownRun({ id, state, reason, fireTime, startedAt, finishedAt, error }: Run) {
  return { id, state, reason, fireTime, startedAt, finishedAt, error: error?.split('\n', 1)[0] ?? null };
}
