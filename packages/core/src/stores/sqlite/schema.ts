// The tables of the SQLite store, as the steps that lead to them.
import { SchedError } from '../../errors.ts';
import { RARE_RUN } from '../sql/run-conditions.ts';
import { type Connection, withPrefix } from './connection.ts';

/** What brought each version of the schema about; the first one makes version 1. A step that was released never changes. */
const MIGRATIONS: readonly string[] = [
  `
CREATE TABLE [job] (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  task TEXT NOT NULL,
  args TEXT NOT NULL,
  trigger_json TEXT NOT NULL,
  executor TEXT NOT NULL,
  policies TEXT NOT NULL,
  keep_runs INTEGER NOT NULL,
  tags TEXT NOT NULL,
  ephemeral INTEGER NOT NULL,
  state TEXT NOT NULL,
  next_fire_at INTEGER,
  early_ms INTEGER NOT NULL,
  due_at INTEGER GENERATED ALWAYS AS (next_fire_at - early_ms) VIRTUAL,
  generation INTEGER NOT NULL,
  version INTEGER NOT NULL,
  last_fire_at INTEGER,
  run_count INTEGER NOT NULL,
  failures INTEGER NOT NULL,
  claimed_until INTEGER NOT NULL,
  note TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX [job_due] ON [job] (due_at, generation) WHERE state = 'active' AND due_at IS NOT NULL;
CREATE INDEX [job_claimed] ON [job] (claimed_until) WHERE claimed_until > 0;
CREATE INDEX [job_list] ON [job] (coalesce(next_fire_at, 9007199254740991), id);

CREATE TABLE [run] (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  job_id TEXT NOT NULL,
  generation INTEGER NOT NULL,
  job_name TEXT NOT NULL,
  task TEXT NOT NULL,
  args TEXT NOT NULL,
  executor TEXT NOT NULL,
  policies TEXT NOT NULL,
  priority INTEGER NOT NULL,
  max_instances INTEGER NOT NULL,
  fire_at INTEGER NOT NULL,
  available_at INTEGER NOT NULL,
  deadline_at INTEGER,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  coalesced INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  token INTEGER NOT NULL,
  owner TEXT,
  lease_until INTEGER NOT NULL,
  cancel_requested INTEGER NOT NULL,
  started_at INTEGER,
  finished_at INTEGER,
  error TEXT,
  progress TEXT,
  result TEXT,
  log TEXT,
  attempts TEXT
) STRICT;
CREATE INDEX [run_queue] ON [run] (priority, available_at) WHERE state = 'queued';
CREATE INDEX [run_lease] ON [run] (lease_until) WHERE state = 'running';
CREATE INDEX [run_open] ON [run] (job_id, state) WHERE state IN ('queued', 'running');
CREATE INDEX [run_job] ON [run] (job_id, fire_at);
CREATE INDEX [run_fire] ON [run] (fire_at);
CREATE INDEX [run_rare] ON [run] (state, fire_at) WHERE ${RARE_RUN};
CREATE INDEX [run_finished] ON [run] (finished_at) WHERE finished_at IS NOT NULL;

CREATE TABLE [process] (
  id TEXT NOT NULL PRIMARY KEY,
  host TEXT NOT NULL,
  pid INTEGER NOT NULL,
  version TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  skew_ms INTEGER
) STRICT;

INSERT INTO [meta] (name, value) VALUES ('generation', 0), ('token', 0);
`,
];

/** The oldest version of this code whose schema knowledge is enough to work with tables of the newest version. */
const COMPATIBLE_WITH = 1;

/** The SQL that makes the tables from nothing: for those who want to read it, or run it themselves. */
export function sqliteSchema(tablePrefix = 'sched_'): string {
  return withPrefix([CREATE_META, ...MIGRATIONS, setVersion(MIGRATIONS.length)].join('\n'), tablePrefix);
}

const CREATE_META =
  'CREATE TABLE IF NOT EXISTS [meta] (name TEXT NOT NULL PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;';

function setVersion(version: number): string {
  return `INSERT OR REPLACE INTO [meta] (name, value) VALUES ('schema', ${version}), ('schema_compatible', ${COMPATIBLE_WITH});`;
}

/**
 * Brings the tables up to date, inside a transaction of the caller's. Newer tables are left as they are if they say that
 * this version may work with them: so an old process goes on beside a new one.
 *
 * @throws SchedError `store-failure` if they are of a newer version that asks for more than this code knows.
 */
export function migrate(connection: Connection): void {
  connection.exec(CREATE_META);
  const version = metaValue(connection, 'schema') ?? 0;
  const known = MIGRATIONS.length;
  if (version > known && (metaValue(connection, 'schema_compatible') ?? version) > known) {
    throw new SchedError(
      'store-failure',
      `the tables are of schema version ${version}, this @sched/core knows up to ${known}: update it`,
    );
  }
  if (version >= known) return;
  for (const migration of MIGRATIONS.slice(version)) connection.exec(migration);
  connection.exec(setVersion(MIGRATIONS.length));
}

function metaValue(connection: Connection, name: string): number | null {
  const value = connection.get('SELECT value FROM [meta] WHERE name = ?', name)?.['value'];
  return value === undefined ? null : Number(value);
}
