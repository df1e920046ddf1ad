// When there is something to do next. In two statements: an index is searched with a bound only if it stands in the statement.
import { sql } from '../sql/sql.ts';
import type { MysqlDatabase } from './database.ts';

/** The answer of a store to `nextWake`. */
export async function nextWakeAt(
  database: MysqlDatabase,
  tasks: ReadonlySet<string>,
): Promise<{ now: number; at: number | null }> {
  const clock = database.dialect.now();
  const ours = sql`task ${database.dialect.in(tasks)}`;
  const [next] = await database.query(sql`
    SELECT ${clock} AS at_now,
      (SELECT due_at FROM [job] WHERE state = 'active' AND due_at IS NOT NULL AND claimed_until < ${clock} AND ${ours}
        ORDER BY due_at LIMIT 1) AS due_at,
      (SELECT available_at FROM [run] WHERE state = 'queued' AND available_at > ${clock} AND ${ours}
        ORDER BY available_at LIMIT 1) AS available_at,
      (SELECT lease_until + 1 FROM [run] WHERE state = 'running' AND lease_until >= ${clock} AND ${ours}
        ORDER BY lease_until LIMIT 1) AS lease_end_at`);
  const now = Number(next?.['at_now']);
  const dueAt = instant(next?.['due_at']);
  // What is claimed was due before anything that is not: the claims are found without looking at a backlog behind them.
  const [claimed] = await database.query(sql`
    SELECT min(claimed_until) + 1 AS claim_end_at FROM [job]
    WHERE state = 'active' AND due_at <= ${Math.min(dueAt, Number.MAX_SAFE_INTEGER)} AND claimed_until >= ${now} AND ${ours}`);
  const rest = [next?.['available_at'], next?.['lease_end_at'], claimed?.['claim_end_at']].map(instant);
  const at = Math.min(dueAt, ...rest);
  return { now, at: at === Number.POSITIVE_INFINITY ? null : at };
}

function instant(value: unknown): number {
  return value === null || value === undefined ? Number.POSITIVE_INFINITY : Number(value);
}
