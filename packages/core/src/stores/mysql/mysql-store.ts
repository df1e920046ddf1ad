// The job store in a MySQL or MariaDB database, shared by any number of processes.
import type { Clock } from '../../clock.ts';
import { SchedError } from '../../errors.ts';
import type { JobRecord } from '../../jobs/records.ts';
import { SecondLook } from '../server/second-look.ts';
import { SqlServerStore } from '../sql/sql-server-store.ts';
import type { ClaimRequest, StoreContext } from '../store.ts';
import { claimDueJobs } from './claim-due.ts';
import { MysqlDatabase } from './database.ts';
import { makePool } from './driver.ts';
import { nextWakeAt } from './next-wake.ts';
import { type MysqlSettings, type MysqlStoreOptions, mysqlSettings } from './options.ts';
import { migrate } from './schema.ts';
import { checkServer } from './server-check.ts';

/** What there is while the store is open. */
interface Opened {
  /** Closes the pool, unless it is the user's. */
  readonly closePool: () => Promise<void>;
  readonly database: MysqlDatabase;
  readonly secondLook: SecondLook;
}

/** Keeps jobs and runs in a database of MySQL (8.0 or newer) or MariaDB (10.6 or newer), through `mysql2`. */
export class MysqlStore extends SqlServerStore {
  readonly kind = 'mysql';
  readonly pollMs: number;
  readonly #settings: MysqlSettings;
  #opening: Promise<Opened> | null = null;
  #opened: Opened | null = null;

  /** @throws InvalidOptionError for an option it does not know, or a wrong value. */
  constructor(options: MysqlStoreOptions) {
    super();
    this.#settings = mysqlSettings(options);
    this.pollMs = this.#settings.pollMs;
  }

  /**
   * Connects, looks whether the server will do, and brings the tables up to date. Twice is once.
   *
   * @throws SchedError `driver-missing` if `mysql2` is not installed; `store-failure` if the server cannot be reached, is too
   * old or only reads, and if the tables are of a newer version of this package.
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
    opened?.secondLook.close();
    await opened?.closePool();
  }

  claimDue(
    request: ClaimRequest & { readonly limit: number; readonly ttlMs: number },
  ): Promise<{ now: number; jobs: JobRecord[] }> {
    return claimDueJobs(this.database(), request);
  }

  override nextWake({ tasks }: ClaimRequest): Promise<{ now: number; at: number | null }> {
    return nextWakeAt(this.database(), tasks);
  }

  /** Calls back when this process has left something to others for a moment. What others change is found by looking. */
  subscribe(onChange: () => void): () => void {
    return this.#open().secondLook.subscribe(onChange);
  }

  // The server has no way to tell others.
  protected announce(): void {}

  protected lookAgain(): void {
    this.#opened?.secondLook.lookAgain();
  }

  protected database(): MysqlDatabase {
    return this.#open().database;
  }

  #open(): Opened {
    if (this.#opened === null) throw new SchedError('store-failure', 'the MySQL store is not open');
    return this.#opened;
  }
}

async function openStore(settings: MysqlSettings, clock: Clock): Promise<Opened> {
  const pool = settings.pool ?? (await makePool(settings.url ?? ''));
  const closePool = async () => {
    if (settings.pool === null) await pool.end();
  };
  try {
    const database = new MysqlDatabase({ pool, settings, clock });
    await checkServer(database);
    await migrate(database, settings, settings.migrate === 'auto');
    return { closePool, database, secondLook: new SecondLook(clock) };
  } catch (thrown) {
    await closePool();
    throw thrown;
  }
}
