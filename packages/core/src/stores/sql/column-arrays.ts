// Many records as arrays, one for each column: the form in which all of them are written by one statement.
import type { JobRecord, RunRecord } from '../../jobs/records.ts';
import { earlyMs } from '../job-decisions.ts';
import { columnValue, JOB_COLUMNS, POLICY_COLUMNS, RARE_COLUMNS, RUN_COLUMNS } from '../rows/columns.ts';
import type { ColumnValue } from '../rows/row.ts';
import type { Change } from '../server/unit.ts';

/** By column, the value of each record: all arrays are of one length. */
export type ColumnArrays = ReadonlyMap<string, readonly ColumnValue[]>;

/** Records of which the same columns have changed. */
export interface ChangedColumns {
  readonly ids: readonly string[];
  readonly columns: ColumnArrays;
}

/** A column, and how a field of a record fills it. */
interface Column<Kind> {
  readonly name: string;
  readonly field: keyof Kind;
  readonly of: (record: Kind) => ColumnValue;
}

const JOB: readonly Column<JobRecord>[] = [
  ...plainColumns<JobRecord>(JOB_COLUMNS),
  { name: POLICY_COLUMNS.keepRuns, field: 'policies', of: (job) => job.policies.keepRuns },
  { name: POLICY_COLUMNS.early, field: 'policies', of: (job) => earlyMs(job.policies) },
];

const RUN: readonly Column<RunRecord>[] = [
  ...plainColumns<RunRecord>(RUN_COLUMNS),
  { name: POLICY_COLUMNS.priority, field: 'policies', of: (run) => run.policies.priority },
  { name: POLICY_COLUMNS.maxInstances, field: 'policies', of: (run) => run.policies.maxInstances },
];

/** All columns of jobs. */
export function jobArrays(jobs: readonly JobRecord[]): ColumnArrays {
  return arraysOf(jobs, JOB);
}

/** All columns of runs; without those that few have anything in, if none of these has. */
export function runArrays(runs: readonly RunRecord[]): ColumnArrays {
  const isNamed = ({ name, field }: Column<RunRecord>) =>
    !RARE_COLUMNS.has(name) || runs.some((run) => run[field] !== null);
  return arraysOf(runs, RUN.filter(isNamed));
}

/** What differs from what is stored; a column that does not is left as it is, whatever is in it. */
export function changedJobColumns(changes: readonly Change<JobRecord>[]): ChangedColumns[] {
  return changedColumns(changes, JOB);
}

/** What differs from what is stored. */
export function changedRunColumns(changes: readonly Change<RunRecord>[]): ChangedColumns[] {
  return changedColumns(changes, RUN);
}

function plainColumns<Kind>(columnOf: Readonly<Record<keyof Kind, string>>): Column<Kind>[] {
  const fields = Object.keys(columnOf) as (keyof Kind)[];
  return fields.map((field) => ({ name: columnOf[field], field, of: (record) => columnValue(record[field]) }));
}

function arraysOf<Kind>(records: readonly Kind[], columns: readonly Column<Kind>[]): Map<string, ColumnValue[]> {
  return new Map(columns.map((column) => [column.name, arrayOf(records, column)]));
}

/** Most records of a batch share their policies: equal objects in a row are made text once. */
function arrayOf<Kind>(records: readonly Kind[], { field, of }: Column<Kind>): ColumnValue[] {
  let shared: unknown = null;
  let value: ColumnValue = null;
  return records.map((record) => {
    const source = record[field];
    if (typeof source !== 'object' || source === null) return of(record);
    if (source !== shared) {
      shared = source;
      value = of(record);
    }
    return value;
  });
}

function changedColumns<Kind extends { readonly id: string }>(
  changes: readonly Change<Kind>[],
  columns: readonly Column<Kind>[],
): ChangedColumns[] {
  // A bit for each column: every fire changes four rows, and most of them in the same columns.
  const groups = new Map<number, Kind[]>();
  for (const { stored, record } of changes) {
    let changed = 0;
    for (let index = 0; index < columns.length; index++) {
      const field = columns[index]?.field;
      if (field !== undefined && record[field] !== stored[field]) changed |= 1 << index;
    }
    const group = groups.get(changed);
    if (group !== undefined) group.push(record);
    else if (changed !== 0) groups.set(changed, [record]);
  }
  return Array.from(groups, ([changed, records]) => ({
    ids: records.map(({ id }) => id),
    columns: arraysOf(
      records,
      columns.filter((_, index) => changed & (1 << index)),
    ),
  }));
}
