// The tables of the PostgreSQL store, as the steps that lead to them.
import type { SqlDatabase, SqlSession } from '../sql/database.ts';
import { RARE_RUN } from '../sql/run-conditions.ts';
import { outdatedTables, schemaToMigrate, type TableVersions } from '../sql/schema-version.ts';
import { raw, sql } from '../sql/sql.ts';
import { type PostgresStoreOptions, type PostgresTables, postgresTables } from './options.ts';

/** The oldest version of this code that may work with these tables. */
const COMPATIBLE = 1;

/** How many numbers are taken from a counter at once: those from one value of its sequence up to the next. */
export const COUNTER_STEP = 1000;

/** Text is compared byte by byte: faster than by the rules of a language, and the same on every server. */
const TEXT = 'text COLLATE "C"';

/** Rows are written often: room for their new versions on the same page, and a vacuum that comes in time. */
const BUSY = `WITH (
  fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000,
  autovacuum_analyze_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 1
)`;

// Columns that change or are searched come first, long ones that never change last: the log of changes then holds little more
// than what has changed.

/** What brought each version of the schema about; the first one makes version 1. A step that was released never changes. */
const MIGRATIONS: readonly string[] = [
  `
CREATE TABLE [job] (
  generation bigint NOT NULL,
  version bigint NOT NULL,
  claimed_until bigint NOT NULL,
  early_ms bigint NOT NULL,
  keep_runs bigint NOT NULL,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  run_count bigint NOT NULL,
  failures bigint NOT NULL,
  list_at bigint NOT NULL GENERATED ALWAYS AS (coalesce(next_fire_at, ${Number.MAX_SAFE_INTEGER})) STORED,
  ephemeral smallint NOT NULL,
  state ${TEXT} NOT NULL,
  id ${TEXT} NOT NULL PRIMARY KEY,
  task ${TEXT} NOT NULL,
  due_at bigint GENERATED ALWAYS AS (next_fire_at - early_ms) STORED,
  next_fire_at bigint,
  last_fire_at bigint,
  note text,
  name text NOT NULL,
  args text NOT NULL,
  trigger_json text NOT NULL,
  executor ${TEXT} NOT NULL,
  policies text NOT NULL,
  tags text NOT NULL
) ${BUSY};
CREATE INDEX {job_due} ON [job] (due_at, generation) WHERE state = 'active' AND due_at IS NOT NULL;
CREATE INDEX {job_list} ON [job] (list_at, id);

CREATE TABLE [run] (
  seq bigint GENERATED ALWAYS AS IDENTITY,
  generation bigint NOT NULL,
  priority bigint NOT NULL,
  max_instances bigint NOT NULL,
  fire_at bigint NOT NULL,
  available_at bigint NOT NULL,
  coalesced bigint NOT NULL,
  attempt bigint NOT NULL,
  token bigint NOT NULL,
  lease_until bigint NOT NULL,
  cancel_requested smallint NOT NULL,
  state ${TEXT} NOT NULL,
  id ${TEXT} NOT NULL PRIMARY KEY,
  job_id ${TEXT} NOT NULL,
  task ${TEXT} NOT NULL,
  executor ${TEXT} NOT NULL,
  reason text NOT NULL,
  owner text,
  deadline_at bigint,
  started_at bigint,
  finished_at bigint,
  error text,
  progress text,
  result text,
  attempts text,
  log text,
  job_name text NOT NULL,
  args text NOT NULL,
  policies text NOT NULL
) ${BUSY};
CREATE INDEX {run_queue} ON [run] (executor, priority, available_at, seq) WHERE state = 'queued';
CREATE INDEX {run_available} ON [run] (available_at) WHERE state = 'queued';
CREATE INDEX {run_lease} ON [run] (lease_until) WHERE state = 'running';
CREATE INDEX {run_open} ON [run] (job_id, state) WHERE state IN ('queued', 'running');
CREATE INDEX {run_job} ON [run] (job_id, fire_at, seq) WHERE state NOT IN ('queued', 'running');
CREATE INDEX {run_fire} ON [run] (fire_at, id) WHERE state NOT IN ('queued', 'running');
CREATE INDEX {run_rare} ON [run] (state, fire_at, id) WHERE ${RARE_RUN};
CREATE INDEX {run_finished} ON [run] (finished_at, seq) WHERE finished_at IS NOT NULL;

CREATE TABLE [process] (
  id ${TEXT} NOT NULL PRIMARY KEY,
  host text NOT NULL,
  pid bigint NOT NULL,
  version text NOT NULL,
  started_at bigint NOT NULL,
  seen_at bigint NOT NULL,
  skew_ms bigint
);

CREATE SEQUENCE [generation] INCREMENT BY ${COUNTER_STEP};
CREATE SEQUENCE [token] INCREMENT BY ${COUNTER_STEP};
`,
];

