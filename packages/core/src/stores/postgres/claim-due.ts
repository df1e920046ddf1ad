// The claim on jobs that are due, as one statement.
import type { JobRecord } from '../../jobs/records.ts';
import { jobFromRow } from '../rows/columns.ts';
import { claimedJobs } from '../sql/claimed-jobs.ts';
import type { SqlDatabase } from '../sql/database.ts';
import { JOB_ROW } from '../sql/record-columns.ts';
import { sql } from '../sql/sql.ts';
import type { ClaimRequest } from '../store.ts';

/** Claims the first jobs that are due and that nobody else is about to claim; what cannot be read is set aside. */
export function claimDueJobs(
  database: SqlDatabase,
  { tasks, limit, ttlMs }: ClaimRequest & { readonly limit: number; readonly ttlMs: number },
): Promise<{ now: number; jobs: JobRecord[] }> {
  const { dialect } = database;
  return database.transaction(async (session) => {
    const { now } = session;
    // Marked by their place in the table, which is known: no second search.
    const rows = await session.query(sql`
      WITH due AS MATERIALIZED (
        SELECT ctid FROM [job]
        WHERE state = 'active' AND due_at <= ${now} AND claimed_until < ${now} AND task ${dialect.in(tasks)}
        ORDER BY due_at, generation LIMIT ${limit} FOR UPDATE SKIP LOCKED
      )
      UPDATE [job] SET claimed_until = ${now + ttlMs}, version = version + 1
      WHERE ctid = ANY(ARRAY(SELECT ctid FROM due)) RETURNING ${JOB_ROW}`);
    return { now, jobs: await claimedJobs(session, rows.map(jobFromRow), now) };
  });
}
