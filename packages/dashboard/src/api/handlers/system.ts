// The parts of the system: session, health, stores, executors, processes, tasks, live events, metrics.
import type { Health, Scheduler } from '@sched/core';
import { Type } from '@sinclair/typebox';
import { HttpProblem } from '../../http/problems.ts';
import { metricsText } from '../metrics.ts';
import { NO_QUERY } from '../queries.ts';
import { type Context, type Route, route } from '../route.ts';
import { TaskListSchema } from '../schemas/job.ts';
import {
  ExecutorListSchema,
  HealthSchema,
  ProcessListSchema,
  SessionSchema,
  StoreListSchema,
} from '../schemas/system.ts';
import type { Action, Executor, Store } from '../types.ts';
import { VERSION } from '../version.ts';

const ACTIONS: readonly Action[] = [
  ...(['read', 'create', 'change', 'remove', 'pause'] as const),
  ...(['resume', 'run', 'backfill', 'cancel', 'retry'] as const),
];

const READ = { method: 'GET', action: 'read', resource: 'system', query: NO_QUERY, body: Type.Null() } as const;

const session = route({
  ...{ ...READ, path: '/session', resource: 'session' },
  summary: 'Who is looking, and what they may do',
  answers: { 200: SessionSchema },
  async handler({ scheduler, clock, readOnly, title }, { user, may }) {
    const allowed: Action[] = [];
    for (const action of ACTIONS) if (await may(action)) allowed.push(action);
    return {
      status: 200,
      body: {
        ...{ user, readOnly, allowed, title, version: VERSION, timezone: scheduler.configuration.timezone },
        ...{ now: new Date(clock.now()).toISOString(), schedulerId: scheduler.health().schedulerId },
      },
    };
  },
});

const health = route({
  ...{ ...READ, path: '/health' },
  summary: 'How the scheduler is',
  answers: { 200: HealthSchema, 503: HealthSchema },
  handler(context) {
    const { status, state, schedulerId, lastTickAgeMs, lagMs, running, unknownTasks } = context.scheduler.health();
    const all = context.scheduler.health();
    const parts = { stores: storesOf(context, all), executors: executorsOf(all), unknownTasks };
    return {
      status: status === 'ok' ? 200 : 503,
      body: { status, state, schedulerId, lastTickAgeMs, lagMs, running, ...parts },
    };
  },
});

const stores = route({
  ...{ ...READ, path: '/stores' },
  summary: 'The job stores',
  answers: { 200: StoreListSchema },
  handler: (context) => ({ status: 200, body: { items: storesOf(context, context.scheduler.health()) } }),
});

const executors = route({
  ...{ ...READ, path: '/executors' },
  summary: 'The executors',
  answers: { 200: ExecutorListSchema },
  handler: ({ scheduler }) => ({ status: 200, body: { items: executorsOf(scheduler.health()) } }),
});

const processes = route({
  ...{ ...READ, path: '/processes' },
  summary: 'The processes seen on the job stores',
  answers: { 200: ProcessListSchema },
  async handler({ scheduler }) {
    const found = await scheduler.getProcesses();
    const items = found.map(({ startedAt, seenAt, ...process }) => ({
      ...process,
      ...{ startedAt: startedAt.toISOString(), seenAt: seenAt.toISOString() },
    }));
    return { status: 200, body: { items } };
  },
});

const tasks = route({
  ...{ ...READ, path: '/tasks' },
  summary: 'The tasks known here, and those that are waited for',
  answers: { 200: TaskListSchema },
  handler: ({ scheduler }) => ({ status: 200, body: { items: tasksOf(scheduler) } }),
});

const events = route({
  ...{ ...READ, path: '/events', resource: 'events' },
  summary: 'Live events; a stream that goes on after the Last-Event-ID',
  answers: { 200: 'text/event-stream' },
  handler({ live }, { headers, signal }) {
    if (!live.hasRoom)
      throw new HttpProblem('too-many-requests', 'Too many viewers at a time.', { headers: { 'Retry-After': '30' } });
    return {
      status: 200,
      type: 'text/event-stream; charset=utf-8',
      // A proxy that collects an answer before it passes it on would let nothing through.
      headers: { 'X-Accel-Buffering': 'no' },
      body: live.stream(headers.get('last-event-id'), signal),
    };
  },
});

const metrics = route({
  ...{ ...READ, path: '/metrics', resource: 'metrics' },
  summary: 'Metrics for Prometheus',
  answers: { 200: 'text/plain' },
  async handler(context) {
    return { status: 200, type: 'text/plain; version=0.0.4; charset=utf-8', body: await metricsText(context) };
  },
});

export const SYSTEM_ROUTES: readonly Route[] = [
  ...[session, health, stores, executors, processes, tasks, events, metrics],
];

function storesOf({ redact }: Context, { jobStores }: Health): Store[] {
  return Object.entries(jobStores).map(([alias, { type, durable, status, error, since, clockSkewMs }]) => ({
    ...{ alias, type, durable, status, clockSkewMs },
    error: error === null ? null : String(redact(error, { kind: 'error' })),
    since: since?.toISOString() ?? null,
  }));
}

function executorsOf({ executors: found }: Health): Executor[] {
  return Object.entries(found).map(([alias, { type, free }]) => ({
    ...{ alias, type },
    free: Number.isFinite(free) ? free : null,
  }));
}

function tasksOf(scheduler: Scheduler) {
  const { unknownTasks } = scheduler.health();
  const known = scheduler.getTasks().map((name) => ({ name, known: true, waiting: 0 }));
  return [...known, ...Object.entries(unknownTasks).map(([name, waiting]) => ({ name, known: false, waiting }))];
}
