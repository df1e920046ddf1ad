// The tables of the MySQL store, as the steps that lead to them.
import type { SqlSession } from '../sql/database.ts';
import { outdatedTables, schemaToMigrate, type TableVersions } from '../sql/schema-version.ts';
import { raw } from '../sql/sql.ts';
import type { MysqlDatabase } from './database.ts';
import { type MysqlStoreOptions, type MysqlTables, mysqlTables } from './options.ts';

/** The oldest version of this code that may work with these tables. */
const COMPATIBLE = 1;

/** Names are compared byte by byte, to the last blank: no collation does that on every server. */
const KEY = 'VARBINARY(700)';
const NAME = 'VARBINARY(255)';
const TEXT = 'LONGTEXT';
const WORD = 'VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin';

/** What is in a column that holds no whole number. */
const TEXTS: ReadonlySet<string> = new Set([
  ...['id', 'name', 'task', 'args', 'trigger_json', 'executor', 'policies', 'tags', 'state', 'note'],
  ...['job_id', 'job_name', 'reason', 'owner', 'error', 'progress', 'result', 'log', 'attempts'],
]);

/** How a column is read out of JSON. */
export function columnType(name: string): string {
  return TEXTS.has(name) ? 'LONGTEXT CHARACTER SET utf8mb4' : 'BIGINT';
}

const TABLE = 'ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin';

/** What brought each version of the schema about; the first one makes version 1. A step that was released never changes. */
const MIGRATIONS: readonly (readonly string[])[] = [
  [
    `
CREATE TABLE IF NOT EXISTS [job] (
  id ${KEY} NOT NULL PRIMARY KEY,
  name ${TEXT} NOT NULL,
  task ${NAME} NOT NULL,
  args ${TEXT} NOT NULL,
  trigger_json ${TEXT} NOT NULL,
  executor ${NAME} NOT NULL,
  policies ${TEXT} NOT NULL,
  keep_runs BIGINT NOT NULL,
  tags ${TEXT} NOT NULL,
  ephemeral SMALLINT NOT NULL,
  state ${WORD} NOT NULL,
  next_fire_at BIGINT,
  early_ms BIGINT NOT NULL,
  due_at BIGINT GENERATED ALWAYS AS (next_fire_at - early_ms) STORED,
  list_at BIGINT GENERATED ALWAYS AS (coalesce(next_fire_at, ${Number.MAX_SAFE_INTEGER})) STORED,
  generation BIGINT NOT NULL,
  version BIGINT NOT NULL,
  last_fire_at BIGINT,
  run_count BIGINT NOT NULL,
  failures BIGINT NOT NULL,
  claimed_until BIGINT NOT NULL,
  note ${TEXT},
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  KEY job_due (state, due_at, generation),
  KEY job_list (list_at, id)
) ${TABLE}`,
    `
CREATE TABLE IF NOT EXISTS [run] (
  seq BIGINT NOT NULL AUTO_INCREMENT,
  id ${KEY} NOT NULL,
  job_id ${NAME} NOT NULL,
  generation BIGINT NOT NULL,
  job_name ${TEXT} NOT NULL,
  task ${NAME} NOT NULL,
  args ${TEXT} NOT NULL,
  executor ${NAME} NOT NULL,
  policies ${TEXT} NOT NULL,
  priority BIGINT NOT NULL,
  max_instances BIGINT NOT NULL,
  fire_at BIGINT NOT NULL,
  available_at BIGINT NOT NULL,
  deadline_at BIGINT,
  state ${WORD} NOT NULL,
  reason ${WORD} NOT NULL,
  coalesced BIGINT NOT NULL,
  attempt BIGINT NOT NULL,
  token BIGINT NOT NULL,
  owner VARCHAR(255),
  lease_until BIGINT NOT NULL,
  cancel_requested SMALLINT NOT NULL,
  started_at BIGINT,
  finished_at BIGINT,
  error ${TEXT},
  progress ${TEXT},
  result ${TEXT},
  log ${TEXT},
  attempts ${TEXT},
  PRIMARY KEY (seq),
  UNIQUE KEY run_id (id),
  KEY run_queue (state, executor, priority, available_at, seq),
  KEY run_available (state, available_at),
  KEY run_lease (state, lease_until),
  KEY run_job_state (job_id, state),
  KEY run_job (job_id, fire_at, seq),
  KEY run_fire (fire_at, id),
  KEY run_finished (finished_at, seq)
) ${TABLE}`,
    `
CREATE TABLE IF NOT EXISTS [process] (
  id ${NAME} NOT NULL PRIMARY KEY,
  host ${TEXT} NOT NULL,
  pid BIGINT NOT NULL,
  version ${TEXT} NOT NULL,
  started_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  skew_ms BIGINT
) ${TABLE}`,
    `CREATE TABLE IF NOT EXISTS [generation] (value BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY) ${TABLE}`,
    `CREATE TABLE IF NOT EXISTS [token] (value BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY) ${TABLE}`,
  ],
];

