// Writes to many documents in few statements, each document only if it is still as it was read.
import type { Collection, Document, Filter, UpdateFilter } from 'mongodb';
import { isDuplicate, isPassing } from './database.ts';
import type { NewColumns, StoredDocument } from './documents.ts';
import { findAll, groupsBy, lookUp, SLICE } from './in-bulk.ts';

/** New columns for a document, and the write that made it what it was read as. */
export interface DocumentChange {
  readonly id: string;
  /** Null if it has none, made by another program. */
  readonly etag: unknown;
  readonly columns: NewColumns;
  /** By how much numbers grow. */
  readonly increments?: Readonly<Record<string, number>>;
}

/** A change with what has to be equal for two of them to be one statement. */
interface KeyedChange extends DocumentChange {
  readonly key: string;
}

interface Statement {
  readonly filter: Filter<StoredDocument>;
  readonly update: UpdateFilter<StoredDocument> | Document[];
}

/** How much text goes into one statement, in characters. The server takes statements of 16 MiB. */
const MAX_TEXT = 2_000_000;

/** From how many documents on an equal change of them is a statement of its own, and different ones are put into one. */
const MANY = 8;

/**
 * Changes those of the documents that are still as they were read, and marks them with `etag`; answers the ids of the
 * others. Safe to repeat with the same etag.
 */
export async function compareAndSet(
  collection: Collection<StoredDocument>,
  changes: readonly DocumentChange[],
  etag: string,
): Promise<ReadonlySet<string>> {
  const refused = await Promise.all(
    [...batchesOf(changes.map(keyed))].map((batch) => setBatch(collection, batch, etag)),
  );
  return new Set(refused.flat());
}

async function setBatch(collection: Collection<StoredDocument>, changes: readonly KeyedChange[], etag: string) {
  const counts = await Promise.all(statementsFor(changes, etag).map((statement) => modify(collection, statement)));
  if (counts.reduce((sum, count) => sum + count, 0) === changes.length) return [];
  // Which of them were written has to be asked.
  const ids = changes.map(({ id }) => id);
  const written = await findAll(collection, { _id: { $in: ids }, etag }, { projection: { _id: 1 } });
  const isWritten = new Set(written.map(({ _id }) => _id));
  return ids.filter((id) => !isWritten.has(id));
}

/** How many documents are known to have been changed. */
async function modify(collection: Collection<StoredDocument>, { filter, update }: Statement): Promise<number> {
  const send = () => collection.updateMany(filter, update);
  try {
    return (await send()).modifiedCount;
  } catch (thrown) {
    if (isPassing(thrown)) await send().catch(unlessDuplicate);
    else unlessDuplicate(thrown);
    return 0;
  }
}

/** What a unique index refuses is a change that has met another, like one to a document that has changed. */
function unlessDuplicate(thrown: unknown): void {
  if (!isDuplicate(thrown)) throw thrown;
}

/** A statement for each group of equal changes, as long as that makes few of them; one for all that is left. */
function statementsFor(changes: readonly KeyedChange[], etag: string): Statement[] {
  const equal = [...groupsBy(changes, ({ key }) => key).values()];
  if (equal.length <= MANY) return equal.map((group) => equalChange(group, etag));
  const large = equal.filter((group) => group.length >= MANY);
  const rest = equal.filter((group) => group.length < MANY).flat();
  const varied = groupsBy(rest, (change) => JSON.stringify([removedFrom(change), change.increments]));
  return [
    ...large.map((group) => equalChange(group, etag)),
    ...[...varied.values()].map((group) => variedChange(group, etag)),
  ];
}

/** The same columns in all of these documents. */
function equalChange(changes: readonly KeyedChange[], newEtag: string): Statement {
  const [{ etag, columns, increments = {}, ...change }] = changes as readonly [KeyedChange];
  const removed = removedFrom({ columns, ...change });
  return {
    filter: { _id: { $in: changes.map(({ id }) => id) }, etag },
    update: {
      $set: { ...kept(columns), etag: newEtag },
      ...(removed.length > 0 ? { $unset: Object.fromEntries(removed.map((name) => [name, ''])) } : {}),
      ...(Object.keys(increments).length > 0 ? { $inc: increments } : {}),
    },
  };
}

/** Other columns in each of these documents, looked up by its id: half the work of a statement for each. */
function variedChange(changes: readonly KeyedChange[], newEtag: string): Statement {
  const ids = changes.map(({ id }) => id);
  const own = (values: readonly unknown[]) => lookUp(ids, values);
  const [first] = changes as readonly [KeyedChange];
  const etags = changes.map(({ etag }) => etag);
  const asRead = etags.every((etag) => etag === first.etag)
    ? { etag: first.etag }
    : { $expr: { $eq: [{ $ifNull: ['$etag', null] }, own(etags)] } };
  const grown = Object.entries(first.increments ?? {}).map(([name, by]) => [name, { $add: [`$${name}`, by] }]);
  const removed = removedFrom(first);
  return {
    filter: { _id: { $in: ids }, ...asRead },
    update: [
      {
        $replaceWith: {
          $mergeObjects: [
            '$$ROOT',
            own(changes.map(({ columns }) => kept(columns))),
            { ...Object.fromEntries(grown), etag: newEtag },
          ],
        },
      },
      ...(removed.length > 0 ? [{ $unset: removed }] : []),
    ],
  };
}

function keyed(change: DocumentChange): KeyedChange {
  const key = JSON.stringify([change.etag, change.columns, removedFrom(change), change.increments]);
  return { ...change, key };
}

function removedFrom({ columns }: Pick<DocumentChange, 'columns'>): string[] {
  return Object.keys(columns).filter((name) => columns[name] === undefined);
}

function kept(columns: NewColumns): NewColumns {
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined));
}

function* batchesOf(changes: readonly KeyedChange[]): Iterable<KeyedChange[]> {
  let batch: KeyedChange[] = [];
  let text = 0;
  for (const change of changes) {
    text += change.key.length;
    if (batch.length === SLICE || (text > MAX_TEXT && batch.length > 0)) {
      yield batch;
      batch = [];
      text = change.key.length;
    }
    batch.push(change);
  }
  if (batch.length > 0) yield batch;
}
