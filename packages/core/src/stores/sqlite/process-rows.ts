// The processes that check in with the SQLite store.
import { processColumns, processFromRow } from '../rows/process-row.ts';
import type { ProcessRecord } from '../store.ts';
import type { ProcessRows } from '../tables.ts';
import type { Connection } from './connection.ts';

export class SqliteProcessRows implements ProcessRows {
  readonly #db: Connection;

  constructor(connection: Connection) {
    this.#db = connection;
  }

  put({ seenAt, ...process }: ProcessRecord): void {
    this.delete(process.schedulerId);
    this.#db.insert('[process]', processColumns(process, seenAt));
  }

  delete(schedulerId: string): void {
    this.#db.run('DELETE FROM [process] WHERE id = ?', schedulerId);
  }

  deleteSeenBefore(instant: number): void {
    this.#db.run('DELETE FROM [process] WHERE seen_at < ?', instant);
  }

  all(): ProcessRecord[] {
    return this.#db.all('SELECT * FROM [process] ORDER BY started_at, id').map(processFromRow);
  }
}
