// What a claim on due jobs answers, from the rows it is on.
import type { JobRecord } from '../../jobs/records.ts';
import { dueAt } from '../job-decisions.ts';
import type { ReadRow } from '../rows/columns.ts';
import type { SqlSession } from './database.ts';
import { sql } from './sql.ts';

/** The jobs, earliest first; those that cannot be read are set aside instead, unless somebody has changed them since. */
export async function claimedJobs(
  session: SqlSession,
  claimed: readonly ReadRow<JobRecord>[],
  now: number,
): Promise<JobRecord[]> {
  const jobs: JobRecord[] = [];
  for (const { record, fault } of claimed) {
    if (fault === null) jobs.push(record);
    else
      await session.query(sql`UPDATE [job] SET state = 'broken', note = ${fault.message}, claimed_until = 0, updated_at = ${now}
        WHERE id = ${record.id} AND version = ${record.version}`);
  }
  return jobs.sort((a, b) => (dueAt(a) ?? 0) - (dueAt(b) ?? 0) || a.generation - b.generation);
}
