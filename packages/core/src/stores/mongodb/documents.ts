// Jobs and runs as documents: the columns that all stores have in common, and the few that only this one needs.
import type { Document } from 'mongodb';
import { CorruptRecordError, show } from '../../errors.ts';
import type { JobPolicies, JobRecord, RunRecord } from '../../jobs/records.ts';
import { dueAt } from '../job-decisions.ts';
import { jobPosition } from '../paging.ts';
import { type Columns, jobColumns, jobFromRow, type ReadRow, runColumns, runFromRow } from '../rows/columns.ts';
import { isOpen, runId } from '../run-decisions.ts';
import type { DocumentChange } from './compare-and-set.ts';
import type { Letter } from './outbox.ts';
import { keptToken, tokenFrom } from './tokens.ts';

/**
 * A document as the driver answers it: `_id` is the id of the record. Besides the columns of the record it holds
 * - `etag`: which write made it what it is. No two writes have the same, so a document that still has the one it was read
 *   with has not changed;
 * - a job: `due_at` and `list_key`, by which jobs are claimed and listed; what its runs take from it (`run_key`, `priority`,
 *   `max_instances`); its `outbox`, while runs of it are being recorded; `adding`, while it is added together with others;
 * - a run: `seq`, the order in which runs were recorded; and as long as it is open a `slot`, which no other run of the job
 *   has: its place among those that `maxInstances` allows, or, while it waits, its own id. Its token is kept as `token_kept`.
 */
export type StoredDocument = Document & { readonly _id: string };

/** What a write puts into columns; `undefined` removes one. */
export type NewColumns = Readonly<Record<string, unknown>>;

/** States of jobs that nobody is to see: not yet there, or there no more. */
export const HIDDEN_STATES: readonly string[] = ['adding', 'removed'];

/** The document of a job that is added. */
export function jobDocument(job: JobRecord, etag: string): StoredDocument {
  const { id, ...columns } = jobColumns(job);
  return {
    _id: String(id),
    ...columns,
    ...placeColumns(job),
    ...runLimits(job.policies),
    run_key: runId(job.id, job.generation, ''),
    etag,
  };
}

/** What changes from one record of a job to the next. The version grows: so the changes of many jobs can be equal. */
export function jobChange(job: JobRecord, stored: JobRecord): Pick<DocumentChange, 'columns' | 'increments'> {
  const { version: _, ...columns }: NewColumns = jobColumns(job, stored);
  const isMoved = job.nextFireAt !== stored.nextFireAt;
  const hasNewPolicies = job.policies !== stored.policies;
  return {
    columns: {
      ...columns,
      ...(isMoved || hasNewPolicies ? placeColumns(job) : {}),
      ...(hasNewPolicies ? runLimits(job.policies) : {}),
    },
    increments: { version: job.version - stored.version },
  };
}

/** What changes from one record of a run to the next; `slot` is that of one that starts. */
export function runChange(run: RunRecord, stored: RunRecord, slot?: number): NewColumns {
  const { token, ...others } = runColumns(run, stored);
  const columns: Columns = token === undefined ? others : { ...others, token_kept: keptToken(run) };
  if (slot !== undefined) return { ...columns, slot };
  if (!isOpen(run)) return { ...columns, slot: undefined };
  return run.state === 'queued' && stored.state !== 'queued' ? { ...columns, slot: run.id } : columns;
}

/** Where a job stands among those that are due, and in a list. */
function placeColumns(job: JobRecord): Columns {
  return { due_at: dueAt(job), list_key: jobPosition(job).key };
}

function runLimits({ priority, maxInstances }: JobPolicies): Columns {
  return { priority, max_instances: maxInstances };
}

/** The job of a document. One that cannot be read is `broken`. */
export function readJob(document: StoredDocument): ReadRow<JobRecord> {
  const { row, ...types } = checked('job', document, JOB_TYPES);
  const fault = types.fault ?? outboxFault(document);
  const read = jobFromRow(row);
  if (fault === null || read.fault !== null) return read;
  return { record: { ...read.record, state: 'broken', note: fault.message }, fault };
}

/** The run of a document. */
export function readRun(document: StoredDocument): ReadRow<RunRecord> {
  const { row, fault } = checked('run', document, RUN_TYPES);
  const generation = Number(row['generation']);
  const kept = typeof row['token_kept'] === 'number' ? row['token_kept'] : null;
  const read = runFromRow({ ...row, token: tokenFrom(kept, { generation }) });
  return fault === null || read.fault !== null ? read : { record: read.record, fault };
}

/** The etag of a document; null if it has none, made by another program. */
export function etagOf(document: StoredDocument): unknown {
  return document['etag'] ?? null;
}

/** What is on its way from a job, if anything is. */
export function letterOf(document: StoredDocument): Letter | null {
  const { outbox } = document;
  return isLetter(outbox) ? outbox : null;
}

function isLetter(value: unknown): value is Letter {
  if (typeof value !== 'object' || value === null) return false;
  const { at, add, cancel }: { at?: unknown; add?: unknown; cancel?: unknown } = value;
  return Number.isFinite(at) && Array.isArray(add) && Array.isArray(cancel);
}

function outboxFault(document: StoredDocument): CorruptRecordError | null {
  const { _id, outbox } = document;
  if (outbox === undefined || isLetter(outbox)) return null;
  return new CorruptRecordError(`job ${show(_id)}`, `outbox is ${show(outbox)}`);
}

/** With a question mark it may be null, with two it may be missing too. */
type ColumnType = 'text' | 'text?' | 'text??' | 'number' | 'number?';

/** What has to stand in the columns that are not read with care anyway: the server takes anything. */
const JOB_TYPES: Readonly<Record<string, ColumnType>> = {
  name: 'text',
  task: 'text',
  args: 'text',
  executor: 'text',
  next_fire_at: 'number?',
  generation: 'number',
  version: 'number',
  last_fire_at: 'number?',
  run_count: 'number',
  failures: 'number',
  claimed_until: 'number',
  note: 'text?',
  created_at: 'number',
  updated_at: 'number',
};

const RUN_TYPES: Readonly<Record<string, ColumnType>> = {
  job_id: 'text',
  generation: 'number',
  job_name: 'text',
  task: 'text',
  args: 'text',
  executor: 'text',
  fire_at: 'number',
  available_at: 'number',
  deadline_at: 'number?',
  coalesced: 'number',
  attempt: 'number',
  token_kept: 'number?',
  owner: 'text?',
  lease_until: 'number',
  started_at: 'number?',
  finished_at: 'number?',
  error: 'text?',
  progress: 'text??',
  result: 'text??',
  log: 'text??',
  attempts: 'text??',
};

/** The document as a row; what is not of its column's type is left out and told. */
function checked(kind: string, document: StoredDocument, types: Readonly<Record<string, ColumnType>>) {
  const what = `${kind} ${show(document._id)}`;
  let fault = isOfType(document._id, 'text') ? null : new CorruptRecordError(what, 'its id is no text');
  const row: Record<string, unknown> = { ...document, id: document._id };
  for (const column in types) {
    const value = document[column];
    const type = types[column];
    if (isOfType(value, type)) continue;
    fault ??= new CorruptRecordError(what, `${column} is ${show(value)}`);
    row[column] = type === 'number' ? 0 : type === 'text' ? '' : null;
  }
  return { row, fault };
}

function isOfType(value: unknown, type: ColumnType | undefined): boolean {
  if (value === undefined) return type === 'text??';
  if (value === null) return type !== 'number' && type !== 'text';
  return type === 'number' || type === 'number?' ? Number.isFinite(value) : typeof value === 'string';
}
