// Records as flat rows: the form in which every store that is not this process's memory keeps them.

/** What a column holds. */
export type ColumnValue = string | number | null;

/** A row as a driver answers it. */
export type Row = Readonly<Record<string, unknown>>;
