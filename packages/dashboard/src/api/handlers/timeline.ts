// The timeline: what ran and what will run in a window, a lane for each job.
import type { Job, Run, Trigger } from '@sched/core';
import { InvalidOptionError } from '@sched/core';
import { Type } from '@sinclair/typebox';
import { runGlance } from '../json/run-json.ts';
import { JOB_FILTER, jobFilter } from '../queries.ts';
import { type Context, type Route, route } from '../route.ts';
import { TimelineSchema } from '../schemas/overview.ts';
import type { Lane } from '../types.ts';

const HOUR_MS = 3_600_000;
const LONGEST_MS = 32 * 24 * HOUR_MS;
const BUCKETS = 120;
const MAX_RUNS = 1000;
/** So many fires of each lane are looked for before more of any: what fires often must not hide what fires seldom. */
const FIRST_FIRES = 24;
/** How long fires are looked for in all; lanes that come after it show how many there are, and not when. */
const BUDGET_MS = 50;

interface Window {
  readonly from: number;
  readonly until: number;
  readonly now: number;
}

const timeline = route({
  ...{ method: 'GET', path: '/timeline', action: 'read', resource: 'timeline', body: Type.Null() },
  summary: 'What ran and what will run in a window of time, a lane for each job',
  query: Type.Object({
    ...JOB_FILTER,
    from: Type.Optional(Type.String({ description: 'Begin of the window. Default: an hour ago.' })),
    until: Type.Optional(
      Type.String({ description: 'End of the window, at most 32 days later. Default: in an hour.' }),
    ),
    lanes: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 200, description: 'At most so many lanes. Default: 50.' }),
    ),
    fires: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 500, description: 'At most so many fires a lane. Default: 100.' }),
    ),
    cursor: Type.Optional(Type.String({ maxLength: 2000, description: 'From the part before this one.' })),
  }),
  answers: { 200: TimelineSchema },
  async handler(context, { query }) {
    const { lanes: limit = 50, fires: most = 100, cursor = null } = query;
    const window = windowOf(query, context.clock.now());
    const filter = jobFilter(query);
    const jobs = await context.scheduler.getJobs({ ...filter, limit, cursor });
    const firing = jobs.filter((job) => isIn(job, window));
    // They come by next fire time: behind the first that lies beyond the window there are none that do not.
    const isLast = jobs.cursor === null || firing.length < jobs.length;
    const { runs, isComplete } = await runsIn(context, window, query.jobStore);
    const isFiltered =
      query.state !== undefined || query.task !== undefined || query.tag !== undefined || query.search !== undefined;
    const lanes = lanesOf(context, {
      window,
      firing,
      jobs,
      runs,
      most,
      withOthers: cursor === null && !isFiltered,
      limit,
    });
    return {
      status: 200,
      body: {
        ...{ from: iso(window.from), until: iso(window.until), now: iso(window.now), lanes },
        ...{ cursor: isLast ? null : jobs.cursor, runsComplete: isComplete, load: loadOf(lanes, window) },
      },
    };
  },
});

export const TIMELINE_ROUTES: readonly Route[] = [timeline];

function windowOf(query: { readonly from?: string; readonly until?: string }, now: number): Window {
  const from = query.from === undefined ? now - HOUR_MS : instantOf('from', query.from);
  const until = query.until === undefined ? Math.max(from, now) + HOUR_MS : instantOf('until', query.until);
  if (until <= from) throw new InvalidOptionError('until', query.until, 'an instant after `from`');
  if (until - from > LONGEST_MS)
    throw new InvalidOptionError('until', query.until, 'an instant at most 32 days after `from`');
  return { from, until, now };
}

function instantOf(field: string, text: string): number {
  const at = Date.parse(text);
  if (Number.isNaN(at))
    throw new InvalidOptionError(field, text, 'an instant in ISO 8601 such as 2026-11-06T16:30:05Z');
  return at;
}

function isIn(job: Job, { until }: Window): boolean {
  return job.nextRunTime !== null && job.nextRunTime.getTime() < until;
}

/** The newest runs in the past part of the window, and those that execute since before it. */
async function runsIn({ scheduler }: Context, { from, until, now }: Window, jobStore: string | undefined) {
  const where = jobStore === undefined ? {} : { jobStore };
  if (from > now) return { runs: [], isComplete: true };
  const [past, running] = await Promise.all([
    scheduler.getRuns({ ...where, from, until, limit: MAX_RUNS }),
    scheduler.getRuns({ ...where, state: 'running', until: from - 1, limit: MAX_RUNS }),
  ]);
  return { runs: [...past, ...running], isComplete: past.cursor === null };
}

