// SQL as a value: its text, and the values to be bound where `${…}` stood. Values never become part of the text.
import type { ColumnValue } from '../rows/row.ts';

/** A piece of SQL. `[job]` in its text stands for the table of that name, whatever it is called in the database. */
export interface Sql {
  /** One more than there are values: a value is bound between each two of them. */
  readonly texts: readonly string[];
  readonly values: readonly ColumnValue[];
}

/** A piece of SQL with values to bind, or other pieces to put in: sql`SELECT * FROM [job] WHERE id = ${id} ${lock}`. */
export function sql(strings: TemplateStringsArray, ...parts: readonly (ColumnValue | Sql)[]): Sql {
  const texts: string[] = [strings[0] ?? ''];
  const values: ColumnValue[] = [];
  parts.forEach((part, index) => {
    const [first = '', ...rest] = isSql(part) ? part.texts : ['', ''];
    texts.push((texts.pop() ?? '') + first, ...rest);
    if (isSql(part)) for (const value of part.values) values.push(value);
    else values.push(part);
    texts.push((texts.pop() ?? '') + (strings[index + 1] ?? ''));
  });
  return { texts, values };
}

/** Text that is SQL itself: words, names, numbers of ours. Never anything from outside. */
export function raw(text: string): Sql {
  return { texts: [text], values: [] };
}

/** Pieces one after the other. */
export function joined(pieces: readonly Sql[], separator: string): Sql {
  const texts: string[] = [''];
  const values: ColumnValue[] = [];
  pieces.forEach((piece, index) => {
    const [first = '', ...rest] = piece.texts;
    texts.push((texts.pop() ?? '') + (index === 0 ? '' : separator) + first);
    for (const text of rest) texts.push(text);
    for (const value of piece.values) values.push(value);
  });
  return { texts, values };
}

/** One row into a table, by `INSERT INTO` or what else the database has. */
export function rowInto(verb: string, table: string, row: Readonly<Record<string, ColumnValue>>): Sql {
  const values = Object.values(row).map((value) => sql`${value}`);
  return sql`${raw(`${verb} ${table} (${Object.keys(row).join(', ')})`)} VALUES (${joined(values, ', ')})`;
}

/** Conditions of which all have to hold; true if there are none. */
export function allOf(conditions: readonly Sql[]): Sql {
  return conditions.length === 0 ? raw('TRUE') : joined(conditions, ' AND ');
}

function isSql(part: ColumnValue | Sql): part is Sql {
  return typeof part === 'object' && part !== null;
}
