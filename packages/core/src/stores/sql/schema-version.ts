// Whether the tables that are there are those that this code works with.
import { SchedError } from '../../errors.ts';

/** What the tables say of themselves; null where they say nothing. */
export interface TableVersions {
  readonly schema: number | null;
  /** The oldest version of the code that may still work with them. */
  readonly compatible: number | null;
}

/**
 * The version from which the tables are to be brought up to date; null if there is nothing to do: they are of this version, or
 * of a newer one that says that this one may go on working with it.
 *
 * @throws SchedError `store-failure` if they are of a newer version that does not.
 */
export function schemaToMigrate({ schema, compatible }: TableVersions, known: number): number | null {
  if (schema === null || schema < known) return schema ?? 0;
  if (schema === known || (compatible !== null && compatible <= known)) return null;
  throw new SchedError(
    'store-failure',
    `the tables are of schema version ${schema}, this @sched/core knows up to ${known}: update it`,
  );
}

/** What is thrown where the tables are not up to date and may not be changed. `printed`: how to get at the SQL. */
export function outdatedTables(schema: number, known: number, printed: string): SchedError {
  const found = schema === 0 ? 'there are no tables' : `the tables are of schema version ${schema}`;
  return new SchedError(
    'store-failure',
    `${found}, this @sched/core needs version ${known}: run the SQL that ${printed} answers, or open the store with migrate: 'auto'`,
  );
}
