// When there is something to do next, as one statement.
import type { SqlDatabase } from './database.ts';
import { sql } from './sql.ts';

/** The answer of a store to `nextWake`. */
export async function nextWakeAt(
  database: SqlDatabase,
  tasks: ReadonlySet<string>,
): Promise<{ now: number; at: number | null }> {
  const now = database.dialect.now();
  const ours = sql`task ${database.dialect.in(tasks)}`;
  // What is claimed was due before anything that is not: the claims are found without looking at a backlog behind them.
  const [row] = await database.query(sql`
    WITH next_due AS (
      SELECT due_at FROM [job] WHERE state = 'active' AND due_at IS NOT NULL AND claimed_until < ${now} AND ${ours}
      ORDER BY due_at LIMIT 1
    )
    SELECT ${now} AS now,
      (SELECT due_at FROM next_due) AS due_at,
      (SELECT min(claimed_until) + 1 FROM [job] WHERE state = 'active' AND due_at IS NOT NULL AND claimed_until >= ${now}
        AND due_at <= coalesce((SELECT due_at FROM next_due), ${Number.MAX_SAFE_INTEGER}) AND ${ours}) AS claim_end_at,
      (SELECT available_at FROM [run] WHERE state = 'queued' AND available_at > ${now} AND ${ours}
        ORDER BY available_at LIMIT 1) AS available_at,
      (SELECT lease_until + 1 FROM [run] WHERE state = 'running' AND lease_until >= ${now} AND ${ours}
        ORDER BY lease_until LIMIT 1) AS lease_end_at`);
  const instants = [row?.['due_at'], row?.['claim_end_at'], row?.['available_at'], row?.['lease_end_at']];
  const at = Math.min(...instants.map((instant) => (instant === null ? Number.POSITIVE_INFINITY : Number(instant))));
  return { now: Number(row?.['now']), at: at === Number.POSITIVE_INFINITY ? null : at };
}
