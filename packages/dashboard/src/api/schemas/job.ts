// Jobs as JSON: in lists, by themselves, and as they are written.
import { Type } from '@sinclair/typebox';
import { AnyJson, count, instant, NextCursor, orNull, record, words } from './common.ts';
import { RunGlanceSchema } from './run.ts';

/** Where a job stands. */
export const JobStateSchema = words(
  ['pending', 'active', 'paused', 'finished', 'broken'],
  '`active` fires by its trigger, `paused` waits for resume, `finished` has no fire time left, `broken` was set aside and its note says why, `pending` is not yet in its store.',
);

/** A trigger as data. */
export const TriggerSchema = record(
  {
    kind: Type.String({
      description: '`date`, `interval`, `cron`, `calendarinterval`, `and`, `or`, `except`, or one of your own.',
    }),
    options: Type.Record(Type.String(), AnyJson, {
      description: 'The options of that kind, as `addJob` takes them: `{ "hour": 9 }`, `{ "crontab": "0 9 * * *" }`.',
    }),
    anchor: Type.Optional(
      Type.Union([Type.Number(), Type.String()], { description: 'What was filled in when the job was added.' }),
    ),
  },
  'When a job fires.',
  'Trigger',
);

const Retry = Type.Object(
  {
    maxAttempts: Type.Integer({ minimum: 1, description: 'How often a run may start in all.' }),
    delay: Type.Optional(Type.Number({ description: 'Wait before the second attempt, in seconds.' })),
    backoff: Type.Optional(Type.Number({ description: 'Factor on the wait from each attempt to the next.' })),
    maxDelay: Type.Optional(Type.Number({ description: 'The longest wait, in seconds.' })),
  },
  { description: 'How a run that ended badly is tried again.' },
);

/** The policies of a job. The scheduler checks them: one that it has and that is not named here passes, too. */
export const PoliciesSchema = Type.Object(
  {
    coalesce: Type.Boolean({ description: 'After a gap only the latest missed fire time runs.' }),
    misfireGraceTime: orNull(Type.Number(), 'How late a run may still start, in seconds; null = however late.'),
    maxInstances: Type.Integer({ minimum: 1, description: 'How many runs may be open at once.' }),
    overlap: words(['skip', 'queue', 'replace'], 'What becomes of a fire at that limit.'),
    timeout: orNull(Type.Number(), 'How long a run may take, in seconds; null = no limit.'),
    retry: orNull(Retry, 'How a run that ended badly is tried again; null = not at all.'),
    jitter: Type.Union([Type.Number(), Type.Array(Type.Number(), { minItems: 2, maxItems: 2 }), Type.Null()], {
      description: 'Bounds of the shift of a start, in seconds; null = none.',
    }),
    priority: Type.Integer({ description: 'The higher number starts first.' }),
    keepRuns: Type.Integer({ minimum: 0, description: 'How many finished runs are kept.' }),
    keepResult: Type.Boolean({ description: 'Whether what the task returns is kept with the run.' }),
    killGrace: orNull(
      Type.Number(),
      'How long a task may go on after its signal aborted, in seconds, before its worker is killed; null = as its executor says.',
    ),
    pauseOnFailure: orNull(Type.Integer(), 'After so many failed runs in a row the job is paused; null = never.'),
    maxRuns: orNull(Type.Integer(), 'How many runs its trigger may give rise to; null = any number.'),
    startDate: orNull(Type.String(), 'Fire times before it do not count; null = no bound.'),
    endDate: orNull(Type.String(), 'Fire times after it do not count; null = no bound.'),
  },
  { description: 'Policies of a job; durations in seconds.' },
);

const GLANCE = {
  id: Type.String(),
  jobStore: Type.String({ description: 'Alias of the job store that keeps it.' }),
  name: Type.String(),
  task: Type.String({ description: 'Name of the task it runs.' }),
  taskKnown: Type.Boolean({ description: 'Whether this process knows the task; if none does, the job waits.' }),
  executor: Type.String({ description: 'Alias of the executor that runs it.' }),
  tags: Type.Array(Type.String()),
  state: JobStateSchema,
  note: orNull(Type.String(), 'The reason given with a pause, or why it was set aside.'),
  nextRunTime: orNull(instant('An instant.'), 'When it fires next; null while it is paused and when it has finished.'),
  lastRunTime: orNull(instant('An instant.'), 'The newest fire time that was recorded.'),
  trigger: TriggerSchema,
  triggerText: Type.String({ description: "The trigger as logs show it: `cron[hour='9']`." }),
  explain: orNull(
    Type.String(),
    'The trigger in words, in the language of the request; null for one that cannot be read.',
  ),
  timezone: orNull(Type.String(), 'Zone of the trigger; null where it has none.'),
  revision: Type.String({
    description:
      'Changes when somebody changes, pauses or resumes the job, never when it fires. Its ETag is this in quotes.',
  }),
};

/** A job in a list. */
export const JobGlanceSchema = record(
  {
    ...GLANCE,
    recent: Type.Optional(
      Type.Array(RunGlanceSchema, { description: 'Its last runs, newest first: with `recent=n` in the request only.' }),
    ),
  },
  'A job in a list.',
  'JobGlance',
);

/** A job by itself. */
export const JobSchema = record(
  {
    ...GLANCE,
    args: Type.Array(AnyJson, {
      description:
        'Its arguments. What JSON has no word for stands as `{"$date": …}`, `{"$map": [[key, value]]}`, `{"$set": […]}`, `{"$bigint": "1"}`, `{"$bytes": "base64"}`, `{"$number": "NaN"}`, `{"$undefined": true}`; an object with a key that begins with `$` as `{"$object": [[key, value]]}`.',
    }),
    argsRedacted: Type.Boolean({
      description: 'Something in the arguments is hidden from this viewer; they cannot be written back as they are.',
    }),
    policies: PoliciesSchema,
  },
  'A job.',
  'Job',
);

