// The processes that check in with the Redis store.
import { byStart, processColumns, processFromRow } from '../rows/process-row.ts';
import type { Row } from '../rows/row.ts';
import type { ProcessCheckIn, ProcessRecord } from '../store.ts';
import type { RedisConnection } from './connection.ts';
import { ALL_PROCESSES, PROCESS_GONE, PROCESS_SEEN } from './scripts/processes.ts';

export async function checkIn(
  connection: RedisConnection,
  process: ProcessCheckIn,
  forgetAfterMs: number,
): Promise<void> {
  const { seen_at: _, ...row } = processColumns(process, 0);
  await connection.run(PROCESS_SEEN, [connection.time, process.schedulerId, JSON.stringify(row), forgetAfterMs]);
}

export async function checkOut(connection: RedisConnection, schedulerId: string): Promise<void> {
  await connection.run(PROCESS_GONE, [schedulerId]);
}

export async function getProcesses(connection: RedisConnection): Promise<{ now: number; processes: ProcessRecord[] }> {
  const [now, texts] = (await connection.run(ALL_PROCESSES, [connection.time])) as [string, string[]];
  const rows = texts.map(rowFrom).filter((row) => row !== null);
  return { now: Number(now), processes: rows.map(processFromRow).sort(byStart) };
}

/** The row of a text as the script keeps it; null where somebody has put something else there. */
function rowFrom(text: string): Row | null {
  const gap = text.indexOf(' ');
  try {
    const row: unknown = JSON.parse(text.slice(gap + 1));
    return typeof row === 'object' && row !== null ? { ...row, seen_at: text.slice(0, gap) } : null;
  } catch {
    return null;
  }
}
