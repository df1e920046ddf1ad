// The claim on jobs that are due: found and locked first, then marked.
import type { JobRecord } from '../../jobs/records.ts';
import { jobFromRow } from '../rows/columns.ts';
import { claimedJobs } from '../sql/claimed-jobs.ts';
import { sql } from '../sql/sql.ts';
import type { ClaimRequest } from '../store.ts';
import type { MysqlDatabase } from './database.ts';

/** Claims the first jobs that are due and that nobody else is about to claim; what cannot be read is set aside. */
export function claimDueJobs(
  database: MysqlDatabase,
  { tasks, limit, ttlMs }: ClaimRequest & { readonly limit: number; readonly ttlMs: number },
): Promise<{ now: number; jobs: JobRecord[] }> {
  return database.transaction(async (session) => {
    const { now } = session;
    const rows = await session.query(sql`
      SELECT * FROM [job]
      WHERE state = 'active' AND due_at <= ${now} AND claimed_until < ${now} AND task ${database.dialect.in(tasks)}
      ORDER BY due_at, generation LIMIT ${limit} FOR UPDATE SKIP LOCKED`);
    if (rows.length === 0) return { now, jobs: [] };
    const claimedUntil = now + ttlMs;
    const ids = database.dialect.in(rows.map((row) => String(row['id'])));
    await session.query(sql`UPDATE [job] SET claimed_until = ${claimedUntil}, version = version + 1 WHERE id ${ids}`);
    const claimed = rows.map((row) =>
      jobFromRow({ ...row, claimed_until: claimedUntil, version: Number(row['version']) + 1 }),
    );
    return { now, jobs: await claimedJobs(session, claimed, now) };
  });
}
