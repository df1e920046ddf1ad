// Whether a server will do, asked when a store opens: better refused at the start than failing later.
import { SchedError } from '../../errors.ts';
import type { SqlSession } from '../sql/database.ts';
import { raw } from '../sql/sql.ts';

/** The oldest versions that can pass over rows which others have locked. */
const OLDEST = { MariaDB: [10, 6], MySQL: [8, 0] } as const;

/** @throws SchedError `store-failure` if the server is too old, only reads, has no InnoDB, or reads text in another way than it is sent. */
export async function checkServer(session: SqlSession): Promise<void> {
  const [server] = await session.query(
    raw('SELECT VERSION() AS version, @@global.read_only AS read_only, @@sql_mode AS sql_mode, DATABASE() AS name'),
  );
  const version = String(server?.['version']);
  const product = /mariadb/i.test(version) ? 'MariaDB' : 'MySQL';
  const [major, minor] = OLDEST[product];
  const [hasMajor = 0, hasMinor = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  if (hasMajor < major || (hasMajor === major && hasMinor < minor))
    refuse(`the server is ${product} ${version}: use ${major}.${minor} or newer`);
  if (Number(server?.['read_only']) !== 0)
    refuse('the server only reads, as replicas do: use the URL of the primary, or set its read_only to OFF');
  if (/NO_BACKSLASH_ESCAPES/.test(String(server?.['sql_mode'])))
    refuse('the sql_mode NO_BACKSLASH_ESCAPES changes how text is read: take it out of the pool’s sql_mode');
}

function refuse(reason: string): never {
  throw new SchedError('store-failure', `MySQL: ${reason}`);
}
