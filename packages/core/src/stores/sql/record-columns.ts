// What is asked of a row to read a record from it. By name: a later version of the tables may have more columns.
import { JOB_COLUMNS, RUN_COLUMNS } from '../rows/columns.ts';
import { raw } from './sql.ts';

/** The columns of a job. */
export const JOB_ROW = raw(Object.values(JOB_COLUMNS).join(', '));

/** The columns of a run, and the order in which runs were recorded. */
export const RUN_ROW = raw([...Object.values(RUN_COLUMNS), 'seq'].join(', '));

/** The columns of a run in a list: its log stays where it is. */
export const LISTED_RUN_ROW = raw(
  [...Object.values(RUN_COLUMNS).filter((column) => column !== RUN_COLUMNS.log), 'seq'].join(', '),
);
