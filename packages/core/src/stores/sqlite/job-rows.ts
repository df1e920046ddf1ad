// The jobs of the SQLite store.
import type { CorruptRecordError } from '../../errors.ts';
import type { JobRecord } from '../../jobs/records.ts';
import { jobMatches, searchHint } from '../filters.ts';
import { dueAt } from '../job-decisions.ts';
import { jobPosition, NEVER_KEY } from '../paging.ts';
import { jobColumns, jobFromRow, standingFromRow } from '../rows/columns.ts';
import type { ColumnValue, Row } from '../rows/row.ts';
import type { JobFilter } from '../store.ts';
import type { JobRows, JobStanding, RowsRequest } from '../tables.ts';
import type { Connection } from './connection.ts';
import { AMONG, instantOf, jsonList } from './sql.ts';

/** In the order of the list: {@link NEVER_KEY} stands for no next fire time, as it does in the index. */
const LIST_KEY = `coalesce(next_fire_at, ${NEVER_KEY})`;

const CLAIM_DUE = `
  UPDATE [job] SET claimed_until = ?, version = version + 1 WHERE id IN (
    SELECT id FROM [job]
    WHERE state = 'active' AND due_at <= ? AND claimed_until < ? AND task ${AMONG}
    ORDER BY due_at, generation LIMIT ?
  ) RETURNING *`;

const NEXT_DUE = `
  SELECT due_at AS at FROM [job]
  WHERE state = 'active' AND due_at IS NOT NULL AND claimed_until < ? AND task ${AMONG}
  ORDER BY due_at LIMIT 1`;

const NEXT_CLAIM_END = `
  SELECT min(max(claimed_until + 1, due_at)) AS at FROM [job]
  WHERE claimed_until > 0 AND claimed_until >= ? AND state = 'active' AND due_at IS NOT NULL AND task ${AMONG}`;

const COUNT_DUE = `
  SELECT task, count(*) AS jobs FROM [job]
  WHERE state = 'active' AND due_at <= ? AND claimed_until < ? AND task NOT ${AMONG} GROUP BY task`;

/** `lower()` knows the letters of ASCII only; that a text has others, its bytes tell. */
const NOT_ASCII = '(length(CAST(id AS BLOB)) <> length(id) OR length(CAST(name AS BLOB)) <> length(name))';

/** How many rows are read at once where not every row may be wanted. */
const LIST_BATCH = 500;

export class SqliteJobRows implements JobRows {
  readonly #db: Connection;

  constructor(connection: Connection) {
    this.#db = connection;
  }

  nextGeneration(): number {
    const row = this.#db.get("UPDATE [meta] SET value = value + 1 WHERE name = 'generation' RETURNING value");
    return Number(row?.['value']);
  }

  get(id: string): JobRecord | undefined {
    const row = this.#db.get('SELECT * FROM [job] WHERE id = ?', id);
    return row === undefined ? undefined : jobFromRow(row).record;
  }

  standing(id: string): JobStanding | undefined {
    const row = this.#db.get('SELECT id, generation, state, ephemeral FROM [job] WHERE id = ?', id);
    return row === undefined ? undefined : standingFromRow(row);
  }

  ids(): string[] {
    return this.#db.all('SELECT id FROM [job] ORDER BY rowid').map((row) => String(row['id']));
  }

  add(job: JobRecord): JobRecord {
    this.#db.insert('[job]', jobColumns(job));
    return job;
  }

  put(job: JobRecord, stored: JobRecord): JobRecord {
    this.#db.update('[job]', job.id, jobColumns(job, stored));
    return job;
  }

  delete(id: string): void {
    this.#db.run('DELETE FROM [job] WHERE id = ?', id);
  }

  claimDue(tasks: ReadonlySet<string>, limit: number, ttlMs: number, now: number): JobRecord[] {
    const claimed: JobRecord[] = [];
    for (const row of this.#db.all(CLAIM_DUE, now + ttlMs, now, now, jsonList(tasks), limit)) {
      const { record, fault } = jobFromRow(row);
      if (fault === null) claimed.push(record);
      else this.#setAside(record.id, fault, now);
    }
    return claimed.sort((a, b) => (dueAt(a) ?? 0) - (dueAt(b) ?? 0) || a.generation - b.generation);
  }

  nextAt(tasks: ReadonlySet<string>, now: number): number {
    const due = this.#db.get(NEXT_DUE, now, jsonList(tasks));
    const claimEnd = this.#db.get(NEXT_CLAIM_END, now, jsonList(tasks));
    return Math.min(instantOf(due), instantOf(claimEnd));
  }

  countDue(except: ReadonlySet<string>, now: number, counts: Map<string, number>): void {
    for (const row of this.#db.all(COUNT_DUE, now, now, jsonList(except))) {
      const task = String(row['task']);
      counts.set(task, (counts.get(task) ?? 0) + Number(row['jobs']));
    }
  }

  list({ filter, limit, start }: RowsRequest<JobFilter>): JobRecord[] {
    const found: JobRecord[] = [];
    for (let [from, batch] = [start, limit]; found.length < limit; batch = Math.max(limit, LIST_BATCH)) {
      const rows = this.#listRows(filter, from, batch).map((row) => jobFromRow(row).record);
      found.push(...rows.filter((job) => jobMatches(job, filter)));
      const last = rows.at(-1);
      if (last === undefined || rows.length < batch) break;
      from = jobPosition(last);
    }
    return found.slice(0, limit);
  }

  #listRows(filter: JobFilter, from: RowsRequest<JobFilter>['start'], limit: number): Row[] {
    const conditions: string[] = ['TRUE'];
    const values: ColumnValue[] = [];
    for (const [column, wanted] of [['state', filter.states] as const, ['task', filter.tasks] as const]) {
      if (wanted === undefined) continue;
      conditions.push(`${column} ${AMONG}`);
      values.push(jsonList(wanted));
    }
    for (const tag of filter.tags ?? []) {
      conditions.push('instr(tags, ?) > 0');
      values.push(JSON.stringify(tag));
    }
    const hint = filter.search === undefined ? null : searchHint(filter.search);
    if (hint?.kind === 'ascii') {
      conditions.push(`(instr(lower(id), ?) > 0 OR instr(lower(name), ?) > 0 OR ${NOT_ASCII})`);
      values.push(hint.needle, hint.needle);
    } else if (hint !== null) conditions.push(NOT_ASCII);
    if (from !== null) {
      conditions.push(`(${LIST_KEY}, id) > (?, ?)`);
      values.push(from.key, from.id);
    }
    const where = conditions.join(' AND ');
    return this.#db.all(`SELECT * FROM [job] WHERE ${where} ORDER BY ${LIST_KEY}, id LIMIT ?`, ...values, limit);
  }

  #setAside(id: string, fault: CorruptRecordError, now: number): void {
    this.#db.update('[job]', id, { state: 'broken', note: fault.message, claimed_until: 0, updated_at: now });
  }
}
