// The demo: a scheduler with a day behind it, and its dashboard on a port.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BackgroundScheduler } from '@sched/background';
import { MemoryStore, type Scheduler, systemClock } from '@sched/core';
import { VirtualClock } from '@sched/core/testing';
import { createDashboard } from '@sched/dashboard';
import { toNodeHandler } from '@sched/dashboard/node';
import { addJobs } from './jobs.ts';
import { type Pace, tasksAt } from './tasks.ts';

/** How the demo is served. */
export interface DemoOptions {
  /** 0 = any free one. */
  readonly port: number;
  readonly readOnly: boolean;
}

/** A demo that is served. */
export interface Demo {
  readonly url: string;
  readonly scheduler: Scheduler;
  close(): Promise<void>;
}

const SECOND_MS = 1000;
const HOUR_MS = 3600 * SECOND_MS;
const PAST_MS = 26 * HOUR_MS;
/** The scheduler was away for so long, so long ago: some runs were missed, others are made good. */
const AWAY = { agoMs: 7 * HOUR_MS, forMs: 0.5 * HOUR_MS };
/** Long enough for what executes to come to its end. */
const DRAIN_MS = 60 * SECOND_MS;

/** Makes the history, and serves. */
export async function serveDemo({ port, readOnly }: DemoOptions): Promise<Demo> {
  const store = new MemoryStore({ maxHistory: 100_000 });
  await liveThroughADay(store);
  const scheduler = schedulerOn(store, systemClock());
  await scheduler.start();
  const handler = createDashboard(scheduler, { authorize: 'local-only', readOnly, title: 'Northwind jobs' });
  const server = createServer(toNodeHandler(handler));
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    scheduler,
    async close() {
      await stop(server);
      await scheduler.shutdown({ timeout: 1 });
    },
  };
}

/** The scheduler does a day's work in virtual time: the same engine, the same tasks, in seconds. */
async function liveThroughADay(store: MemoryStore): Promise<void> {
  const clock = new VirtualClock({ now: Date.now() - PAST_MS - DRAIN_MS, seed: 7 });
  const scheduler = schedulerOn(store, clock);
  await scheduler.start();
  await addJobs(scheduler);
  await clock.advance(PAST_MS - AWAY.agoMs);
  await scheduler.pause();
  await clock.advance(AWAY.forMs);
  await scheduler.resume();
  await clock.advance(AWAY.agoMs - AWAY.forMs);
  const ended = scheduler.shutdown({ timeout: DRAIN_MS / SECOND_MS });
  await clock.advance(DRAIN_MS);
  await ended;
}

function schedulerOn(store: MemoryStore, clock: Pace): BackgroundScheduler {
  return new BackgroundScheduler({
    timezone: 'Europe/Berlin',
    jobStores: { default: store },
    executors: { default: { type: 'local', maxWorkers: 20 } },
    jobDefaults: { keepRuns: 2000 },
    tasks: tasksAt(clock),
    clock,
    logger: null,
  });
}

async function stop(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
