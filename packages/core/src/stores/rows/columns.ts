// Records to columns and back. What comes out of a database is checked: another program may have written it.
import type { CorruptRecordError } from '../../errors.ts';
import {
  JOB_STATES,
  type JobPolicies,
  type JobRecord,
  RUN_REASONS,
  RUN_STATES,
  type RunRecord,
} from '../../jobs/records.ts';
import { earlyMs } from '../job-decisions.ts';
import type { JobStanding } from '../tables.ts';
import { policiesText } from './policies-text.ts';
import type { ColumnValue, Row } from './row.ts';
import { RowFaults } from './row-faults.ts';

/** A record, and why not all of it could be read; null if it could. */
export interface ReadRow<Kind> {
  readonly record: Kind;
  readonly fault: CorruptRecordError | null;
}

/** Which column holds which field of a job. */
export const JOB_COLUMNS = {
  id: 'id',
  name: 'name',
  task: 'task',
  args: 'args',
  trigger: 'trigger_json',
  executor: 'executor',
  policies: 'policies',
  tags: 'tags',
  ephemeral: 'ephemeral',
  state: 'state',
  nextFireAt: 'next_fire_at',
  generation: 'generation',
  version: 'version',
  lastFireAt: 'last_fire_at',
  runCount: 'run_count',
  failures: 'failures',
  claimedUntil: 'claimed_until',
  note: 'note',
  createdAt: 'created_at',
  updatedAt: 'updated_at',
} as const satisfies Record<keyof JobRecord, string>;

/** Which column holds which field of a run. */
export const RUN_COLUMNS = {
  id: 'id',
  jobId: 'job_id',
  generation: 'generation',
  jobName: 'job_name',
  task: 'task',
  args: 'args',
  executor: 'executor',
  policies: 'policies',
  fireAt: 'fire_at',
  availableAt: 'available_at',
  deadlineAt: 'deadline_at',
  state: 'state',
  reason: 'reason',
  coalesced: 'coalesced',
  attempt: 'attempt',
  token: 'token',
  owner: 'owner',
  leaseUntil: 'lease_until',
  cancelRequested: 'cancel_requested',
  startedAt: 'started_at',
  finishedAt: 'finished_at',
  error: 'error',
  progress: 'progress',
  result: 'result',
  log: 'log',
  attempts: 'attempts',
} as const satisfies Record<keyof RunRecord, string>;

/** Columns that few runs have anything in: what is recorded of a new one does not name them, and a row may lack them. */
export const RARE_COLUMNS: ReadonlySet<string> = new Set(['progress', 'result', 'log', 'attempts']);

/** The policies that a query has to look at have a column of their own. */
export const POLICY_COLUMNS = {
  keepRuns: 'keep_runs',
  early: 'early_ms',
  priority: 'priority',
  maxInstances: 'max_instances',
} as const;

/** Values by column. */
export type Columns = Readonly<Record<string, ColumnValue>>;

/** The columns of a job; given what is stored, only those that differ. */
export function jobColumns(job: JobRecord, stored: JobRecord | null = null): Columns {
  const columns = changedColumns(job, stored, JOB_COLUMNS);
  if (job.policies === stored?.policies) return columns;
  const { keepRuns, early } = POLICY_COLUMNS;
  return { ...columns, [keepRuns]: job.policies.keepRuns, [early]: earlyMs(job.policies) };
}

/** The columns of a run; given what is stored, only those that differ. */
export function runColumns(run: RunRecord, stored: RunRecord | null = null): Columns {
  const columns = changedColumns(run, stored, RUN_COLUMNS);
  if (run.policies === stored?.policies) return columns;
  const { priority, maxInstances } = run.policies;
  return { ...columns, [POLICY_COLUMNS.priority]: priority, [POLICY_COLUMNS.maxInstances]: maxInstances };
}

