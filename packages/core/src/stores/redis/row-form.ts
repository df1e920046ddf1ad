// The form of the texts under the keys of rows: JSON of the columns that all stores share. What changes as jobs fire comes
// first, in a fixed order and padded to a fixed width, so that a script reads it by a pattern and writes over it in place.
import type { JobRecord, RunRecord } from '../../jobs/records.ts';
import {
  columnValue,
  JOB_COLUMNS,
  jobColumns,
  POLICY_COLUMNS,
  RARE_COLUMNS,
  type ReadRow,
  RUN_COLUMNS,
  runColumns,
} from '../rows/columns.ts';
import type { Row } from '../rows/row.ts';
import { JOB_WIDTH, RUN_WIDTH } from './scripts/script.ts';

/** A record as it is stored, with what is needed to write over it. */
export interface StoredRow<Kind> extends ReadRow<Kind> {
  /**
   * All columns, those included that this version does not know; of those in the head they may be older ones. Null where there
   * are no others than the record's.
   */
  readonly row: Row | null;
  /** Grows with every write: the version of a job, a number of its own for a run. */
  readonly rev: number;
  /** What the text begins with: another after every write. */
  readonly mark: string;
  /** Whether the text has our form. */
  readonly isOurs: boolean;
}

/** What to write for a row, and what is stored then. */
export interface RowWrite<Kind> {
  /** The whole text; or the head, which ends in a comma, where nothing else has changed. */
  readonly text: string;
  readonly after: StoredRow<Kind>;
}

/** A job that is added. */
export function newJob(job: JobRecord): RowWrite<JobRecord> {
  const row = jobColumns(job);
  return { text: jobHead(job) + tail(row, JOB_HEAD), after: storedJob(job, row) };
}

/** A job in the place of another. Whatever did not change stays as it is, readable or not. */
export function changedJob(job: JobRecord, stored: StoredRow<JobRecord>): RowWrite<JobRecord> {
  if (stored.isOurs && areEqual(job, stored.record, JOB_TAIL))
    return { text: jobHead(job), after: storedJob(job, stored.row) };
  const row = { ...(stored.row ?? jobColumns(stored.record)), ...jobColumns(job, stored.record) };
  return { text: jobHead(job) + tail(row, JOB_HEAD), after: storedJob(job, row) };
}

/** A run that is recorded. */
export function newRun(run: RunRecord): RowWrite<RunRecord> {
  return { text: runHead(run, 1) + runTail(run), after: storedRun(run, null, 1) };
}

/** A run in the place of another, as {@link changedJob}. */
export function changedRun(run: RunRecord, stored: StoredRow<RunRecord>): RowWrite<RunRecord> {
  const rev = stored.rev + 1;
  if (stored.isOurs && fitsRun(run) && areEqual(run, stored.record, RUN_TAIL))
    return { text: runHead(run, rev), after: storedRun(run, stored.row, rev) };
  const row = { ...(stored.row ?? runColumns(stored.record)), ...runColumns(run, stored.record) };
  return { text: runHead(run, rev) + tail(row, RUN_HEAD), after: storedRun(run, row, rev) };
}

/** A job under the columns that are not in its head. */
export function storedJob(job: JobRecord, row: Row | null): StoredRow<JobRecord> {
  return { record: job, fault: null, row, rev: job.version, mark: jobMark(job), isOurs: true };
}

/** A run under the columns that are not in its head. */
export function storedRun(run: RunRecord, row: Row | null, rev: number): StoredRow<RunRecord> {
  return { record: run, fault: null, row, rev, mark: runMark(rev), isOurs: fitsRun(run) };
}

/** Bytes that the owner of a run has room for in its head, in JSON, however long all numbers are; an UUID takes 38. */
const OWNER_BYTES = 46;

/** Whether the head of the run is sure to have the width of our form; nothing but the owner can make it longer. */
function fitsRun({ owner }: RunRecord): boolean {
  return owner === null || Buffer.byteLength(JSON.stringify(owner)) <= OWNER_BYTES;
}

/** What the text of a job begins with. */
export function jobMark({ version, generation }: Pick<JobRecord, 'version' | 'generation'>): string {
  return `{"version":${version},"generation":${generation},`;
}

/** What the text of a run begins with. */
export function runMark(rev: number): string {
  return `{"rev":${rev},`;
}

/** Whether a text has our form. */
export function isOurForm(text: string, mark: string, width: number): boolean {
  return text.startsWith(mark) && text.startsWith(',"id":', width - 1);
}

const JOB_HEAD: ReadonlySet<string> = new Set([
  ...['version', 'generation', 'claimed_until', 'state', 'ephemeral', 'next_fire_at', 'last_fire_at', 'updated_at'],
]);
const RUN_HEAD: ReadonlySet<string> = new Set([
  ...['rev', 'state', 'attempt', 'token', 'owner', 'lease_until', 'started_at', 'reason', 'deadline_at'],
  ...['available_at', 'finished_at', 'cancel_requested'],
]);

/** The fields that are not in the head. */
const JOB_TAIL = fieldsBeside(JOB_HEAD, JOB_COLUMNS);
const RUN_TAIL = fieldsBeside(RUN_HEAD, RUN_COLUMNS);

function fieldsBeside<Field extends string>(
  head: ReadonlySet<string>,
  columnOf: Readonly<Record<Field, string>>,
): Field[] {
  return (Object.keys(columnOf) as Field[]).filter((field) => !head.has(columnOf[field]));
}

// The patterns in `scripts/` say the same order.
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

function areEqual<Kind>(a: Kind, b: Kind, fields: readonly (keyof Kind)[]): boolean {
  return fields.every((field) => a[field] === b[field]);
}

/** All columns that are not in the head, the id first. */
function tail(columns: Row, head: ReadonlySet<string>): string {
  let text = `"id":${JSON.stringify(columns['id'])}`;
  for (const column in columns) {
    if (column === 'id' || head.has(column)) continue;
    const value = columns[column];
    text += `,"${column}":${typeof value === 'number' ? value : JSON.stringify(value)}`;
  }
  return `${text}}`;
}

/** What {@link tail} makes of the columns of a run, in a fraction of the time: every fire makes one. */
function runTail(run: RunRecord): string {
  let text = `"id":${JSON.stringify(run.id)}`;
  for (const field of RUN_TAIL) {
    const column = RUN_COLUMNS[field];
    if (field === 'id' || (run[field] === null && RARE_COLUMNS.has(column))) continue;
    text += `,"${column}":${fieldText(run[field])}`;
  }
  const { priority, maxInstances } = run.policies;
  return `${text},"${POLICY_COLUMNS.priority}":${priority},"${POLICY_COLUMNS.maxInstances}":${maxInstances}}`;
}

function fieldText(value: RunRecord[keyof RunRecord]): string {
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(columnValue(value));
  let text = nestedTexts.get(value);
  if (text === undefined) {
    text = JSON.stringify(columnValue(value));
    nestedTexts.set(value, text);
  }
  return text;
}

/** The policies of runs are shared, and nobody changes them. */
const nestedTexts = new WeakMap<object, string>();
