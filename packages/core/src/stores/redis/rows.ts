// Jobs and runs from the texts under their keys. Any program may have written them.
import type { JobRecord, RunRecord } from '../../jobs/records.ts';
import { jobFromRow, runFromRow, standingFromRow } from '../rows/columns.ts';
import type { Row } from '../rows/row.ts';
import type { JobStanding } from '../tables.ts';
import type { RedisConnection } from './connection.ts';
import { checkedJob, checkedRun, spoiltJob, spoiltRun } from './plain-columns.ts';
import { isOurForm, jobMark, runMark, type StoredRow } from './row-form.ts';
import { JOB_WIDTH, RUN_WIDTH } from './scripts/script.ts';

/** The texts of rows, as far as there are any. */
export async function readTexts(
  connection: RedisConnection,
  kind: 'job' | 'run',
  ids: readonly string[],
): Promise<[id: string, text: string][]> {
  if (ids.length === 0) return [];
  const keys = ids.map((id) => connection.key(`${kind}:${id}`));
  const texts = (await connection.command('mget', keys)) as (string | null)[];
  return ids.flatMap((id, at) => {
    const text = texts[at];
    return text === null || text === undefined ? [] : [[id, text]];
  });
}

/** The job of a text; one that cannot be read is `broken` and says why, as in every store. */
export function readJob(id: string, text: string): StoredRow<JobRecord> {
  const row = parseRow(id, text) ?? spoiltJob(id, text);
  const { readable, fault } = checkedJob(row);
  const read = jobFromRow(readable);
  const wrong = read.fault ?? fault;
  const record: JobRecord = wrong === null ? read.record : { ...read.record, state: 'broken', note: wrong.message };
  const ourMark = jobMark(record);
  const isOurs = isOurForm(text, ourMark, JOB_WIDTH);
  return { record, fault: wrong, row, rev: record.version, mark: isOurs ? ourMark : markOf(text), isOurs };
}

/** The run of a text. */
export function readRun(id: string, text: string): StoredRow<RunRecord> {
  const row = parseRow(id, text) ?? spoiltRun(id, text);
  const { readable, fault } = checkedRun(row);
  const read = runFromRow(readable);
  const rev = Number(readable['rev']);
  const ourMark = runMark(rev);
  const isOurs = isOurForm(text, ourMark, RUN_WIDTH);
  const mark = isOurs ? ourMark : markOf(text);
  return { record: read.record, fault: read.fault ?? fault, row, rev, mark, isOurs };
}

/** How a job stands, and the mark of its row. */
export interface Standing {
  readonly standing: JobStanding;
  readonly mark: string;
}

/** How a job stands, from what its text begins with; null if that has not our form. */
export function readStanding(id: string, head: string): Standing | null {
  const [, mark, generation, state, ephemeral] = STANDING.exec(head) ?? [];
  if (mark === undefined) return null;
  return { standing: standingFromRow({ id, generation, state, ephemeral: Number(ephemeral) }), mark };
}

const STANDING = /^(\{"version":\d+,"generation":(\d+),)"claimed_until":\d+,"state":"(\w+)","ephemeral":([01]),/;

/** The columns of a text, null if it has none. Whatever it says, its id is that of its key. */
function parseRow(id: string, text: string): Row | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
    const row = value as Row;
    return row['id'] === id ? row : { ...row, id };
  } catch {
    return null;
  }
}

/** What a text of another form begins with: as much as is sure to come to the same bytes. */
function markOf(text: string): string {
  return /^[ -~]{0,100}/.exec(text)?.[0] ?? '';
}
