// A scheduler with jobs, and its dashboard on a port of its own, below a prefix.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BackgroundScheduler } from '@sched/background';
import { currentRun, defineTask, type Run, type Scheduler } from '@sched/core';
import { createDashboard } from '../../src/index.ts';
import { toNodeHandler } from '../../src/node.ts';

/** What the site is like. */
export interface SiteOptions {
  /** How many jobs `job-00001` … there are. */
  readonly jobs: number;
  /** Nothing but them. @default the jobs `failing`, `slow` and a hostile one, too */
  readonly isEmpty?: boolean;
  readonly readOnly?: boolean;
}

/** A dashboard that is served. */
export interface Site extends AsyncDisposable {
  readonly url: string;
  readonly scheduler: Scheduler;
  /** Lets the tasks that wait come to their end. */
  release(): void;
  /** Runs the job whose id, arguments, error and log are markup; resolves when it has failed. */
  hostileRun(): Promise<Run>;
  /** Stops answering, and ends all connections. */
  interrupt(): Promise<void>;
  /** Answers again, on the same port. */
  goOn(): Promise<void>;
  close(): Promise<void>;
}

/** Markup that would do something if it were not text. */
export const HOSTILE = '<img src=x onerror="globalThis.wasHacked=1">';

const PREFIX = '/ops/sched';

/** Starts a scheduler and its dashboard. */
export async function startSite(options: SiteOptions): Promise<Site> {
  const waiting = new Set<() => void>();
  const scheduler = new BackgroundScheduler({ timezone: 'UTC', tasks: tasksOf(waiting) });
  await scheduler.start();
  await addJobs(scheduler, options);
  const handler = createDashboard(scheduler, {
    authorize: 'local-only',
    readOnly: options.readOnly ?? false,
    basePath: PREFIX,
  });
  const answer = toNodeHandler(handler);
  let server = createServer(answer);
  await listen(server, 0);
  const { port } = server.address() as AddressInfo;
  const release = () => {
    for (const end of waiting) end();
    waiting.clear();
  };
  const close = async () => {
    release();
    await stop(server);
    await scheduler.shutdown();
  };
  return {
    url: `http://127.0.0.1:${port}${PREFIX}/`,
    scheduler,
    release,
    hostileRun: () => ended(scheduler, HOSTILE),
    interrupt: () => stop(server),
    async goOn() {
      server = createServer(answer);
      await listen(server, port);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function tasksOf(waiting: Set<() => void>) {
  const released = () => new Promise<void>((resolve) => waiting.add(resolve));
  return [
    defineTask('wait', released),
    defineTask('slow', async () => {
      currentRun()?.log('first half');
      currentRun()?.progress(0.5, 'half of it');
      await released();
      currentRun()?.log('second half');
    }),
    defineTask('fail', () => {
      currentRun()?.log('asking the bank');
      throw new Error('the bank does not answer');
    }),
    defineTask('hostile', () => {
      currentRun()?.log(`log ${HOSTILE}`);
      throw new Error(HOSTILE);
    }),
  ];
}

async function addJobs(scheduler: Scheduler, { jobs, isEmpty = false }: SiteOptions): Promise<void> {
  const ids = Array.from({ length: jobs }, (_, at) => `job-${String(at + 1).padStart(5, '0')}`);
  await scheduler.addJobs(ids.map((id) => ({ task: 'wait', trigger: 'interval', hours: 6, id })));
  if (isEmpty) return;
  const rare = { hours: 6 };
  await scheduler.addJob('slow', 'interval', { ...rare, id: 'slow' });
  await scheduler.addJob('fail', 'interval', { ...rare, id: 'failing', retry: { maxAttempts: 2, delay: 0.01 } });
  await scheduler.addJob('hostile', 'interval', {
    ...{ ...rare, id: HOSTILE, name: HOSTILE, tags: [HOSTILE] },
    args: [{ note: HOSTILE }],
  });
}

async function ended(scheduler: Scheduler, id: string): Promise<Run> {
  return await new Promise<Run>((resolve, reject) => {
    const stopListening = scheduler.on('run:failed', ({ run }) => {
      if (run.jobId !== id) return;
      stopListening();
      resolve(run);
    });
    scheduler.runJob(id).catch(reject);
  });
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
}

async function stop(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  if (server.listening) await closed;
}
