// What shows many jobs at once: statistics and the heat map.
import { Type } from '@sinclair/typebox';
import { SLOT_MS, SLOTS } from '../../figures/census.ts';
import { spreadOf, type Tally } from '../../figures/tally.ts';
import { HttpProblem } from '../../http/problems.ts';
import { firstLine, redactedText } from '../json/run-json.ts';
import { type Context, type Route, route } from '../route.ts';
import { HeatmapSchema, StatisticsSchema } from '../schemas/overview.ts';
import type { RunCounts, Statistics } from '../types.ts';

const FAILING_SHOWN = 10;

const statistics = route({
  ...{ method: 'GET', path: '/statistics', action: 'read', resource: 'statistics', body: Type.Null() },
  summary: 'Figures of a window that ends now',
  query: Type.Object({
    hours: Type.Optional(Type.Integer({ minimum: 1, maximum: 168, description: 'Length of the window. Default: 24.' })),
    buckets: Type.Optional(Type.Integer({ minimum: 1, maximum: 168, description: 'Equal parts of it. Default: 24.' })),
  }),
  answers: { 200: StatisticsSchema },
  async handler(context, { query: { hours = 24, buckets = 24 } }) {
    const [census, tally] = await Promise.all([context.figures.census(), context.figures.tally(hours, buckets)]);
    const state = (name: 'active' | 'paused' | 'finished' | 'broken') => census.states.get(name) ?? 0;
    const jobs = {
      ...{ total: census.jobs, active: state('active'), paused: state('paused') },
      ...{ finished: state('finished'), broken: state('broken') },
    };
    const isComplete = census.isComplete && tally.isComplete;
    return { status: 200, body: { jobs, isComplete, ...runFigures(context, tally) } satisfies Statistics };
  },
});

function runFigures(context: Context, tally: Tally): Omit<Statistics, 'jobs' | 'isComplete'> {
  const { from, until, bucketMs, buckets, failing } = tally;
  const total = new Map<string, number>();
  for (const bucket of buckets) for (const [state, runs] of bucket) total.set(state, (total.get(state) ?? 0) + runs);
  return {
    ...{ at: iso(until), from: iso(from), until: iso(until), bucketMs },
    runs: Object.fromEntries(total) as RunCounts,
    buckets: buckets.map((runs, index) => ({
      at: iso(from + index * bucketMs),
      runs: Object.fromEntries(runs) as RunCounts,
    })),
    lateness: spreadOf(tally.lateMs),
    duration: spreadOf(tally.durationMs),
    failing: [...failing.values()]
      .sort((a, b) => b.count - a.count)
      .slice(0, FAILING_SHOWN)
      .map(({ newest, count }) => ({
        ...{ jobId: newest.jobId, jobStore: newest.jobStore, jobName: newest.jobName, failed: count },
        ...{ lastError: firstLine(redactedText(context, newest, 'error', newest.error)), lastRunId: newest.id },
      })),
  };
}

const heatmap = route({
  ...{ method: 'GET', path: '/heatmap', action: 'read', resource: 'timeline', body: Type.Null() },
  summary: 'Expected fires of the coming seven days, by weekday and hour',
  query: Type.Object({
    timezone: Type.Optional(
      Type.String({ maxLength: 100, description: 'Zone of weekdays and hours. Default: the scheduler’s.' }),
    ),
  }),
  answers: { 200: HeatmapSchema },
  async handler({ scheduler, figures }, { query }) {
    const { timezone = scheduler.configuration.timezone } = query;
    const format = hourFormat(timezone);
    const { at, from, fires, jobs, isComplete } = await figures.census();
    const cells = Array.from({ length: 7 }, () => new Array<number>(24).fill(0));
    for (const [slot, count] of fires.entries()) {
      if (count === 0) continue;
      const { weekday, hour } = placeIn(format, from + slot * SLOT_MS);
      const row = cells[weekday];
      if (row !== undefined) row[hour] = (row[hour] ?? 0) + count;
    }
    const window = { timezone, from: iso(from), until: iso(from + SLOTS * SLOT_MS) };
    return { status: 200, body: { ...window, cells, jobsCounted: jobs, isComplete, at: iso(at) } };
  },
});

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

function hourFormat(timeZone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone, weekday: 'short', hour: '2-digit', hourCycle: 'h23' });
  } catch {
    const expected = 'an IANA zone such as Europe/Berlin';
    throw new HttpProblem('bad-request', `timezone: expected ${expected}`, { field: 'timezone', expected });
  }
}

function placeIn(format: Intl.DateTimeFormat, at: number): { weekday: number; hour: number } {
  const parts = format.formatToParts(at);
  const part = (type: string) => parts.find((each) => each.type === type)?.value ?? '';
  return { weekday: WEEKDAYS.indexOf(part('weekday')), hour: Number(part('hour')) };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

export const OVERVIEW_ROUTES: readonly Route[] = [statistics, heatmap];
