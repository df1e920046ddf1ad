// The parts of the system: session, health, stores, executors, processes, live events.
import { Type } from '@sinclair/typebox';
import { AnyJson, count, instant, orNull, record, words } from './common.ts';

/** What can be asked of `authorize`. */
export const ActionSchema = words(
  ['read', 'create', 'change', 'remove', 'pause', 'resume', 'run', 'backfill', 'cancel', 'retry'],
  'What somebody wants to do.',
);

/** Who is looking, and what they may do. */
export const SessionSchema = record(
  {
    user: orNull(Type.String(), 'Who is looking, as `authorize` named them.'),
    readOnly: Type.Boolean({ description: 'Nothing can be changed here by anybody.' }),
    allowed: Type.Array(ActionSchema, {
      description: 'What this viewer may do in general; a single job or run may still be refused.',
    }),
    version: Type.String({ description: 'Version of the dashboard.' }),
    timezone: Type.String({ description: 'Zone of the scheduler.' }),
    now: instant('The time by the clock of the scheduler.'),
    schedulerId: orNull(Type.String(), 'Id of the scheduler that answers.'),
    title: Type.String({ description: 'What the page is called.' }),
  },
  'Who is looking, and what they may do.',
  'Session',
);

/** A job store. */
export const StoreSchema = record(
  {
    alias: Type.String(),
    type: Type.String({
      description: '`memory`, `sqlite`, `postgres`, `mysql`, `redis`, `mongodb`, or one of your own.',
    }),
    durable: Type.Boolean({ description: 'Its jobs outlive the process.' }),
    status: words(['ok', 'degraded', 'closed'], 'How it is.'),
    error: orNull(Type.String(), 'Message of the newest failure.'),
    since: orNull(instant('An instant.'), 'Since when it fails.'),
    clockSkewMs: orNull(Type.Number(), 'How far its clock is ahead of this process’s; null before it was asked.'),
  },
  'A job store.',
  'Store',
);

export const StoreListSchema = record({ items: Type.Array(StoreSchema) }, 'The job stores.', 'StoreList');

/** An executor. */
export const ExecutorSchema = record(
  {
    alias: Type.String(),
    type: Type.String({ description: '`local`, `threadpool`, `processpool`, or one of your own.' }),
    free: orNull(Type.Number(), 'How many runs it could take now; null = no limit.'),
  },
  'An executor.',
  'Executor',
);

export const ExecutorListSchema = record({ items: Type.Array(ExecutorSchema) }, 'The executors.', 'ExecutorList');

/** A scheduler seen on a store. */
export const ProcessSchema = record(
  {
    schedulerId: Type.String(),
    jobStore: Type.String({ description: 'The store it was seen on.' }),
    host: Type.String(),
    pid: Type.Integer(),
    version: orNull(Type.String(), 'Its version of @sched/core.'),
    startedAt: instant('When it started.'),
    seenAt: instant('Its last heartbeat.'),
    seenAgoMs: Type.Number({ description: 'How long ago that is.' }),
    clockSkewMs: orNull(
      Type.Number(),
      'How far the clock of the store is ahead of its clock; null before it was measured.',
    ),
    isAlive: Type.Boolean({ description: 'False once it was not seen for half a minute.' }),
    isHere: Type.Boolean({ description: 'It is the process that answers.' }),
  },
  'A process that runs a scheduler.',
  'Process',
);

export const ProcessListSchema = record({ items: Type.Array(ProcessSchema) }, 'The processes.', 'ProcessList');

/** How the scheduler is. */
export const HealthSchema = record(
  {
    status: words(
      ['ok', 'degraded', 'stopped'],
      'How it is. With `degraded` and `stopped` the status of the answer is 503.',
    ),
    state: words(
      ['stopped', 'starting', 'running', 'paused', 'stopping', 'shutdown'],
      'Where the scheduler stands in its life.',
    ),
    schedulerId: orNull(Type.String(), 'Id of this start; null before it.'),
    lastTickAgeMs: orNull(Type.Number(), 'How long ago the last tick ended.'),
    lagMs: Type.Number({ description: 'How late the newest due job was found.' }),
    running: count('Runs in execution in this process.'),
    stores: Type.Array(StoreSchema),
    executors: Type.Array(ExecutorSchema),
    unknownTasks: Type.Record(Type.String(), Type.Integer(), {
      description: 'Tasks that jobs wait for and this process does not know.',
    }),
  },
  'How the scheduler is.',
  'Health',
);

/**
 * A live event, as `data` of a message of `GET /events`. The message's `event` is always `sched`, its `id` grows. A message `reset`
 * says that events were lost since the `Last-Event-ID`: load what is shown anew. A message `elsewhere` says that other
 * processes share a store, whose events are not heard here: load what is shown anew, too.
 */
export const LiveEventSchema = record(
  {
    type: Type.String({
      description: 'Name of the event of the scheduler: `run:started`, `job:paused`, `run:progress`, …',
    }),
    at: instant('When it was heard.'),
    jobId: Type.Optional(Type.String()),
    jobStore: Type.Optional(Type.String()),
    runId: Type.Optional(Type.String()),
    data: Type.Record(Type.String(), AnyJson, {
      description: 'What else it carries: `run` (a Run, as in lists), `fraction` and `text`, `message`, `error`.',
    }),
  },
  'A live event.',
  'LiveEvent',
);