/** A part of the list of jobs. */
export const JobListSchema = record(
  {
    items: Type.Array(JobGlanceSchema),
    cursor: NextCursor,
  },
  'A part of the list of jobs.',
  'JobList',
);

const WRITTEN = {
  name: Type.Optional(Type.String({ description: 'For people. Default: the name of the task.' })),
  executor: Type.Optional(Type.String({ description: 'Alias of the executor. Default: `default`.' })),
  tags: Type.Optional(Type.Array(Type.String())),
  args: Type.Optional(Type.Array(AnyJson, { description: 'As the job shows them.' })),
  policies: Type.Optional(
    Type.Partial(PoliciesSchema, { description: 'Those that differ from the defaults of the scheduler.' }),
  ),
  trigger: Type.Optional(TriggerSchema),
  nextRunTime: Type.Optional(
    orNull(
      Type.String(),
      'The next run, in place of what the trigger says; null pauses. Without offset: in the scheduler’s zone.',
    ),
  ),
};

/** What `PUT /jobs/{id}` takes: the whole job. What is left out has its default. */
export const JobPutSchema = record(
  { task: Type.String({ description: 'Name of a task known here.' }), ...WRITTEN },
  'The whole job; what is left out has its default.',
  'JobPut',
);

/** What `POST /jobs` takes. */
export const JobPostSchema = record(
  {
    id: Type.Optional(
      Type.String({ description: 'Default: a random one; such a job is removed once it has finished.' }),
    ),
    jobStore: Type.Optional(Type.String({ description: 'Default: `default`.' })),
    ...JobPutSchema.properties,
  },
  'A new job.',
  'JobPost',
);

/** What `PATCH /jobs/{id}` takes: only what changes. */
export const JobPatchSchema = record(WRITTEN, 'What changes about the job.', 'JobPatch');

/** What `POST /jobs/{id}/pause` takes. */
export const PauseSchema = record(
  { reason: Type.Optional(Type.String({ maxLength: 1000, description: 'Shown as the note of the job.' })) },
  'Why it is paused.',
  'Pause',
);

/** What `POST /jobs/{id}/run` takes. */
export const RunNowSchema = record(
  {
    ignoreMaxInstances: Type.Optional(
      Type.Boolean({ description: 'Start even while as many runs are open as the job allows. Default: false.' }),
    ),
  },
  'How it is run.',
  'RunNow',
);

/** What `POST /jobs/{id}/backfill` takes. */
export const BackfillSchema = record(
  {
    from: Type.String({ description: 'First fire time, inclusive. Without offset: in the scheduler’s zone.' }),
    to: Type.String({ description: 'Last fire time, inclusive.' }),
    limit: Type.Optional(Type.Integer({ minimum: 1, description: 'At most so many runs.' })),
  },
  'Which fire times of the past are made good.',
  'Backfill',
);

/** What became of a backfill. */
export const BackfilledSchema = record(
  {
    added: count('How many runs were recorded.'),
    next: orNull(instant('An instant.'), 'The first fire time that was left over by `limit`; null if there is none.'),
  },
  'What became of a backfill.',
  'Backfilled',
);

/** A change of a zone's clock between two fires. */
export const ClockChangeSchema = record(
  {
    at: instant('When the clock changes.'),
    timezone: Type.String(),
    fromOffsetMinutes: Type.Integer({ description: 'Offset from UTC before, in minutes east.' }),
    toOffsetMinutes: Type.Integer({ description: 'Offset from UTC after.' }),
  },
  'A change of the clock.',
  'ClockChange',
);

/** One of the next fires. */
export const FireSchema = record(
  {
    at: instant('The fire time.'),
    local: Type.String({
      description: 'The same on the clock of the trigger’s zone, with its offset: `2026-03-29T03:30:00+02:00`.',
    }),
    clockChange: orNull(
      ClockChangeSchema,
      'The change of the clock between the fire before (or now) and this one, if there is one.',
    ),
  },
  'A fire time.',
  'Fire',
);

/** The next fires of a trigger, saved or not. */
export const PreviewSchema = record(
  {
    trigger: TriggerSchema,
    triggerText: Type.String(),
    explain: Type.String({ description: 'The trigger in words.' }),
    timezone: Type.String({
      description: 'Zone in which the local times stand: the trigger’s or, where it has none, the scheduler’s.',
    }),
    fires: Type.Array(FireSchema),
    isComplete: Type.Boolean({
      description: 'False if the time allowed was over before all fires asked for were found.',
    }),
  },
  'What a trigger does.',
  'Preview',
);

/** What `POST /preview` takes. */
export const PreviewRequestSchema = record(
  {
    trigger: TriggerSchema,
    count: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, description: 'How many fires. Default: 10.' })),
    from: Type.Optional(Type.String({ description: 'The instant after which they lie. Default: now.' })),
  },
  'A trigger, and how much of it to show.',
  'PreviewRequest',
);

/** A task known here. */
export const TaskSchema = record(
  {
    name: Type.String(),
    known: Type.Boolean({ description: 'Whether this process knows it.' }),
    waiting: count('How many jobs and runs wait for it because this process does not know it.'),
  },
  'A task.',
  'Task',
);

export const TaskListSchema = record({ items: Type.Array(TaskSchema) }, 'The tasks.', 'TaskList');
