// Records to columns and back. What comes out of a database is checked: another program may have written it.
import { CorruptRecordError, show } from '../../errors.ts';
import type { JobPolicies, JobRecord, JobState, RunRecord, RunState } from '../../jobs/records.ts';
import type { TriggerJson } from '../../triggers/trigger.ts';
import { frozenCopy } from '../frozen-copy.ts';
import type { JobStanding } from '../tables.ts';
import type { Row, SqlValue } from './driver.ts';

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
} as const satisfies Record<keyof RunRecord, string>;

/** The policies that a query has to look at have a column of their own. */
const POLICY_COLUMNS = { keepRuns: 'keep_runs', priority: 'priority', maxInstances: 'max_instances' } as const;

/** Values by column. */
export type Columns = Readonly<Record<string, SqlValue>>;

/** The columns of a job; given what is stored, only those that differ. */
export function jobColumns(job: JobRecord, stored: JobRecord | null = null): Columns {
  const columns = changedColumns(job, stored, JOB_COLUMNS);
  return job.policies === stored?.policies ? columns : { ...columns, [POLICY_COLUMNS.keepRuns]: job.policies.keepRuns };
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
): Record<string, SqlValue> {
  const columns: Record<string, SqlValue> = {};
  for (const field in columnOf) if (record[field] !== stored?.[field]) columns[columnOf[field]] = sqlValue(record[field]);
  return columns;
}

function sqlValue(value: unknown): SqlValue {
  if (typeof value === 'string' || typeof value === 'number' || value === null) return value;
  return typeof value === 'boolean' ? Number(value) : JSON.stringify(value);
}

/** What the row says of the job as a whole; a state that is not ours is none that anything follows from. */
export function standingFromRow(row: Row): JobStanding {
  const state = JOB_STATES.find((word) => word === row['state']) ?? 'error';
  return { id: text(row['id']), generation: integer(row['generation']), state, ephemeral: row['ephemeral'] === 1 };
}

/** The job of a row. One that cannot be read has the state `error`, a note that says why, and what could be read. */
export function jobFromRow(row: Row): ReadRow<JobRecord> {
  const faults = new Faults('job', row);
  const record: JobRecord = {
    id: text(row['id']),
    name: text(row['name']),
    task: text(row['task']),
    args: text(row['args']),
    trigger: faults.parsed(row['trigger_json'], 'trigger', isTriggerJson, UNREADABLE_TRIGGER),
    executor: text(row['executor']),
    policies: faults.policies(row['policies']),
    tags: faults.parsed(row['tags'], 'tags', isTags, NO_TAGS),
    ephemeral: row['ephemeral'] === 1,
    state: faults.word(row['state'], 'state', JOB_STATES, 'error'),
    nextFireAt: integerOrNull(row['next_fire_at']),
    generation: integer(row['generation']),
    version: integer(row['version']),
    lastFireAt: integerOrNull(row['last_fire_at']),
    claimedUntil: integer(row['claimed_until']),
    note: textOrNull(row['note']),
    createdAt: integer(row['created_at']),
    updatedAt: integer(row['updated_at']),
  };
  const { fault } = faults;
  return fault === null ? { record, fault } : { record: { ...record, state: 'error', note: fault.message }, fault };
}

/** The run of a row. */
export function runFromRow(row: Row): ReadRow<RunRecord> {
  const faults = new Faults('run', row);
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
  };
  return { record, fault: faults.fault };
}

const JOB_STATES: readonly JobState[] = ['active', 'paused', 'finished', 'error'];
const RUN_STATES: readonly RunState[] = [
  'queued',
  'running',
  'succeeded',
  'failed',
  'missed',
  'skipped',
  'cancelled',
  'timed-out',
  'lost',
];
const RUN_REASONS = ['scheduled', 'catch-up', 'manual', 'retry'] as const;

/** Stand in for what cannot be read; they never go back into the row. */
const UNREADABLE_TRIGGER: TriggerJson = Object.freeze({ kind: 'unreadable', options: Object.freeze({}) });
const UNREADABLE_POLICIES: JobPolicies = Object.freeze({
  coalesce: true,
  misfireGraceMs: null,
  maxInstances: 1,
  overlap: 'skip',
  timeoutMs: null,
  retry: Object.freeze({ maxAttempts: 1, delayMs: 0, backoff: 1, maxDelayMs: 0 }),
  jitterMs: null,
  priority: 0,
  keepRuns: 100,
});
const NO_TAGS: readonly string[] = Object.freeze([]);

/** Collects what is wrong with a row: the first fault is the one that is reported. */
class Faults {
  readonly #kind: string;
  readonly #row: Row;
  fault: CorruptRecordError | null = null;

  constructor(kind: string, row: Row) {
    this.#kind = kind;
    this.#row = row;
  }

  parsed<Value>(json: unknown, field: string, isValue: (value: unknown) => value is Value, otherwise: Value): Value {
    try {
      const value: unknown = JSON.parse(text(json));
      if (isValue(value)) return value;
      this.#report(field, json);
    } catch (cause) {
      this.#report(field, json, cause);
    }
    return otherwise;
  }

  /** Most rows have one of a few policies, and every step reads a row: equal ones are read once and shared. */
  policies(json: unknown): JobPolicies {
    const known = typeof json === 'string' ? readPolicies.get(json) : undefined;
    if (known !== undefined) return known;
    const policies = frozenCopy(this.parsed(json, 'policies', isPolicies, UNREADABLE_POLICIES));
    if (this.fault !== null) return policies;
    if (readPolicies.size >= MAX_READ_POLICIES) readPolicies.clear();
    readPolicies.set(text(json), policies);
    return policies;
  }

  word<Word extends string>(value: unknown, field: string, words: readonly Word[], otherwise: Word): Word {
    const found = words.find((word) => word === value);
    if (found === undefined) this.#report(field, value);
    return found ?? otherwise;
  }

  #report(field: string, value: unknown, cause?: unknown): void {
    this.fault ??= new CorruptRecordError(`${this.#kind} ${show(this.#row['id'])}`, `${field} is ${show(value)}`, cause);
  }
}

const MAX_READ_POLICIES = 1000;
const readPolicies = new Map<string, JobPolicies>();

function isTriggerJson(value: unknown): value is TriggerJson {
  return isObject(value) && typeof value['kind'] === 'string' && isObject(value['options']);
}

function isPolicies(value: unknown): value is JobPolicies {
  return (
    isObject(value) &&
    Object.keys(UNREADABLE_POLICIES).every((name) => name in value) &&
    isObject(value['retry']) &&
    [value['maxInstances'], value['priority'], value['keepRuns'], value['retry']['maxAttempts']].every(Number.isFinite)
  );
}

function isTags(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((tag) => typeof tag === 'string');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// The tables are STRICT, so the types of plain columns can be relied on.
function text(value: unknown): string {
  return String(value);
}

function textOrNull(value: unknown): string | null {
  return value === null ? null : String(value);
}

function integer(value: unknown): number {
  return Number(value);
}

function integerOrNull(value: unknown): number | null {
  return value === null ? null : Number(value);
}