const CREATE_META = `CREATE TABLE IF NOT EXISTS [meta] (name ${NAME} NOT NULL PRIMARY KEY, value BIGINT NOT NULL) ${TABLE}`;

const SET_VERSION = `REPLACE INTO [meta] (name, value) VALUES ('schema', ${MIGRATIONS.length}), ('schema_compatible', ${COMPATIBLE})`;

/** The SQL with the names of the tables in it. */
export function withNames(text: string, { database, tablePrefix }: MysqlTables): string {
  const place = database === null ? '' : `\`${database}\`.`;
  return text.replaceAll(/\[([a-z]+)\]/g, (_, name: string) => `${place}\`${tablePrefix}${name}\``);
}

/**
 * The SQL that makes the tables from nothing: for those who want to read it, or run it themselves.
 *
 * @throws InvalidOptionError for a name that could be anything but a name.
 */
export function mysqlSchema(options: Pick<MysqlStoreOptions, 'database' | 'tablePrefix'> = {}): string {
  const steps = [CREATE_META, ...MIGRATIONS.flat(), SET_VERSION];
  return withNames(steps.map((step) => `${step.trim()};\n`).join('\n'), mysqlTables(options));
}

/**
 * Brings the tables up to date, one process at a time. The definition of a table cannot be taken back, so every step may be
 * done twice: whoever comes after one that died half-way finds it done. Tables that are up to date are only looked at.
 *
 * @throws SchedError `store-failure` if they are of a newer version than this code knows, or out of date and not to be changed.
 */
export async function migrate(database: MysqlDatabase, tables: MysqlTables, mayChange: boolean): Promise<void> {
  const outdated = schemaToMigrate(await versions(database), MIGRATIONS.length);
  if (outdated === null) return;
  if (!mayChange) throw outdatedTables(outdated, MIGRATIONS.length, 'mysqlSchema()');
  await database.alone(withNames('[meta]', tables), async (session) => {
    const version = schemaToMigrate(await versions(session), MIGRATIONS.length);
    if (version === null) return;
    for (const step of [CREATE_META, ...MIGRATIONS.slice(version).flat(), SET_VERSION]) await session.query(raw(step));
  });
}

async function versions(session: SqlSession): Promise<TableVersions> {
  try {
    const rows = await session.query(raw('SELECT name, value FROM [meta]'));
    const numberOf = (name: string) => {
      const row = rows.find((each) => String(each['name']) === name);
      return row === undefined ? null : Number(row['value']);
    };
    return { schema: numberOf('schema'), compatible: numberOf('schema_compatible') };
  } catch (thrown) {
    if (isMissingTable(thrown)) return { schema: null, compatible: null };
    throw thrown;
  }
}

function isMissingTable(thrown: unknown): boolean {
  // Thrown by the driver inside a session, as the cause of a store's failure outside.
  const errors = [thrown, thrown instanceof Error ? thrown.cause : undefined];
  return errors.some((error) => error instanceof Error && 'code' in error && error.code === 'ER_NO_SUCH_TABLE');
}
