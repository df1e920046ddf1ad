// What the tests of the API work with: a scheduler on a virtual clock, a dashboard on it, and a way to ask it.
import { currentRun, defineTask, Scheduler, type SchedulerOptions, type Task } from '@sched/core';
import { VirtualClock } from '@sched/core/testing';
import type { Connection } from '../../src/http/gate.ts';
import { createDashboard, type DashboardOptions } from '../../src/index.ts';

const START = Date.UTC(2026, 0, 1);
export const LOCAL: Connection = { remoteAddress: '127.0.0.1' };

const greet: Task<readonly unknown[]> = defineTask('greet', async () => {
  currentRun()?.log('hello');
});
const fail: Task<readonly unknown[]> = defineTask('fail', async () => {
  throw new Error('no luck with password=hunter2 <img src=x onerror=alert(1)>');
});

/** A part of a request. */
export interface Ask {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export async function dashboard(options: Partial<DashboardOptions> = {}, schedulerOptions: SchedulerOptions = {}) {
  const clock = new VirtualClock({ now: START });
  const scheduler = new Scheduler({
    clock,
    logger: { warn: () => {}, error: () => {} },
    tasks: [greet, fail],
    ...schedulerOptions,
  });
  await scheduler.start();
  const handler = createDashboard(scheduler, { authorize: () => true, rateLimit: false, ...options });
  const send = (path: string, { method = 'GET', body, headers = {} }: Ask = {}, connection: Connection = LOCAL) =>
    handler(
      new Request(`http://localhost${path}`, {
        method,
        headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
      connection,
    );
  const api = async (path: string, ask: Ask = {}) => {
    const response = await send(`/api/v1${path}`, ask);
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  };
  return { clock, scheduler, handler, send, api };
}
