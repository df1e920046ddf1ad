// One unit of work as a transaction: rows are locked as they are read, and stay so until what was decided is written.
import type { JobRecord, RunRecord } from '../../jobs/records.ts';
import { jobColumns, jobFromRow, runColumns, runFromRow, standingFromRow } from '../rows/columns.ts';
import type { Changes, Claimable, RunsRequest, UnitOfWork } from '../server/unit.ts';
import type { JobStanding } from '../tables.ts';
import { findClaimable } from './claimable.ts';
import type { RowUpdate, SqlDatabase, SqlTransaction } from './database.ts';
import { type Sql, sql } from './sql.ts';

/** What a unit works with. */
export interface SqlUnitParts {
  readonly database: SqlDatabase;
  readonly session: SqlTransaction;
  /** Called when runs were left alone only because somebody else works on their job at this moment. */
  readonly onPassedOver: () => void;
}

export class SqlUnit implements UnitOfWork {
  readonly now: number;
  readonly #parts: SqlUnitParts;

  constructor(parts: SqlUnitParts) {
    this.#parts = parts;
    this.now = parts.session.now;
  }

  async jobs(ids: readonly string[]): Promise<readonly JobRecord[]> {
    const rows = await this.#query(sql`SELECT * FROM [job] WHERE id ${this.#in(ids)} ORDER BY id FOR UPDATE`);
    return rows.map((row) => jobFromRow(row).record);
  }

  async standings(ids: readonly string[]): Promise<readonly JobStanding[]> {
    const rows = await this.#query(
      sql`SELECT id, generation, state, ephemeral FROM [job] WHERE id ${this.#in(ids)}`,
    );
    return rows.map(standingFromRow);
  }

  async runs(ids: readonly string[]): Promise<readonly RunRecord[]> {
    const rows = await this.#query(sql`SELECT * FROM [run] WHERE id ${this.#in(ids)} ORDER BY id FOR UPDATE`);
    return rows.map((row) => runFromRow(row).record);
  }

  async openRuns(jobIds: readonly string[]): Promise<readonly RunRecord[]> {
    const rows = await this.#query(
      sql`SELECT * FROM [run] WHERE job_id ${this.#in(jobIds)} AND state IN ('queued', 'running') ORDER BY id FOR UPDATE`,
    );
    // Of runs with one fire time the one that was recorded first comes first.
    return rows.toSorted((a, b) => Number(a['seq']) - Number(b['seq'])).map((row) => runFromRow(row).record);
  }

  async countOpen(jobIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const rows = await this.#query(
      sql`SELECT job_id, count(*) AS runs FROM [run] WHERE job_id ${this.#in(jobIds)} AND state IN ('queued', 'running') GROUP BY job_id`,
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
    const { dialect } = this.#parts.database;
    const { addedJobs, deletedJobs, addedRuns } = changes;
    // In the order of ids, as everybody locks: two that add the same jobs then wait for each other, and do not stand in each other's way.
    if (addedJobs.length > 0) await this.#query(dialect.insert('[job]', byId(addedJobs).map((job) => jobColumns(job))));
    await this.#update(
      '[job]',
      changes.changedJobs.map(({ stored, record }) => ({ id: record.id, columns: jobColumns(record, stored) })),
    );
    if (deletedJobs.length > 0)
      await this.#query(sql`DELETE FROM [job] WHERE id ${this.#in(deletedJobs.map((job) => job.id))}`);
    if (addedRuns.length > 0) await this.#query(dialect.insert('[run]', addedRuns.map((run) => runColumns(run))));
    await this.#update(
      '[run]',
      changes.changedRuns.map(({ stored, record }) => ({ id: record.id, columns: runColumns(record, stored) })),
    );
  }

  async #update(table: '[job]' | '[run]', updates: readonly RowUpdate[]): Promise<void> {
    const groups = new Map<string, RowUpdate[]>();
    for (const update of updates) {
      const names = Object.keys(update.columns).join();
      if (names === '') continue;
      const group = groups.get(names);
      if (group === undefined) groups.set(names, [update]);
      else group.push(update);
    }
    for (const group of groups.values()) await this.#query(this.#parts.database.dialect.update(table, group));
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
