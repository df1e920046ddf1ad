// What the page asks its server, and how long the answers take.
import type { DashboardHandler } from '@sched/dashboard';
import type { Size } from './seed.ts';

/** A question, the first of a page of its own where it says `next`. */
export interface Call {
  readonly name: string;
  readonly path: string;
  /** Asks for the part of the list behind this one. */
  readonly next?: boolean;
  /** Posted, if there is one. */
  readonly body?: unknown;
}

const ORIGIN = 'http://localhost';
const TIMES = 25;
/** What is slow is not asked as often. */
const LONGEST_MS = 3000;
const HOUR_MS = 3_600_000;

/** Every call of the page. */
export function callsOf({ jobs, runs }: Size): readonly Call[] {
  const job = encodeURIComponent(`customer-${Math.floor(jobs / 2)}/report`);
  const list = 'jobs?limit=100&recent=12';
  const around = (aheadMs: number, more = '') => {
    const [from, until] = [-aheadMs / 2, aheadMs].map((ms) => new Date(Date.now() + ms).toISOString());
    return `timeline?from=${from}&until=${until}&lanes=60&fires=200${more}`;
  };
  return [
    { name: 'timeline, an hour', path: around(HOUR_MS) },
    { name: 'timeline, a day', path: around(24 * HOUR_MS) },
    { name: 'timeline, a week', path: around(7 * 24 * HOUR_MS) },
    { name: 'timeline, one job', path: around(24 * HOUR_MS, `&search=customer-${jobs - 1}`) },
    { name: 'statistics', path: 'statistics' },
    { name: 'heat map', path: 'heatmap' },
    { name: 'jobs', path: list },
    { name: 'jobs, the next part', path: list, next: true },
    { name: 'jobs, searched: one', path: `${list}&search=customer-${jobs - 1}` },
    { name: 'jobs, searched: none', path: `${list}&search=nowhere` },
    { name: 'jobs, searched: all', path: `${list}&search=report` },
    { name: 'jobs, paused', path: `${list}&state=paused` },
    { name: 'jobs, broken (none)', path: `${list}&state=broken` },
    { name: 'jobs, of a task', path: `${list}&task=task-3` },
    { name: 'jobs, tagged', path: `${list}&tag=nightly` },
    { name: 'job', path: `jobs/${job}` },
    { name: 'job, next fires', path: `jobs/${job}/fire-times?count=20` },
    { name: 'job, history', path: `runs?jobId=${job}&limit=25` },
    { name: 'preview', path: 'preview', body: { trigger: { kind: 'cron', options: { crontab: '0 9 * * 1-5' } } } },
    { name: 'runs', path: 'runs?limit=100' },
    { name: 'runs, the next part', path: 'runs?limit=100', next: true },
    { name: 'runs that went wrong', path: 'runs?limit=100&state=failed&state=timed-out&state=lost&state=missed' },
    { name: 'runs, lost (five)', path: 'runs?limit=100&state=lost' },
    { name: 'runs, skipped (none)', path: 'runs?limit=100&state=skipped&state=cancelled' },
    { name: 'runs, running and queued', path: 'runs?limit=100&state=running&state=queued' },
    { name: 'run', path: `runs/run-${Math.floor(runs / 2)}` },
    ...['health', 'stores', 'executors', 'processes', 'tasks', 'session', 'metrics'].map((path) => ({
      name: path,
      path,
    })),
  ];
}

/** How long each of several answers took, in milliseconds. @throws Error if an answer is none */
export async function timesOf(handler: DashboardHandler, { path, next = false, body }: Call): Promise<number[]> {
  let address = `${ORIGIN}/api/v1/${path}`;
  if (next) address += `&cursor=${encodeURIComponent(String(JSON.parse(await ask(handler, address)).cursor))}`;
  const times: number[] = [];
  const firstAt = performance.now();
  while (times.length < TIMES && performance.now() - firstAt < LONGEST_MS) {
    const begunAt = performance.now();
    await ask(handler, address, body);
    times.push(performance.now() - begunAt);
  }
  return times;
}

async function ask(handler: DashboardHandler, address: string, body?: unknown): Promise<string> {
  const post = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
  const response = await handler(new Request(address, body === undefined ? {} : post));
  const text = await response.text();
  if (!response.ok) throw new Error(`${address}: ${response.status} ${text}`);
  return text;
}
