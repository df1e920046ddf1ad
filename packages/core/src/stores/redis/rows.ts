// Jobs and runs as the texts under their keys, and back: JSON of the columns that all stores share. What changes often comes
// first, in a fixed order and padded to a fixed width: a script reads it by a pattern and writes over it in place.
import { CorruptRecordError, show } from '../../errors.ts';
import type { JobRecord, RunRecord } from '../../jobs/records.ts';
import { jobColumns, jobFromRow, type ReadRow, runColumns, runFromRow, standingFromRow } from '../rows/columns.ts';
import type { Row } from '../rows/row.ts';
import { jobIdOf } from '../run-decisions.ts';
import type { JobStanding } from '../tables.ts';
import { JOB_WIDTH, RUN_WIDTH } from './scripts/script.ts';

/** A record as it was read, with what is needed to write over it. */
export interface StoredRow<Kind> extends ReadRow<Kind> {
  /** All columns, those included that this version does not know. */
  readonly row: Row;
  /** What the text begins with: it changes with every write. */
  readonly mark: string;
  /** Whether the text has our form, so that its head can be written over in place. */
  readonly isOurs: boolean;
}

/** The job of a text; what cannot be read of it is set aside in the record, as in every store. */
export function readJob(id: string, text: string): StoredRow<JobRecord> {
  const row = parseRow(id, text) ?? { ...spoiltJob(id), trigger_json: text };
  const { readable, fault } = checked('job', row, JOB_KINDS);
  const read = jobFromRow(readable);
  const wrong = fault ?? read.fault;
  const record: JobRecord =
    wrong === null ? read.record : { ...read.record, state: 'broken', note: read.fault?.message ?? wrong.message };
  return { record, fault: wrong, row, ...formOf(text, jobMark(record), JOB_WIDTH) };
}

/** The run of a text. */
export function readRun(id: string, text: string): StoredRow<RunRecord> {
  const row = parseRow(id, text) ?? { ...spoiltRun(id), policies: text };
  const { readable, fault } = checked('run', row, RUN_KINDS);
  const { record, fault: another } = runFromRow(readable);
  return { record, fault: fault ?? another, row, ...formOf(text, runMark(Number(readable['rev'])), RUN_WIDTH) };
}

/** What has to be known of the job of a run, from the beginning of its text where that is as we write it. */
export function readStanding(id: string, text: string): { readonly standing: JobStanding; readonly mark: string } {
  const [, mark, generation, state, ephemeral] = STANDING.exec(text) ?? [];
  if (mark === undefined) {
    const { record, mark } = readJob(id, text);
    return { standing: record, mark };
  }
  const row = { id, generation, state, ephemeral: Number(ephemeral) };
  return { standing: standingFromRow(row), mark };
}

