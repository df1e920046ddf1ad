// The job store in a PostgreSQL database, shared by any number of processes.
import type { Clock } from '../../clock.ts';
import { SchedError } from '../../errors.ts';
import type { JobRecord } from '../../jobs/records.ts';
import { sql } from '../sql/sql.ts';
import { SqlServerStore } from '../sql/sql-server-store.ts';
import type { ClaimRequest, StoreContext } from '../store.ts';
import { claimDueJobs } from './claim-due.ts';
import { PgDatabase } from './database.ts';
import { makePool } from './driver.ts';
import { Notifications } from './notifications.ts';
import { type PostgresSettings, type PostgresStoreOptions, postgresSettings } from './options.ts';
import { migrate } from './schema.ts';
import { checkServer } from './server-check.ts';

/** What there is while the store is open. */
interface Opened {
  /** Closes the pool, unless it is the user's. */
  readonly closePool: () => Promise<void>;
  readonly database: PgDatabase;
  readonly notifications: Notifications;
}

/** Keeps jobs and runs in a PostgreSQL database (12 or newer), through `pg`. */
export class PostgresStore extends SqlServerStore {
  readonly kind = 'postgres';
  readonly pollMs: number;
  readonly #settings: PostgresSettings;
  #opening: Promise<Opened> | null = null;
  #opened: Opened | null = null;

  /** @throws InvalidOptionError for an option it does not know, or a wrong value. */
  constructor(options: PostgresStoreOptions) {
    super();
    this.#settings = postgresSettings(options);
    this.pollMs = this.#settings.pollMs;
  }

  /**
   * Connects, looks whether the server will do, and brings the tables up to date. Twice is once.
   *
   * @throws SchedError `driver-missing` if `pg` is not installed; `store-failure` if the server cannot be reached, is older
   * than 12, only reads or keeps text in another encoding than UTF-8, and if the tables are of a newer version of this package.
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
    this.recent.clear();
    const opened = await opening?.catch(() => null);
    await opened?.notifications.close();
    await opened?.closePool();
  }

  async claimDue(
    request: ClaimRequest & { readonly limit: number; readonly ttlMs: number },
  ): Promise<{ now: number; jobs: JobRecord[] }> {
    const claimed = await claimDueJobs(this.database(), request);
    this.recent.claimed(claimed.jobs);
    return claimed;
  }

  /** Calls back when another process has told of a change, and when something may have been missed; answers how to stop. */
  subscribe(onChange: () => void): () => void {
    return this.#open().notifications.subscribe(onChange);
  }

  protected announce(): void {
    this.#opened?.notifications.announce();
  }

  protected lookAgain(): void {
    this.#opened?.notifications.lookAgain();
  }

  protected database(): PgDatabase {
    return this.#open().database;
  }

  #open(): Opened {
    if (this.#opened === null) throw new SchedError('store-failure', 'the PostgreSQL store is not open');
    return this.#opened;
  }
}

/** Connections to a pool are lost in silence: whoever needs one finds out. */
function ignore(): void {}

async function openStore(settings: PostgresSettings, clock: Clock): Promise<Opened> {
  const pool = settings.pool ?? (await makePool(settings.url ?? ''));
  const closePool = async () => {
    // Our own pool keeps it: a connection may still be lost while it closes.
    if (settings.pool === null) await pool.end();
    else pool.removeListener('error', ignore);
  };
  // An error that nobody listens to would end the process.
  pool.on('error', ignore);
  try {
    const database = new PgDatabase({ pool, settings, clock });
    await checkServer({ query: (statement) => database.queryAsIs(statement) });
    await migrate(database, settings, settings.migrate === 'auto');
    const channel = `${settings.tablePrefix}changed`;
    const tell = (to: string, sender: string) => database.queryAsIs(sql`SELECT pg_notify(${to}, ${sender})`);
    const notifications = new Notifications({ pool, clock, channel, listen: settings.listen, tell });
    return { closePool, database, notifications };
  } catch (thrown) {
    await closePool();
    throw thrown;
  }
}