interface Parts {
  readonly window: Window;
  readonly firing: readonly Job[];
  readonly jobs: readonly Job[];
  readonly runs: readonly Run[];
  readonly most: number;
  readonly withOthers: boolean;
  readonly limit: number;
}

function lanesOf(context: Context, { window, firing, jobs, runs, most, withOthers, limit }: Parts): Lane[] {
  const runsByJob = new Map<string, Run[]>();
  for (const run of runs) {
    const key = keyOf(run.jobStore, run.jobId);
    runsByJob.set(key, [run, ...(runsByJob.get(key) ?? [])]);
  }
  const endAt = context.clock.monotonic() + BUDGET_MS;
  const isOver = () => context.clock.monotonic() > endAt;
  const shown = jobs.filter((job) => firing.includes(job) || runsByJob.has(keyOf(job.jobStore, job.id)));
  const lanes = shown.map((job): Lane => {
    const key = keyOf(job.jobStore, job.id);
    const own = runsByJob.get(key) ?? [];
    runsByJob.delete(key);
    return {
      ...{ jobId: job.id, jobStore: job.jobStore, jobName: job.name, state: job.state },
      ...firesOf(job, window, Math.min(most, FIRST_FIRES), isOver),
      runs: marks(context, own),
    };
  });
  for (const [at, job] of shown.entries()) addFires(lanes[at], job, { until: window.until, most, isOver });
  if (!withOthers) return lanes;
  for (const own of runsByJob.values()) {
    const [first] = own;
    if (first === undefined || lanes.length >= 2 * limit) break;
    const { jobId, jobStore, jobName } = first;
    lanes.push({ jobId, jobStore, jobName, state: null, fires: [], fireCount: 0, runs: marks(context, own) });
  }
  return lanes;
}

function marks({ clock }: Context, runs: readonly Run[]) {
  return runs.map((run) => runGlance(run, clock.now()));
}

function firesOf(
  job: Job,
  { from, until, now }: Window,
  most: number,
  isOver: () => boolean,
): Pick<Lane, 'fires' | 'fireCount'> {
  const next = job.nextRunTime?.getTime() ?? Number.POSITIVE_INFINITY;
  const begin = Math.max(from, now, next);
  if (begin >= until) return { fires: [], fireCount: 0 };
  try {
    const { trigger } = job;
    // The next run may have been moved by hand, off the trigger's times.
    const isMoved = begin === next && trigger.previous(next) !== next;
    const fires = timesIn(trigger, isMoved ? [next] : [], { after: isMoved ? next : begin - 1, until, most, isOver });
    return { fires: fires.map(iso), fireCount: trigger.count(begin - 1, until - 1) + (isMoved ? 1 : 0) };
  } catch {
    return { fires: [], fireCount: 0 };
  }
}

/** Goes on where the first fires of a lane ended. */
function addFires(lane: Lane | undefined, job: Job, span: Omit<Span, 'after'>): void {
  const last = lane?.fires.at(-1);
  if (lane === undefined || last === undefined || lane.fires.length >= Math.min(lane.fireCount, span.most)) return;
  const more = timesIn(job.trigger, [], { ...span, after: Date.parse(last), most: span.most - lane.fires.length });
  lane.fires.push(...more.map(iso));
}

interface Span {
  readonly after: number;
  readonly until: number;
  readonly most: number;
  readonly isOver: () => boolean;
}

function timesIn(trigger: Trigger, times: number[], { after, until, most, isOver }: Span): number[] {
  let at = isOver() ? null : trigger.next(after);
  while (at !== null && at < until && times.length < most) {
    times.push(at);
    at = isOver() ? null : trigger.next(at);
  }
  return times.slice(0, most);
}

function loadOf(lanes: readonly Lane[], { from, until }: Window) {
  const bucketMs = Math.ceil((until - from) / BUCKETS);
  const counts = new Array<number>(BUCKETS).fill(0);
  const add = (time: string) => {
    const index = Math.floor((Date.parse(time) - from) / bucketMs);
    if (index >= 0 && index < BUCKETS) counts[index] = (counts[index] ?? 0) + 1;
  };
  for (const { fires, runs } of lanes) {
    for (const time of fires) add(time);
    for (const run of runs) add(run.fireTime);
  }
  return { bucketMs, counts };
}

function keyOf(jobStore: string, jobId: string): string {
  return JSON.stringify([jobStore, jobId]);
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