const STANDING = /^(\{"version":\d+,"generation":(\d+),)"claimed_until":\d+,"state":"(\w+)","ephemeral":([01]),/;

/** The text of a job that is added. */
export function newJobText(job: JobRecord): string {
  return jobHead(job) + tail(jobColumns(job), JOB_HEAD);
}

/**
 * What to write for a job that takes the place of another: its head, which ends in a comma, if nothing else changes; otherwise
 * the whole text, in which whatever did not change is as it was, readable or not.
 */
export function changedJobText(job: JobRecord, stored: StoredRow<JobRecord>): string {
  const head = jobHead(job);
  const changed = jobColumns(job, stored.record);
  return canBeReplaced(head, stored, changed, JOB_HEAD) ? head : head + tail({ ...stored.row, ...changed }, JOB_HEAD);
}

/** The text of a run that is recorded. */
export function newRunText(run: RunRecord): string {
  return runHead(run, 1) + tail(runColumns(run), RUN_HEAD);
}

/** What to write for a run that takes the place of another, as {@link changedJobText}. */
export function changedRunText(run: RunRecord, stored: StoredRow<RunRecord>): string {
  const rev = stored.row['rev'];
  const head = runHead(run, typeof rev === 'number' ? rev + 1 : 1);
  const changed = runColumns(run, stored.record);
  return canBeReplaced(head, stored, changed, RUN_HEAD) ? head : head + tail({ ...stored.row, ...changed }, RUN_HEAD);
}

function canBeReplaced(head: string, stored: StoredRow<unknown>, changed: Row, names: ReadonlySet<string>): boolean {
  if (!stored.isOurs || Buffer.byteLength(head) !== (names === JOB_HEAD ? JOB_WIDTH : RUN_WIDTH)) return false;
  for (const column in changed) if (!names.has(column)) return false;
  return true;
}

const JOB_HEAD: ReadonlySet<string> = new Set(
  'version generation claimed_until state ephemeral next_fire_at last_fire_at updated_at'.split(' '),
);
const RUN_HEAD: ReadonlySet<string> = new Set(
  'rev state attempt token owner lease_until started_at reason deadline_at available_at finished_at cancel_requested'.split(' '),
);

// What changes as jobs fire and runs are worked off; the patterns in `scripts/` say the same order.
function jobHead(job: JobRecord): string {
  return padded(
    `${jobMark(job)}"claimed_until":${job.claimedUntil},"state":"${job.state}","ephemeral":${Number(job.ephemeral)},` +
      `"next_fire_at":${job.nextFireAt},"last_fire_at":${job.lastFireAt},"updated_at":${job.updatedAt}`,
    JOB_WIDTH,
  );
}

function runHead(run: RunRecord, rev: number): string {
  return padded(
    `${runMark(rev)}"state":"${run.state}","attempt":${run.attempt},"token":${run.token},` +
      `"owner":${JSON.stringify(run.owner)},"lease_until":${run.leaseUntil},"started_at":${run.startedAt},` +
      `"reason":"${run.reason}","deadline_at":${run.deadlineAt},"available_at":${run.availableAt},` +
      `"finished_at":${run.finishedAt},"cancel_requested":${Number(run.cancelRequested)}`,
    RUN_WIDTH,
  );
}

function padded(head: string, width: number): string {
  return `${head.padEnd(width - 1)},`;
}

function jobMark({ version, generation }: JobRecord): string {
  return `{"version":${version},"generation":${generation},`;
}

function runMark(rev: number): string {
  return `{"rev":${rev},`;
}

/** All other columns, the id first. */
function tail(columns: Row, head: ReadonlySet<string>): string {
  let text = `"id":${JSON.stringify(columns['id'])}`;
  for (const column in columns) {
    if (column === 'id' || head.has(column)) continue;
    const value = columns[column];
    text += `,"${column}":${typeof value === 'number' ? value : JSON.stringify(value)}`;
  }
  return `${text}}`;
}

type ColumnKind = 'text' | 'integer' | 'text or null' | 'integer or null';

// What is left out is checked with its meaning: trigger, policies, tags, state, reason.
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
  claimed_until: 'integer',
  note: 'text or null',
  created_at: 'integer',
  updated_at: 'integer',
} as const satisfies Record<string, ColumnKind>;

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
} as const satisfies Record<string, ColumnKind>;

const STAND_INS = { text: '', integer: 0, 'text or null': null, 'integer or null': null } as const;

/** What stands for a text that is no row at all; the text itself is kept in one of the columns. */
function spoiltJob(id: string): Row {
  return { ...standIns(JOB_KINDS), id, name: id, args: '[]', policies: '', tags: '[]', state: 'broken' };
}

function spoiltRun(id: string): Row {
  return {
    ...standIns(RUN_KINDS),
    id,
    job_id: jobIdOf(id),
    args: '[]',
    max_instances: 1,
    state: 'queued',
    reason: 'scheduled',
  };
}

function standIns(kinds: Readonly<Record<string, ColumnKind>>): Row {
  return Object.fromEntries(Object.entries(kinds).map(([column, kind]) => [column, STAND_INS[kind]]));
}

/** The row, with a stand-in for every value that is not of its column's kind, and the first such fault. */
function checked(
  what: string,
  row: Row,
  kinds: Readonly<Record<string, ColumnKind>>,
): { readable: Row; fault: CorruptRecordError | null } {
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

function isOfKind(value: unknown, kind: ColumnKind): boolean {
  if (kind === 'text') return typeof value === 'string';
  if (kind === 'integer') return Number.isSafeInteger(value);
  return value === null || (kind === 'text or null' ? typeof value === 'string' : Number.isSafeInteger(value));
}

/** The columns of a text, null if it is none of ours. Whatever it says, its id is that of its key. */
function parseRow(id: string, text: string): Row | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
    const row = value as Row;
    return row['id'] === id ? row : { ...row, id };
  } catch {
    return null;
  }
}

/** Of a text that somebody else wrote, the mark is as much as is sure to come to the same bytes. */
function formOf(text: string, ourMark: string, width: number): { readonly mark: string; readonly isOurs: boolean } {
  const isOurs = text.startsWith(ourMark) && text.startsWith(',"id":', width - 1);
  return { isOurs, mark: isOurs ? ourMark : (/^[ -~]{0,100}/.exec(text)?.[0] ?? '') };
}