const CREATE_META = `
CREATE TABLE IF NOT EXISTS [meta] (name ${TEXT} NOT NULL PRIMARY KEY, value bigint NOT NULL);
`;

const SET_VERSION = `
INSERT INTO [meta] (name, value) VALUES ('schema', ${MIGRATIONS.length}), ('schema_compatible', ${COMPATIBLE})
ON CONFLICT (name) DO UPDATE SET value = excluded.value;
`;

/** The SQL with the names of the tables in it: `[job]` with its schema, `{job_due}` for an index, which has none. */
export function withNames(text: string, { schema, tablePrefix }: PostgresTables): string {
  const place = schema === null ? '' : `"${schema}".`;
  return text
    .replaceAll(/\[(\w+)\]/g, (_, name: string) => `${place}"${tablePrefix}${name}"`)
    .replaceAll(/\{(\w+)\}/g, (_, name: string) => `"${tablePrefix}${name}"`);
}

/**
 * The SQL that makes the tables from nothing: for those who want to read it, or run it themselves.
 *
 * @throws InvalidOptionError for a name that could be anything but a name.
 */
export function postgresSchema(options: Pick<PostgresStoreOptions, 'schema' | 'tablePrefix'> = {}): string {
  const tables = postgresTables(options);
  return withNames([...createSchema(tables), CREATE_META, ...MIGRATIONS, SET_VERSION].join(''), tables);
}

/**
 * Brings the tables up to date, whoever else is about to. Tables that are up to date are only looked at.
 *
 * @throws SchedError `store-failure` if they are of a newer version than this code knows, or out of date and not to be changed.
 */
export async function migrate(database: SqlDatabase, tables: PostgresTables, mayChange: boolean): Promise<void> {
  const outdated = schemaToMigrate(await versions(database), MIGRATIONS.length);
  if (outdated === null) return;
  if (!mayChange) throw outdatedTables(outdated, MIGRATIONS.length, 'postgresSchema()');
  await database.transaction(async (session) => {
    await session.query(sql`SELECT pg_advisory_xact_lock(hashtext(${withNames('[meta]', tables)}))`);
    const version = schemaToMigrate(await versions(session), MIGRATIONS.length);
    if (version === null) return;
    if (version === 0) await session.query(raw([...(await missingSchema(session, tables)), CREATE_META].join('')));
    await session.query(raw([...MIGRATIONS.slice(version), SET_VERSION].join('')));
  });
}

async function versions(session: SqlSession): Promise<TableVersions> {
  // From a table: a server process that has looked for ours before would else answer from memory that there are none, although
  // another has made them since. It asks for news when it locks a table.
  const [found] = await session.query(raw("SELECT to_regclass('[meta]')::text AS meta FROM pg_class LIMIT 1"));
  if (found?.['meta'] === null) return { schema: null, compatible: null };
  const rows = await session.query(raw('SELECT name, value FROM [meta]'));
  const numberOf = (name: string) => {
    const row = rows.find((each) => each['name'] === name);
    return row === undefined ? null : Number(row['value']);
  };
  return { schema: numberOf('schema'), compatible: numberOf('schema_compatible') };
}

/** What makes the schema, unless it is there: to make it anyway takes a right that not everybody has. */
async function missingSchema(session: SqlSession, tables: PostgresTables): Promise<string[]> {
  const [row] = await session.query(sql`SELECT to_regnamespace(${`"${tables.schema}"`})::text AS schema`);
  return row?.['schema'] === null ? createSchema(tables) : [];
}

function createSchema({ schema }: PostgresTables): string[] {
  return schema === null ? [] : [`CREATE SCHEMA IF NOT EXISTS "${schema}";\n`];
}
