// One process of the program: the app, its server, and a scheduler tied to it.
import cluster from 'node:cluster';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { BackgroundScheduler } from '@sched/background';
import { attachScheduler, schedRouter, schedulerMiddleware } from '@sched/express';
import express from 'express';
import type { Settings } from './arguments.ts';
import { check } from './checks.ts';
import { say, showEvents } from './log.ts';
import { answerError, routes } from './routes.ts';

/** Serves and schedules until it is told to end. */
export async function serve({ port, seconds, jobStore }: Settings): Promise<void> {
  const scheduler = new BackgroundScheduler({
    jobStores: { default: jobStore },
    jobDefaults: { keepRuns: 1000 },
    tasks: [check],
    // Short, so that runs of a killed process are noticed while you watch.
    leaseTime: 5,
    // This program prints what happens itself.
    logger: null,
  });
  showEvents(scheduler);

  const app = express();
  app.use(schedulerMiddleware(scheduler));
  app.use('/sched', schedRouter(scheduler, { authorize: 'local-only' }));
  app.use(express.json(), routes(), answerError);
  const server = app.listen(port, '127.0.0.1');
  const attached = attachScheduler(server, scheduler, { requestTimeout: 5, shutdown: { timeout: 10 } });
  await once(server, 'listening');
  await attached.started;
  // The primary asks replicas to end.
  process.on('message', () => void attached.close());

  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  // Without what stands before the @, which nobody is to see.
  say(
    'start',
    `process ${process.pid} serves ${url}, jobs in ${jobStore.url.replace(/\/\/.*@/, '//')}, dashboard at /sched/`,
  );
  // Every replica declares it at each start; it stays one job.
  await scheduler.addJob(check, 'interval', { id: 'self', seconds: 2, args: [`${url}/health`], replaceExisting: true });

  if (seconds !== null && cluster.isPrimary) setTimeout(() => void attached.close(), seconds * 1000).unref();
  await attached.closed;
  say('stop', 'drained');
  cluster.worker?.disconnect();
}
