// Statements as the server is sent them: with the names of the tables, numbered parameters, and a name to be prepared under.
import { createHash } from 'node:crypto';
import type { ColumnValue } from '../rows/row.ts';
import type { Sql } from '../sql/sql.ts';
import type { PgQuery } from './driver.ts';
import type { PostgresTables } from './options.ts';
import { withNames } from './schema.ts';

/** How many statements are prepared on a connection; any further one is planned anew each time. */
const MAX_PREPARED = 64;

/** How many texts are remembered. */
const MAX_TEXTS = 500;

/** The statements of one store. */
export class Statements {
  readonly #tables: PostgresTables;
  readonly #prepares: boolean;
  readonly #known = new Map<string, Pick<PgQuery, 'text' | 'name'>>();
  #prepared = 0;

  /** `prepares`: whether what is prepared on a connection is there again the next time, which is not so behind a pooler. */
  constructor(tables: PostgresTables, prepares: boolean) {
    this.#tables = tables;
    this.#prepares = prepares;
  }

  /** The statement as a query; `prepared`, if it is asked often enough to be planned once. */
  query({ texts, values }: Sql, prepared: boolean): PgQuery {
    const key = numbered(texts);
    let statement = this.#known.get(key);
    if (statement === undefined) {
      statement = this.#statement(withNames(key, this.#tables), prepared && values.length > 0);
      if (this.#known.size < MAX_TEXTS) this.#known.set(key, statement);
    }
    return { ...statement, values: values.map(bound), types: TYPES };
  }

  #statement(text: string, prepared: boolean): Pick<PgQuery, 'text' | 'name'> {
    if (!prepared || !this.#prepares || this.#prepared === MAX_PREPARED) return { text };
    this.#prepared++;
    // A pool may be shared, also with another store: the same name is always the same text.
    return { text, name: `sched_${createHash('sha256').update(text).digest('hex').slice(0, 32)}` };
  }
}

const INTEGER_TYPES: readonly number[] = [20, 21, 23];

/** Whole numbers as numbers, everything else as the text it comes as, whatever a user has told `pg` to make of it. */
const TYPES = {
  getTypeParser: (oid: number) => (INTEGER_TYPES.includes(oid) ? Number : asText),
};

function asText(text: string): unknown {
  return text;
}

/** PostgreSQL has no place for the character NUL. */
function bound(value: ColumnValue): ColumnValue {
  return typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\ufffd') : value;
}

/** `$1`, `$2` … between the texts. */
function numbered(texts: readonly string[]): string {
  return texts.map((text, index) => (index === 0 ? text : `$${index}${text}`)).join('');
}
