// One unit of work as a transaction: rows are locked as they are read, and stay so until what was decided is written.
import type { JobRecord, RunRecord } from '../../jobs/records.ts';
import { jobFromRow, runFromRow, standingFromRow } from '../rows/columns.ts';
import type { Row } from '../rows/row.ts';
import type { Changes, Claimable, RunsRequest, UnitOfWork } from '../server/unit.ts';
import type { JobStanding } from '../tables.ts';
import { findClaimable } from './claimable.ts';
import { changedJobColumns, changedRunColumns, jobArrays, runArrays } from './column-arrays.ts';
import type { SqlDatabase, SqlTransaction } from './database.ts';
import { JOB_CHECK, type RecentRecords, RUN_CHECK } from './recent-records.ts';
import { JOB_ROW, RUN_ROW } from './record-columns.ts';
import { OPEN_RUN } from './run-conditions.ts';
import { raw, type Sql, sql } from './sql.ts';

/** What a unit works with. */
export interface SqlUnitParts {
  readonly database: SqlDatabase;
  readonly session: SqlTransaction;
  readonly recent: RecentRecords;
  /** Called when runs were left alone only because somebody else works on their job at this moment. */
  readonly onPassedOver: () => void;
}

export class SqlUnit implements UnitOfWork {
  readonly now: number;
  /** What will have been written once the transaction is committed. */
  written: Changes | null = null;
  readonly #parts: SqlUnitParts;

  constructor(parts: SqlUnitParts) {
    this.#parts = parts;
    this.now = parts.session.now;
  }

  async jobs(ids: readonly string[]): Promise<readonly JobRecord[]> {
    const { recent } = this.#parts;
    const condition = sql`id ${this.#in(ids)}`;
    if (!recent.knowsJobs(ids)) return this.#readJobs(sql`${condition} ORDER BY id FOR UPDATE`);
    const rows = await this.#query(sql`SELECT ${raw(JOB_CHECK)} FROM [job] WHERE ${condition} ORDER BY id FOR UPDATE`);
    const [known, others] = divided(rows, (row) => recent.job(row));
    return others.length === 0 ? known : [...known, ...(await this.#readJobs(sql`id ${this.#in(others)}`))];
  }

  async standings(ids: readonly string[]): Promise<readonly JobStanding[]> {
    const rows = await this.#query(sql`SELECT id, generation, state, ephemeral FROM [job] WHERE id ${this.#in(ids)}`);
    return rows.map(standingFromRow);
  }

  async runs(ids: readonly string[]): Promise<readonly RunRecord[]> {
    const { recent } = this.#parts;
    const condition = sql`id ${this.#in(ids)}`;
    if (!recent.knowsRuns(ids)) return this.#readRuns(sql`${condition} ORDER BY id FOR UPDATE`);
    const rows = await this.#query(sql`SELECT ${raw(RUN_CHECK)} FROM [run] WHERE ${condition} ORDER BY id FOR UPDATE`);
    const [known, others] = divided(rows, (row) => recent.run(row));
    return others.length === 0 ? known : [...known, ...(await this.#readRuns(sql`id ${this.#in(others)}`))];
  }

  async openRuns(jobIds: readonly string[]): Promise<readonly RunRecord[]> {
    const rows = await this.#query(
      sql`SELECT ${RUN_ROW} FROM [run] WHERE job_id ${this.#in(jobIds)} AND ${OPEN_RUN} ORDER BY id FOR UPDATE`,
    );
    // Of runs with one fire time the one that was recorded first comes first.
    return rows.toSorted((a, b) => Number(a['seq']) - Number(b['seq'])).map((row) => runFromRow(row).record);
  }

  async countOpen(jobIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const rows = await this.#query(
      sql`SELECT job_id, count(*) AS runs FROM [run] WHERE job_id ${this.#in(jobIds)} AND ${OPEN_RUN} GROUP BY job_id`,
    );
    return new Map(rows.map((row) => [String(row['job_id']), Number(row['runs'])]));
  }

  claimable(request: RunsRequest): Promise<Claimable> {
    return findClaimable(this.#parts, request);
  }

  generations(count: number): Promise<number> {
    return this.#parts.database.reserve(this.#parts.session, 'generation', count);
  }

  tokens(count: number): Promise<number> {
    return this.#parts.database.reserve(this.#parts.session, 'token', count);
  }

  async write(changes: Changes): Promise<void> {
    this.written = changes;
    let sent: Promise<unknown> = Promise.resolve();
    for (const statement of this.#writes(changes)) {
      // Each statement is made up while the server works on the one before.
      await sent;
      sent = this.#query(statement);
    }
    await sent;
  }

  *#writes({ addedJobs, changedJobs, deletedJobs, addedRuns, changedRuns }: Changes): Iterable<Sql> {
    const { dialect } = this.#parts.database;
    // In the order of ids, as everybody locks: who adds the same jobs waits for the other, and neither for both.
    if (addedJobs.length > 0) yield dialect.insert('[job]', jobArrays(byId(addedJobs)));
    for (const changed of changedJobColumns(changedJobs)) yield dialect.update('[job]', changed);
    if (deletedJobs.length > 0) yield sql`DELETE FROM [job] WHERE id ${this.#in(deletedJobs.map((job) => job.id))}`;
    if (addedRuns.length > 0) yield dialect.insert('[run]', runArrays(addedRuns));
    for (const changed of changedRunColumns(changedRuns)) yield dialect.update('[run]', changed);
  }

  async #readJobs(condition: Sql): Promise<JobRecord[]> {
    const rows = await this.#query(sql`SELECT ${JOB_ROW} FROM [job] WHERE ${condition}`);
    return rows.map((row) => jobFromRow(row).record);
  }

  async #readRuns(condition: Sql): Promise<RunRecord[]> {
    const rows = await this.#query(sql`SELECT ${RUN_ROW} FROM [run] WHERE ${condition}`);
    return rows.map((row) => runFromRow(row).record);
  }

  #query(statement: Sql) {
    return this.#parts.session.query(statement);
  }

  #in(ids: readonly string[]): Sql {
    return this.#parts.database.dialect.in(ids);
  }
}

function byId(jobs: readonly JobRecord[]): JobRecord[] {
  return jobs.toSorted((a, b) => (a.id < b.id ? -1 : Number(a.id > b.id)));
}

/** The records that are known of these rows, and the ids of the others. */
function divided<Kind>(rows: readonly Row[], known: (row: Row) => Kind | undefined): [Kind[], string[]] {
  const records: Kind[] = [];
  const others: string[] = [];
  for (const row of rows) {
    const record = known(row);
    if (record === undefined) others.push(String(row['id']));
    else records.push(record);
  }
  return [records, others];
}
