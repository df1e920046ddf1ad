// What is done now and then: history beyond what is kept goes, and work that nobody here can do is counted.
import type { Row } from '../rows/row.ts';
import type { UnknownExecutors } from '../store.ts';
import type { SqlDatabase, SqlTransaction } from './database.ts';
import { ENDED_RUN } from './run-conditions.ts';
import { type Sql, sql } from './sql.ts';

/** Jobs whose history is looked at in one pass: what bounds its cost, however many jobs there are. */
const JOBS_PER_PASS = 1000;

/** Deletes runs that ended. Each pass looks at the history of some jobs, and the next one goes on from there. */
export class History {
  readonly #database: () => SqlDatabase;
  /** The job behind which the next pass begins. */
  #lastJob = '';

  /** @param database answers the database, which has to be open by the time of a pass. */
  constructor(database: () => SqlDatabase) {
    this.#database = database;
  }

  /** Deletes at most `limit` runs: those that ended too long ago, then the oldest of jobs that have more than they keep. */
  prune(limit: number, maxAgeMs: number): Promise<number> {
    return this.#database().transaction(async (session) => {
      const old = await this.#delete(
        session,
        sql`SELECT id FROM [run] WHERE finished_at < ${session.now - maxAgeMs} ORDER BY finished_at, seq
          LIMIT ${limit} FOR UPDATE SKIP LOCKED`,
      );
      return old === limit ? old : old + (await this.#pruneBeyondKept(session, limit - old));
    });
  }

  async #pruneBeyondKept(session: SqlTransaction, limit: number): Promise<number> {
    const jobs = await session.query(
      sql`SELECT id, keep_runs FROM [job] WHERE id > ${this.#lastJob} ORDER BY id LIMIT ${JOBS_PER_PASS}`,
    );
    const edges: string[] = [];
    for (const [keepRuns, ids] of idsByKeepRuns(jobs)) {
      for (const row of await session.query(this.#newestBeyond(keepRuns, ids))) edges.push(String(row['run_id']));
    }
    const deleted = edges.length === 0 ? 0 : await this.#delete(session, this.#upTo(edges, limit));
    // A full batch says that there is more: the next pass looks at the same jobs.
    if (deleted < limit) this.#lastJob = jobs.length < JOBS_PER_PASS ? '' : String(jobs.at(-1)?.['id']);
    return deleted;
  }

  /** Of each job that has more ended runs than it keeps, the newest of those beyond. Reads no more of a history than is kept. */
  #newestBeyond(keepRuns: number, jobIds: readonly string[]): Sql {
    return sql`SELECT run_id FROM (
      SELECT (
        SELECT ended.id FROM [run] AS ended WHERE ended.job_id = job.id AND ended.${ENDED_RUN}
        ORDER BY ended.fire_at DESC, ended.seq DESC LIMIT 1 OFFSET ${keepRuns}
      ) AS run_id FROM [job] AS job WHERE job.id ${this.#database().dialect.in(jobIds)}
    ) AS newest_beyond WHERE run_id IS NOT NULL`;
  }

  /** These ended runs, and those of the same jobs before them. */
  #upTo(runIds: readonly string[], limit: number): Sql {
    return sql`SELECT old.id FROM [run] AS edge JOIN [run] AS old
      ON old.job_id = edge.job_id AND old.${ENDED_RUN} AND old.fire_at <= edge.fire_at
        AND (old.fire_at < edge.fire_at OR old.seq <= edge.seq)
      WHERE edge.id ${this.#database().dialect.in(runIds)}
      ORDER BY old.fire_at, old.seq LIMIT ${limit} FOR UPDATE SKIP LOCKED`;
  }

  /** Deletes the runs that are found and locked. */
  async #delete(session: SqlTransaction, found: Sql): Promise<number> {
    const ids = (await session.query(found)).map((row) => String(row['id']));
    if (ids.length > 0) await session.query(sql`DELETE FROM [run] WHERE id ${this.#database().dialect.in(ids)}`);
    return ids.length;
  }
}

/** How many due jobs and available runs wait for each task that is not among these. */
export async function countUnknownTasks(
  database: SqlDatabase,
  tasks: ReadonlySet<string>,
): Promise<ReadonlyMap<string, number>> {
  const { dialect } = database;
  const now = dialect.now();
  const others = sql`task ${dialect.notIn(tasks)}`;
  const rows = await database.query(sql`
    SELECT task, count(*) AS waiting FROM [job]
    WHERE state = 'active' AND due_at <= ${now} AND claimed_until < ${now} AND ${others} GROUP BY task
    UNION ALL
    SELECT task, count(*) AS waiting FROM [run] WHERE state = 'queued' AND available_at <= ${now} AND ${others} GROUP BY task`);
  const counts = new Map<string, number>();
  for (const row of rows) {
    const task = String(row['task']);
    counts.set(task, (counts.get(task) ?? 0) + Number(row['waiting']));
  }
  return counts;
}

/** How many available runs of these tasks wait for each executor that is not among these. */
export async function countUnknownExecutors(
  database: SqlDatabase,
  { tasks, executors }: UnknownExecutors,
): Promise<ReadonlyMap<string, number>> {
  const { dialect } = database;
  const rows = await database.query(sql`
    SELECT executor, count(*) AS waiting FROM [run] WHERE state = 'queued' AND available_at <= ${dialect.now()}
      AND task ${dialect.in(tasks)} AND executor ${dialect.notIn(executors)} GROUP BY executor`);
  return new Map(rows.map((row) => [String(row['executor']), Number(row['waiting'])]));
}

function idsByKeepRuns(jobs: readonly Row[]): Map<number, string[]> {
  const groups = new Map<number, string[]>();
  for (const job of jobs) {
    const keepRuns = Number(job['keep_runs']);
    const ids = groups.get(keepRuns);
    if (ids === undefined) groups.set(keepRuns, [String(job['id'])]);
    else ids.push(String(job['id']));
  }
  return groups;
}
