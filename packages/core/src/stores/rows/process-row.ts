// Processes to columns and back.
import type { ProcessCheckIn, ProcessRecord } from '../store.ts';
import type { Columns } from './columns.ts';
import type { Row } from './row.ts';

/** The columns of a process that checks in at this instant. */
export function processColumns(process: ProcessCheckIn, seenAt: number): Columns {
  return {
    id: process.schedulerId,
    host: process.host,
    pid: process.pid,
    version: process.version,
    started_at: process.startedAt,
    seen_at: seenAt,
    skew_ms: process.clockSkewMs,
  };
}

/** The process of a row; what another program may have put in its place is read as far as it can be. */
export function processFromRow(row: Row): ProcessRecord {
  return {
    schedulerId: String(row['id']),
    host: String(row['host']),
    pid: whole(row['pid']),
    version: String(row['version']),
    startedAt: whole(row['started_at']),
    seenAt: whole(row['seen_at']),
    clockSkewMs: row['skew_ms'] === null ? null : whole(row['skew_ms']),
  };
}

/** Those that started first come first. */
export function byStart(a: ProcessRecord, b: ProcessRecord): number {
  return a.startedAt - b.startedAt || (a.schedulerId < b.schedulerId ? -1 : 1);
}

function whole(value: unknown): number {
  const number = Math.trunc(Number(value));
  return Number.isSafeInteger(number) ? number : 0;
}
