// The job store in an SQLite database: durable without a server, shared by any number of processes on one machine.
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '../../clock.ts';
import { SchedError } from '../../errors.ts';
import type { StoreContext } from '../store.ts';
import { type TableStep, TableStore } from '../table-store.ts';
import { ChangePoll } from './change-poll.ts';
import { Connection } from './connection.ts';
import { openDatabase, type SqliteDatabase } from './driver.ts';
import { SqliteJobRows } from './job-rows.ts';
import { type SqliteSettings, type SqliteStoreOptions, sqliteSettings } from './options.ts';
import { SqliteProcessRows } from './process-rows.ts';
import { SqliteRunRows } from './run-rows.ts';
import { migrate } from './schema.ts';

/** What there is while the store is open. */
interface Opened {
  readonly database: SqliteDatabase;
  readonly connection: Connection;
  readonly clock: Clock;
  readonly jobs: SqliteJobRows;
  readonly runs: SqliteRunRows;
  readonly processes: SqliteProcessRows;
  readonly changes: ChangePoll;
}

/** Keeps jobs and runs in an SQLite database, through better-sqlite3 or node:sqlite. */
export class SqliteStore extends TableStore {
  readonly kind = 'sqlite';
  readonly durable = true;
  readonly pollMs: number;
  protected override readonly putBatch = 5_000;
  readonly #settings: SqliteSettings;
  #opening: Promise<Opened> | null = null;
  #opened: Opened | null = null;

  /** @throws InvalidOptionError for an option it does not know, or a wrong value. */
  constructor(options: SqliteStoreOptions) {
    super();
    this.#settings = sqliteSettings(options);
    this.pollMs = this.#settings.pollMs;
  }

  /**
   * Opens the database and brings its tables up to date. Twice is once.
   *
   * @throws SchedError `driver-missing` if no driver is there; `store-failure` if the database cannot be opened, or has
   * tables of a newer version of this package.
   */
  async open(context: StoreContext): Promise<void> {
    this.#opening ??= openStore(this.#settings, context.clock);
    const opening = this.#opening;
    try {
      const opened = await opening;
      if (this.#opening === opening) this.#opened = opened;
    } catch (thrown) {
      if (this.#opening === opening) this.#opening = null;
      throw thrown;
    }
  }

  async close(): Promise<void> {
    const opening = this.#opening;
    this.#opening = this.#opened = null;
    const opened = await opening?.catch(() => null);
    opened?.changes.stop();
    if (this.#settings.database === null) opened?.database.close();
  }

  /** Calls back within 200 ms of a write by another connection; answers how to stop. */
  subscribe(onChange: () => void): () => void {
    return this.#open().changes.listen(onChange);
  }

  protected read<Result>(body: (step: TableStep) => Result): Promise<Result> {
    return this.#transaction('read', body);
  }

  protected write<Result>(body: (step: TableStep) => Result): Promise<Result> {
    return this.#transaction('write', body);
  }

  async #transaction<Result>(kind: 'read' | 'write', body: (step: TableStep) => Result): Promise<Result> {
    const { connection, clock, ...rows } = this.#open();
    return connection.transaction(kind, () => body({ ...rows, now: clock.now() }));
  }

  #open(): Opened {
    if (this.#opened === null) throw new SchedError('store-failure', 'the SQLite store is not open');
    return this.#opened;
  }
}

async function openStore(settings: SqliteSettings, clock: Clock): Promise<Opened> {
  const database = settings.database ?? (await openFile(settings));
  try {
    const connection = new Connection(database, clock, settings.tablePrefix);
    if (settings.database === null) await configure(connection, settings);
    await connection.transaction('write', () => migrate(connection));
    const readVersion = () => connection.get('PRAGMA data_version')?.['data_version'];
    return {
      ...{ database, connection, clock },
      jobs: new SqliteJobRows(connection),
      runs: new SqliteRunRows(connection),
      processes: new SqliteProcessRows(connection),
      changes: new ChangePoll(clock, readVersion),
    };
  } catch (thrown) {
    if (settings.database === null) database.close();
    throw thrown;
  }
}

async function openFile({ file, driver }: SqliteSettings): Promise<SqliteDatabase> {
  const path = file ?? ':memory:';
  if (path !== ':memory:') await makeDirectory(dirname(path));
  return openDatabase(path, driver);
}

async function makeDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true });
  } catch (cause) {
    throw new SchedError('store-failure', `the directory ${directory} of the SQLite database cannot be made`, {
      cause,
    });
  }
}

/** Settings of the connection and, with WAL, of the file: readers and the writer do not wait for each other. */
async function configure(connection: Connection, { synchronous }: SqliteSettings): Promise<void> {
  await connection.retrying(() => connection.exec('PRAGMA journal_mode = WAL'));
  connection.exec(`PRAGMA synchronous = ${synchronous}; PRAGMA journal_size_limit = 67108864`);
}