function changedColumns<Field extends string>(
  record: Readonly<Record<Field, unknown>>,
  stored: Readonly<Record<Field, unknown>> | null,
  columnOf: Readonly<Record<Field, string>>,
): Record<string, ColumnValue> {
  const columns: Record<string, ColumnValue> = {};
  for (const field in columnOf) {
    const value = record[field];
    const column = columnOf[field];
    if (stored === null ? value === null && RARE_COLUMNS.has(column) : value === stored[field]) continue;
    columns[column] = columnValue(value);
  }
  return columns;
}

/** A field as a column holds it. */
export function columnValue(value: unknown): ColumnValue {
  if (typeof value === 'string' || typeof value === 'number' || value === null) return value;
  if (typeof value === 'boolean') return Number(value);
  return isPolicies(value) ? policiesText(value) : JSON.stringify(value);
}

function isPolicies(value: unknown): value is JobPolicies {
  return typeof value === 'object' && value !== null && 'coalesce' in value;
}

/** What the row says of the job as a whole; a state that is not ours is none that anything follows from. */
export function standingFromRow(row: Row): JobStanding {
  const state = JOB_STATES.find((word) => word === row['state']) ?? 'broken';
  return { id: text(row['id']), generation: integer(row['generation']), state, ephemeral: row['ephemeral'] === 1 };
}

/** The job of a row. One that cannot be read has the state `broken`, a note that says why, and what could be read. */
export function jobFromRow(row: Row): ReadRow<JobRecord> {
  const faults = new RowFaults('job', row);
  const record: JobRecord = {
    id: text(row['id']),
    name: text(row['name']),
    task: text(row['task']),
    args: text(row['args']),
    trigger: faults.trigger(row['trigger_json']),
    executor: text(row['executor']),
    policies: faults.policies(row['policies']),
    tags: faults.tags(row['tags']),
    ephemeral: row['ephemeral'] === 1,
    state: faults.word(row['state'], 'state', JOB_STATES, 'broken'),
    nextFireAt: integerOrNull(row['next_fire_at']),
    generation: integer(row['generation']),
    version: integer(row['version']),
    lastFireAt: integerOrNull(row['last_fire_at']),
    runCount: integer(row['run_count']),
    failures: integer(row['failures']),
    claimedUntil: integer(row['claimed_until']),
    note: textOrNull(row['note']),
    createdAt: integer(row['created_at']),
    updatedAt: integer(row['updated_at']),
  };
  const { fault } = faults;
  return fault === null ? { record, fault } : { record: { ...record, state: 'broken', note: fault.message }, fault };
}

/** The run of a row. */
export function runFromRow(row: Row): ReadRow<RunRecord> {
  const faults = new RowFaults('run', row);
  const record: RunRecord = {
    id: text(row['id']),
    jobId: text(row['job_id']),
    generation: integer(row['generation']),
    jobName: text(row['job_name']),
    task: text(row['task']),
    args: text(row['args']),
    executor: text(row['executor']),
    policies: faults.policies(row['policies']),
    fireAt: integer(row['fire_at']),
    availableAt: integer(row['available_at']),
    deadlineAt: integerOrNull(row['deadline_at']),
    state: faults.word(row['state'], 'state', RUN_STATES, 'failed'),
    reason: faults.word(row['reason'], 'reason', RUN_REASONS, 'scheduled'),
    coalesced: integer(row['coalesced']),
    attempt: integer(row['attempt']),
    token: integer(row['token']),
    owner: textOrNull(row['owner']),
    leaseUntil: integer(row['lease_until']),
    cancelRequested: row['cancel_requested'] === 1,
    startedAt: integerOrNull(row['started_at']),
    finishedAt: integerOrNull(row['finished_at']),
    error: textOrNull(row['error']),
    progress: textOrNull(row['progress']),
    result: textOrNull(row['result']),
    log: textOrNull(row['log']),
    attempts: textOrNull(row['attempts']),
  };
  return { record, fault: faults.fault };
}

// The tables are STRICT, so the types of plain columns can be relied on.
function text(value: unknown): string {
  return String(value);
}

function textOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value);
}

function integer(value: unknown): number {
  return Number(value);
}

function integerOrNull(value: unknown): number | null {
  return value === null ? null : Number(value);
}
