// The job store in an SQL database on a server, whichever it is. `database.ts` says how the parts fit together.
import type { JobRecord, RunRecord } from '../../jobs/records.ts';
import { jobFromRow, runFromRow } from '../rows/columns.ts';
import { ServerStore } from '../server/server-store.ts';
import type { UnitOfWork } from '../server/unit.ts';
import type { ClaimRequest, JobFilter, ProcessCheckIn, ProcessRecord, RunFilter, UnknownExecutors } from '../store.ts';
import type { RowsRequest } from '../tables.ts';
import type { SqlDatabase } from './database.ts';
import { listJobRows, listRunRows } from './lists.ts';
import { checkIn, checkOut, getProcesses } from './processes.ts';
import { RecentRecords } from './recent-records.ts';
import { JOB_ROW, RUN_ROW } from './record-columns.ts';
import { sql } from './sql.ts';
import { SqlUnit } from './sql-unit.ts';
import { countUnknownExecutors, countUnknownTasks, History } from './upkeep.ts';
import { nextWakeAt } from './wake.ts';

/**
 * What is the same over every SQL database. A subclass adds how it is opened and closed, how changes are told and heard,
 * and `claimDue`: the first jobs that are due and that nobody else has locked, set aside where they cannot be read.
 */
export abstract class SqlServerStore extends ServerStore {
  /** To be told of the jobs that `claimDue` answers, and cleared when the store closes. */
  protected readonly recent = new RecentRecords();
  readonly #history = new History(() => this.database());

  /**
   * The open database.
   *
   * @throws SchedError `store-failure` if the store is not open.
   */
  protected abstract database(): SqlDatabase;
  /** Calls back whoever subscribed, after a moment: something was passed over that may be free by then. */
  protected abstract lookAgain(): void;

  async getJob(id: string): Promise<JobRecord | null> {
    const [row] = await this.database().query(sql`SELECT ${JOB_ROW} FROM [job] WHERE id = ${id}`);
    return row === undefined ? null : jobFromRow(row).record;
  }

  async getRun(id: string): Promise<RunRecord | null> {
    const [row] = await this.database().query(sql`SELECT ${RUN_ROW} FROM [run] WHERE id = ${id}`);
    return row === undefined ? null : runFromRow(row).record;
  }

  nextWake(request: ClaimRequest): Promise<{ now: number; at: number | null }> {
    return nextWakeAt(this.database(), request.tasks);
  }

  unknownTasks(tasks: ReadonlySet<string>): Promise<ReadonlyMap<string, number>> {
    return countUnknownTasks(this.database(), tasks);
  }

  unknownExecutors(request: UnknownExecutors): Promise<ReadonlyMap<string, number>> {
    return countUnknownExecutors(this.database(), request);
  }

  prune(request: { readonly limit: number; readonly maxAgeMs: number }): Promise<number> {
    return this.#history.prune(request.limit, request.maxAgeMs);
  }

  checkIn(process: ProcessCheckIn, forgetAfterMs: number): Promise<void> {
    return checkIn(this.database(), process, forgetAfterMs);
  }

  checkOut(schedulerId: string): Promise<void> {
    return checkOut(this.database(), schedulerId);
  }

  getProcesses(): Promise<{ now: number; processes: ProcessRecord[] }> {
    return getProcesses(this.database());
  }

  protected async unit<Result>(body: (unit: UnitOfWork) => Promise<Result>): Promise<Result> {
    const { recent } = this;
    const database = this.database();
    const onPassedOver = () => this.lookAgain();
    const { result, written } = await database.transaction(async (session) => {
      const unit = new SqlUnit({ database, session, recent, onPassedOver });
      return { result: await body(unit), written: unit.written };
    });
    if (written !== null) recent.committed(written);
    return result;
  }

  protected listJobs(request: RowsRequest<JobFilter>): Promise<JobRecord[]> {
    return listJobRows(this.database(), request);
  }

  protected listRuns(request: RowsRequest<RunFilter>): Promise<RunRecord[]> {
    return listRunRows(this.database(), request);
  }

  protected async someJobIds(limit: number): Promise<string[]> {
    const rows = await this.database().query(sql`SELECT id FROM [job] ORDER BY id LIMIT ${limit}`);
    return rows.map((row) => String(row['id']));
  }
}
