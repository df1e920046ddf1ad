// Whether a server can keep jobs, asked when the store opens.
import type { Db } from 'mongodb';
import { SchedError } from '../../errors.ts';

/** The oldest version that has all that is used: `$$NOW` in projections, `$merge` into any collection, `hello`. */
const OLDEST: readonly number[] = [4, 4, 2];

/** What the server says of itself. */
export interface ServerTraits {
  /** Whether it can tell of changes: it keeps an oplog. */
  readonly hasChangeStreams: boolean;
}

/** @throws SchedError `store-failure` if it is too old, or takes no writes. */
export async function checkServer(db: Db): Promise<ServerTraits> {
  const build = await db.command({ buildInfo: 1 });
  const version: readonly number[] = build['versionArray'] ?? [];
  if (isOlder(version, OLDEST)) {
    throw refused(`version ${build['version']} is too old, ${OLDEST.join('.')} or newer is needed`);
  }
  const hello = await db.command({ hello: 1 });
  if (hello['arbiterOnly'] === true)
    throw refused(
      'the server is an arbiter and keeps no data: name a member that does, and the replica set, in the URL',
    );
  if (hello['isWritablePrimary'] !== true) {
    throw refused(
      'the server is no primary and takes no writes: name the replica set in the URL (?replicaSet=…), without directConnection',
    );
  }
  if (hello['readOnly'] === true) throw refused('it was started to be read only');
  return { hasChangeStreams: hello['setName'] !== undefined || hello['msg'] === 'isdbgrid' };
}

function isOlder(version: readonly number[], than: readonly number[]): boolean {
  const at = than.findIndex((part, index) => (version[index] ?? 0) !== part);
  return at !== -1 && (version[at] ?? 0) < (than[at] ?? 0);
}

function refused(reason: string): SchedError {
  return new SchedError('store-failure', `MongoDB: ${reason}`);
}
