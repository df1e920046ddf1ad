// What shows many jobs at once: timeline, heat map and statistics.
import { Type } from '@sinclair/typebox';
import { count, instant, NextCursor, orNull, record } from './common.ts';
import { JobStateSchema } from './job.ts';
import { RunGlanceSchema, type RunStateSchema } from './run.ts';

/** The fires and runs of one job in a window. */
export const LaneSchema = record(
  {
    jobId: Type.String(),
    jobStore: Type.String(),
    jobName: Type.String(),
    state: orNull(JobStateSchema, 'Null for a job that is gone and left only runs.'),
    fires: Type.Array(instant('A fire time.'), {
      description: 'Expected fires in the part of the window that is to come, at most `fires` of them.',
    }),
    fireCount: count('How many fires there are in that part in all.'),
    runs: Type.Array(RunGlanceSchema, {
      description: 'Runs in the part that is past and those that execute, oldest first.',
    }),
  },
  'One job in the window.',
  'Lane',
);

/** What happens in a window of time. */
export const TimelineSchema = record(
  {
    from: instant('Begin of the window, inclusive.'),
    until: instant('End of the window, exclusive.'),
    now: instant('Where past and future meet, by the clock of the scheduler.'),
    lanes: Type.Array(LaneSchema, {
      description: 'One for each job: those that fire soonest first, then those that have only runs in the window.',
    }),
    cursor: NextCursor,
    runsComplete: Type.Boolean({
      description: 'False if there were more runs in the window than one answer may hold; the newest are there.',
    }),
    load: record(
      {
        bucketMs: Type.Integer({ description: 'Width of a bucket, in milliseconds.' }),
        counts: Type.Array(Type.Integer(), {
          description: 'Runs (past) and expected fires (to come) of these lanes in each bucket from `from` on.',
        }),
      },
      'How much coincides.',
    ),
  },
  'What ran and what will run.',
  'Timeline',
);

/** Expected fires by weekday and hour. */
export const HeatmapSchema = record(
  {
    timezone: Type.String({ description: 'Zone of weekdays and hours.' }),
    from: instant('Begin of the seven days it stands for.'),
    until: instant('Their end.'),
    cells: Type.Array(Type.Array(Type.Integer(), { minItems: 24, maxItems: 24 }), {
      minItems: 7,
      maxItems: 7,
      description: 'Expected fires: 7 rows from Monday, 24 hours each.',
    }),
    jobsCounted: count('How many jobs are in it so far.'),
    isComplete: Type.Boolean({
      description: 'False while it is being worked out, and when there are more jobs than are counted: ask again.',
    }),
    at: instant('When it was worked out.'),
  },
  'Expected fires of the coming seven days.',
  'Heatmap',
);

const Spread = record(
  {
    runs: count('How many runs it is taken from.'),
    medianMs: orNull(Type.Number(), 'Half of them are below it.'),
    p95Ms: orNull(Type.Number(), 'All but a twentieth are below it.'),
    maxMs: orNull(Type.Number(), 'The highest.'),
  },
  'How a figure spreads, in milliseconds.',
  'Spread',
);

/** Counts of runs by state; a state that is missing has none. */
export const RunCountsSchema = Type.Partial(
  Type.Object(
    Object.fromEntries(
      ['queued', 'running', 'succeeded', 'failed', 'missed', 'skipped', 'cancelled', 'timed-out', 'lost'].map(
        (state) => [state, count('How many.')],
      ),
    ) as Record<(typeof RunStateSchema)['static'], ReturnType<typeof count>>,
    { additionalProperties: false },
  ),
  { $id: 'RunCounts', description: 'Runs by state; a state that is missing has none.' },
);

/** Figures of a window that ends now. */
export const StatisticsSchema = record(
  {
    at: instant('When it was worked out: figures are kept for some seconds.'),
    isComplete: Type.Boolean({
      description:
        'False while it is being worked out, and when there are more runs in the window than are counted (the newest 20,000).',
    }),
    from: instant('Begin of the window.'),
    until: instant('End of the window.'),
    jobs: record(
      {
        total: count('All.'),
        active: count('Active.'),
        paused: count('Paused.'),
        finished: count('Finished.'),
        broken: count('Set aside.'),
      },
      'Jobs by state.',
    ),
    runs: RunCountsSchema,
    buckets: Type.Array(
      record({ at: instant('Begin of the bucket.'), runs: RunCountsSchema }, 'Runs of a part of the window.'),
      { description: 'The window in equal parts, oldest first.' },
    ),
    bucketMs: Type.Integer({ description: 'Width of a bucket, in milliseconds.' }),
    lateness: Spread,
    duration: Spread,
    failing: Type.Array(
      record(
        {
          jobId: Type.String(),
          jobStore: Type.String(),
          jobName: Type.String(),
          failed: count('How many of its newest runs ended badly.'),
          lastError: orNull(Type.String(), 'First line of the newest error.'),
          lastRunId: Type.String(),
        },
        'A job that fails.',
      ),
      { description: 'Jobs with the most runs that failed, timed out, were lost or missed lately.' },
    ),
  },
  'Figures of a window of time.',
  'Statistics',
);
