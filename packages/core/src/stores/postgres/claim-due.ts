// The claim on jobs that are due, as one statement.
import type { JobRecord } from '../../jobs/records.ts';
import { jobFromRow } from '../rows/columns.ts';
import { claimedJobs } from '../sql/claimed-jobs.ts';
import { sql } from '../sql/sql.ts';
import type { ClaimRequest } from '../store.ts';
import type { PgDatabase } from './database.ts';

/** Claims the first jobs that are due and that nobody else is about to claim; what cannot be read is set aside. */
export async function claimDueJobs(
  database: PgDatabase,
  { tasks, limit, ttlMs }: ClaimRequest & { readonly limit: number; readonly ttlMs: number },
): Promise<{ now: number; jobs: JobRecord[] }> {
  const now = database.dialect.now();
  // Found by their place in the table: joined by id, a planner that is wrong about the numbers may read all of it.
  const rows = await database.write(sql`
    WITH due AS MATERIALIZED (
      SELECT ctid FROM [job]
      WHERE state = 'active' AND due_at <= ${now} AND claimed_until < ${now} AND task ${database.dialect.in(tasks)}
      ORDER BY due_at, generation LIMIT ${limit} FOR UPDATE SKIP LOCKED
    ), claimed AS (
      UPDATE [job] SET claimed_until = ${now} + ${ttlMs}, version = version + 1
      WHERE ctid = ANY(ARRAY(SELECT ctid FROM due)) RETURNING *
    )
    SELECT ${now} AS now, claimed.* FROM (SELECT) AS always LEFT JOIN claimed ON TRUE`);
  const at = Number(rows[0]?.['now']);
  // Without a job there is one row all the same, for the time.
  const claimed = rows.filter((row) => row['id'] !== null).map(jobFromRow);
  return { now: at, jobs: await claimedJobs({ query: (statement) => database.write(statement) }, claimed, at) };
}
