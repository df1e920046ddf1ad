// Whether a server will do, asked when a store opens: better refused at the start than failing later.
import { SchedError } from '../../errors.ts';
import type { SqlSession } from '../sql/database.ts';
import { raw } from '../sql/sql.ts';

/** PostgreSQL 12, as its `server_version_num` says it. */
const OLDEST_VERSION = 120_000;

/** @throws SchedError `store-failure` if the server is too old, only reads, or keeps text in another encoding than UTF-8. */
export async function checkServer(session: SqlSession): Promise<void> {
  const [server] = await session.query(
    raw(`SELECT current_setting('server_version_num')::int AS version, current_setting('server_version') AS version_name,
      pg_is_in_recovery()::int AS is_standby, current_setting('transaction_read_only') AS read_only,
      current_setting('server_encoding') AS encoding`),
  );
  if (Number(server?.['version']) < OLDEST_VERSION)
    refuse(`the server is of version ${server?.['version_name']}: use 12 or newer`);
  if (server?.['is_standby'] === 1) refuse('the server is a standby, which only reads: use the URL of the primary');
  if (server?.['read_only'] === 'on')
    refuse('transactions only read: set default_transaction_read_only to off for this user and database');
  if (server?.['encoding'] !== 'UTF8')
    refuse(`the database keeps text as ${server?.['encoding']}: make one with ENCODING 'UTF8'`);
}

function refuse(reason: string): never {
  throw new SchedError('store-failure', `PostgreSQL: ${reason}`);
}
