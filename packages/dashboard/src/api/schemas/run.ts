// Runs as JSON.
import { Type } from '@sinclair/typebox';
import { AnyJson, count, instant, NextCursor, orNull, record, words } from './common.ts';

/** Where a run stands. */
export const RunStateSchema = words(
  ['queued', 'running', 'succeeded', 'failed', 'missed', 'skipped', 'cancelled', 'timed-out', 'lost'],
  'Waiting, executing, or how it ended.',
);

/** Why a run exists. */
const RunReasonSchema = Type.String({
  description: '`scheduled`, `catch-up`, `manual`, `retry` or `backfill`.',
});

const milliseconds = (description: string) =>
  orNull(Type.Number(), `${description}, in milliseconds; null before that.`);

/** A run at a glance: a mark in a strip or on the timeline. */
export const RunGlanceSchema = record(
  {
    id: Type.String(),
    state: RunStateSchema,
    reason: RunReasonSchema,
    fireTime: instant('When it was due.'),
    lateMs: milliseconds('From the fire time to the start'),
    durationMs: milliseconds('How long the last attempt took; of one that executes, so far'),
  },
  'A run at a glance.',
  'RunGlance',
);

const RUN = {
  id: Type.String({ description: 'Also its idempotency key.' }),
  jobId: Type.String(),
  jobName: Type.String(),
  jobStore: Type.String(),
  task: Type.String(),
  executor: Type.String(),
  state: RunStateSchema,
  reason: RunReasonSchema,
  fireTime: instant('The nominal instant it was due.'),
  startedAt: orNull(instant('An instant.'), 'Start of the last attempt.'),
  finishedAt: orNull(instant('An instant.'), 'When it ended.'),
  lateMs: milliseconds('From the fire time to the start'),
  durationMs: milliseconds('How long the last attempt took; of one that executes, so far'),
  attempt: count('1 in the first attempt; 0 before it.'),
  coalesced: count('How many earlier fire times it stands for besides its own.'),
  owner: orNull(Type.String(), 'Id of the scheduler that holds or held it, as `processes` names it.'),
  progress: orNull(
    record(
      {
        fraction: Type.Number({ minimum: 0, maximum: 1 }),
        text: orNull(Type.String(), 'What it is busy with.'),
      },
      'How far it is.',
    ),
    'How far it is; null if it never said.',
  ),
};

/** A run in a list. */
export const RunSchema = record(
  {
    ...RUN,
    error: orNull(Type.String(), 'First line of the error of its last attempt.'),
  },
  'A run in a list.',
  'Run',
);

/** One attempt of a run. */
export const AttemptSchema = record(
  {
    number: Type.Integer({ minimum: 1 }),
    startedAt: orNull(instant('An instant.'), 'When it began.'),
    finishedAt: orNull(instant('An instant.'), 'When it ended; null while it executes.'),
    outcome: orNull(RunStateSchema, 'How it ended; null while it executes.'),
    error: orNull(Type.String(), 'First line of its error.'),
    owner: orNull(Type.String(), 'Id of the scheduler that executed it.'),
  },
  'An attempt.',
  'Attempt',
);

/** A line that the task wrote. */
export const LogLineSchema = record(
  { at: instant('When.'), attempt: Type.Integer(), message: Type.String() },
  'A line of the log.',
  'LogLine',
);

/** A run by itself. */
export const RunDetailSchema = record(
  {
    ...RUN,
    error: orNull(Type.String(), 'Message and stack of the error of its last attempt.'),
    attempts: Type.Array(AttemptSchema, { description: 'Its attempts, oldest first.' }),
    log: Type.Array(LogLineSchema, { description: 'What the task logged, oldest first.' }),
    result: Type.Optional(AnyJson),
    resultError: orNull(Type.String(), 'Why what the task returned was not kept although it was to be.'),
    canCancel: Type.Boolean({ description: 'It waits or executes.' }),
    canRetry: Type.Boolean({ description: 'It ended badly and may be tried again.' }),
  },
  'A run with attempts, error and log.',
  'RunDetail',
);

/** A part of the list of runs. */
export const RunListSchema = record(
  { items: Type.Array(RunSchema), cursor: NextCursor },
  'A part of the list of runs, newest fire time first.',
  'RunList',
);
