// The collections and their indexes, and whether what is there is what this code works with.
import { randomUUID } from 'node:crypto';
import type { Collection, Db, IndexDescription } from 'mongodb';
import { SchedError } from '../../errors.ts';
import { schemaToMigrate } from '../sql/schema-version.ts';
import { codeOf } from './database.ts';

/** The version of what this code makes, and the oldest version of the code that may still work with it. */
const VERSION = 1;
const COMPATIBLE = 1;

/** Of jobs: what is due, in order; the list; and the few that something has been left undone of. */
const JOB_INDEXES: readonly IndexDescription[] = [
  { name: 'due', key: { due_at: 1, generation: 1 }, partialFilterExpression: { state: 'active' } },
  { name: 'list', key: { list_key: 1, _id: 1 } },
  { name: 'outbox', key: { 'outbox.at': 1 }, sparse: true },
  { name: 'adding', key: { 'adding.batch': 1 }, sparse: true },
  { name: 'used_up', key: { ephemeral: 1 }, partialFilterExpression: { state: 'finished', ephemeral: 1 } },
];

/**
 * Of runs: those that wait in the order of their turn, those that run by the end of their lease, the open ones of a job, each
 * with a place of its own; the lists; and those that ended.
 */
const RUN_INDEXES: readonly IndexDescription[] = [
  { name: 'queue', key: { priority: -1, available_at: 1, seq: 1 }, partialFilterExpression: { state: 'queued' } },
  { name: 'lease', key: { lease_until: 1 }, partialFilterExpression: { state: 'running' } },
  { name: 'open', key: { job_id: 1, slot: 1 }, unique: true, partialFilterExpression: { slot: { $exists: true } } },
  { name: 'job', key: { job_id: 1, fire_at: -1, _id: -1 } },
  { name: 'fire', key: { fire_at: -1, _id: -1 } },
  { name: 'finished', key: { finished_at: 1 }, partialFilterExpression: { finished_at: { $gt: 0 } } },
];

interface MetaDocument {
  readonly _id: string;
  readonly [field: string]: unknown;
}

/** What the collection for everything else begins with. Its version says that the other collections are there. */
const META: readonly MetaDocument[] = [
  { _id: 'schema', version: VERSION, compatible: COMPATIBLE },
  { _id: 'counters', generation: 0, token: 0 },
  { _id: 'news', number: 0, by: '' },
];

/**
 * Makes the collections, or brings them up to date; several processes may do so at the same time.
 *
 * @throws SchedError `store-failure` if they are of a newer version than this code knows, or are not up to date and may not be
 * changed.
 */
export async function migrate(db: Db, prefix: string, how: 'auto' | 'never'): Promise<void> {
  const found = await db.collection<MetaDocument>(`${prefix}meta`).findOne({ _id: 'schema' });
  const versions = { schema: versionIn(found, 'version'), compatible: versionIn(found, 'compatible') };
  const from = schemaToMigrate(versions, VERSION);
  if (from !== null && how === 'never') throw outdated(`${db.databaseName}.${prefix}…`, from);
  // Those of a newer version are its own affair.
  if (how === 'never' || (versions.schema ?? 0) > VERSION) return;
  for (const [name, indexes] of [['job', JOB_INDEXES] as const, ['run', RUN_INDEXES] as const]) {
    if (from !== null) await place(db, `${prefix}${name}`, (collection) => collection.createIndexes([...indexes]));
    // Searches name their index: one that somebody has dropped is made again.
    await db.collection(`${prefix}${name}`).createIndexes([...indexes]);
  }
  if (from !== null) await place(db, `${prefix}meta`, (collection) => collection.insertMany([...META]));
}

/** Makes a collection under a name that nobody else has, and gives it its own when it is complete: the first one gets through. */
async function place(
  db: Db,
  name: string,
  fill: (collection: Collection<MetaDocument>) => Promise<unknown>,
): Promise<void> {
  const draft = db.collection<MetaDocument>(`${name}_${randomUUID().slice(-12)}`);
  try {
    await fill(draft);
    await db.renameCollection(draft.collectionName, name);
  } catch (thrown) {
    await draft.drop();
    if (codeOf(thrown) !== NAMESPACE_EXISTS) throw thrown;
  }
}

const NAMESPACE_EXISTS = 48;

function versionIn(schema: MetaDocument | null, field: string): number | null {
  const version = schema?.[field];
  return typeof version === 'number' ? version : null;
}

function outdated(collections: string, version: number): SchedError {
  const found = version === 0 ? 'are not there' : `are of schema version ${version}`;
  return new SchedError(
    'store-failure',
    `MongoDB: the collections ${collections} ${found}, this @sched/core needs version ${VERSION}: open the store once with migrate: 'auto'`,
  );
}
