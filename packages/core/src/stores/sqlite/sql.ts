// Pieces of SQL that the tables share, and what is bound to them.
import type { Row } from '../rows/row.ts';

/** Membership in a list that is bound as one value: the statement stays the same however long the list is. */
export const AMONG = 'IN (SELECT value FROM json_each(?))';

/** A list as {@link AMONG} takes it. */
export function jsonList(values: Iterable<string>): string {
  return JSON.stringify([...values]);
}

/** The instant in the column `at`; Infinity if there is none. */
export function instantOf(row: Row | undefined): number {
  const at = row?.['at'];
  return at === null || at === undefined ? Number.POSITIVE_INFINITY : Number(at);
}
