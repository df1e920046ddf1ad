// What kind of value each plain column of a row holds: JSON, unlike a table, takes any. Columns with a meaning of their own
// (trigger, policies, tags, state, reason) are checked with it.
import { CorruptRecordError, show } from '../../errors.ts';
import type { Row } from '../rows/row.ts';
import { jobIdOf } from '../run-decisions.ts';

type Kind = 'text' | 'integer' | 'text or null' | 'text or nothing' | 'integer or null';

const JOB_KINDS = {
  name: 'text',
  task: 'text',
  args: 'text',
  executor: 'text',
  ephemeral: 'integer',
  next_fire_at: 'integer or null',
  generation: 'integer',
  version: 'integer',
  last_fire_at: 'integer or null',
  run_count: 'integer',
  failures: 'integer',
  claimed_until: 'integer',
  note: 'text or null',
  created_at: 'integer',
  updated_at: 'integer',
} as const satisfies Record<string, Kind>;

const RUN_KINDS = {
  rev: 'integer',
  job_id: 'text',
  generation: 'integer',
  job_name: 'text',
  task: 'text',
  args: 'text',
  executor: 'text',
  priority: 'integer',
  max_instances: 'integer',
  fire_at: 'integer',
  available_at: 'integer',
  deadline_at: 'integer or null',
  coalesced: 'integer',
  attempt: 'integer',
  token: 'integer',
  owner: 'text or null',
  lease_until: 'integer',
  cancel_requested: 'integer',
  started_at: 'integer or null',
  finished_at: 'integer or null',
  error: 'text or null',
  progress: 'text or nothing',
  result: 'text or nothing',
  log: 'text or nothing',
  attempts: 'text or nothing',
} as const satisfies Record<string, Kind>;

const STAND_INS = {
  text: '',
  integer: 0,
  'text or null': null,
  'text or nothing': null,
  'integer or null': null,
} as const;

/** A row with a stand-in for every value that cannot be right, and the first such fault. */
export interface CheckedRow {
  readonly readable: Row;
  readonly fault: CorruptRecordError | null;
}

/** Checks the row of a job. */
export function checkedJob(row: Row): CheckedRow {
  return checked('job', row, JOB_KINDS);
}

/** Checks the row of a run. */
export function checkedRun(row: Row): CheckedRow {
  return checked('run', row, RUN_KINDS);
}

/** What stands for a text that is no job at all; the text is kept in the column of the trigger. */
export function spoiltJob(id: string, text: string): Row {
  const [, version = 0, generation = 0] = /^\{"version":(\d{1,15}),"generation":(\d{1,15}),/.exec(text) ?? [];
  const counted = { version: Number(version), generation: Number(generation) };
  const named = { id, name: id, args: '[]', policies: '', tags: '[]', state: 'broken' };
  return { ...standIns(JOB_KINDS), ...counted, ...named, trigger_json: text };
}

/** What stands for a text that is no run at all; the text is kept in the column of the policies. */
export function spoiltRun(id: string, text: string): Row {
  const [, rev = 0, state = 'queued'] = /^\{"rev":(\d{1,15}),"state":"(queued|running)"/.exec(text) ?? [];
  const counted = { rev: Number(rev), generation: Number(id.split('/')[1]) || 0, max_instances: 1 };
  const named = { id, job_id: jobIdOf(id), args: '[]', state, reason: 'scheduled' };
  return { ...standIns(RUN_KINDS), ...counted, ...named, policies: text };
}

function standIns(kinds: Readonly<Record<string, Kind>>): Row {
  return Object.fromEntries(Object.entries(kinds).map(([column, kind]) => [column, STAND_INS[kind]]));
}

function checked(what: string, row: Row, kinds: Readonly<Record<string, Kind>>): CheckedRow {
  let fault: CorruptRecordError | null = null;
  let readable = row;
  for (const column in kinds) {
    const kind = kinds[column];
    if (kind === undefined || isOfKind(row[column], kind)) continue;
    fault ??= new CorruptRecordError(`${what} ${show(row['id'])}`, `${column} is ${show(row[column])}`);
    readable = { ...readable, [column]: STAND_INS[kind] };
  }
  return { readable, fault };
}

function isOfKind(value: unknown, kind: Kind): boolean {
  if (kind === 'text') return typeof value === 'string';
  if (kind === 'integer') return Number.isSafeInteger(value);
  if (kind === 'text or nothing') return value === null || value === undefined || typeof value === 'string';
  return value === null || (kind === 'text or null' ? typeof value === 'string' : Number.isSafeInteger(value));
}
