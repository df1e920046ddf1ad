// The processes that check in with the MongoDB store: a document each, among what else is kept.
import { byStart, processColumns, processFromRow } from '../rows/process-row.ts';
import type { ProcessCheckIn, ProcessRecord } from '../store.ts';
import type { Database } from './database.ts';
import { findAll } from './in-bulk.ts';

const PREFIX = 'process:';

/** The ids that begin so; `;` is what follows `:`. */
const PROCESSES = { $gte: PREFIX, $lt: 'process;' };

export async function checkIn(database: Database, process: ProcessCheckIn, forgetAfterMs: number): Promise<void> {
  const { meta, again } = database;
  const now = await database.now();
  const { id: _, ...columns } = processColumns(process, now);
  await again(() => meta.updateOne({ _id: idOf(process.schedulerId) }, { $set: columns }, { upsert: true }));
  await again(() => meta.deleteMany({ _id: PROCESSES, seen_at: { $lt: now - forgetAfterMs } }));
}

export async function checkOut({ meta, again }: Database, schedulerId: string): Promise<void> {
  await again(() => meta.deleteOne({ _id: idOf(schedulerId) }));
}

export async function getProcesses(database: Database): Promise<{ now: number; processes: ProcessRecord[] }> {
  const now = await database.now();
  const found = await findAll(database.meta, { _id: PROCESSES });
  const processes = found.map((document) => processFromRow({ ...document, id: document._id.slice(PREFIX.length) }));
  return { now, processes: processes.sort(byStart) };
}

function idOf(schedulerId: string): string {
  return `${PREFIX}${schedulerId}`;
}
