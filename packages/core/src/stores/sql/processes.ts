// The processes that check in with a store in an SQL database. Each statement stands by itself: nobody who stops in between
// two of them holds a lock that others wait for.
import { processColumns, processFromRow } from '../rows/process-row.ts';
import type { ProcessCheckIn, ProcessRecord } from '../store.ts';
import type { SqlDatabase } from './database.ts';
import { sql } from './sql.ts';

export async function checkIn(database: SqlDatabase, process: ProcessCheckIn, forgetAfterMs: number): Promise<void> {
  const now = await clockOf(database);
  await database.query(sql`DELETE FROM [process] WHERE seen_at < ${now - forgetAfterMs}`);
  await database.query(database.dialect.replace('[process]', processColumns(process, now)));
}

export async function checkOut(database: SqlDatabase, schedulerId: string): Promise<void> {
  await database.query(sql`DELETE FROM [process] WHERE id = ${schedulerId}`);
}

export async function getProcesses(database: SqlDatabase): Promise<{ now: number; processes: ProcessRecord[] }> {
  const now = await clockOf(database);
  const rows = await database.query(
    sql`SELECT id, host, pid, version, started_at, seen_at, skew_ms FROM [process] ORDER BY started_at, id`,
  );
  return { now, processes: rows.map(processFromRow) };
}

async function clockOf(database: SqlDatabase): Promise<number> {
  const [row] = await database.query(sql`SELECT ${database.dialect.now()} AS now`);
  return Number(row?.['now']);
}
