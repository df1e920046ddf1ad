// Pieces that the statements for many documents have in common.
import type { Collection, Filter, FindOptions } from 'mongodb';
import type { StoredDocument } from './documents.ts';

/** More than anybody asks for at once: what is found comes with the first answer, not after it. */
const ALL_AT_ONCE = 10_000;

/** Documents that go into one statement. More of them are several, at the same time: each keeps one core of the server busy. */
export const SLICE = 250;

/** The items as they go into one statement each. */
export function slices<Item>(items: readonly Item[]): Item[][] {
  const found: Item[][] = [];
  for (let first = 0; first < items.length; first += SLICE) found.push(items.slice(first, first + SLICE));
  return found;
}

/** All documents that are found. */
export function findAll(
  collection: Collection<StoredDocument>,
  query: Filter<StoredDocument>,
  options: FindOptions = {},
): Promise<StoredDocument[]> {
  return collection.find(query, { batchSize: ALL_AT_ONCE, ...options }).toArray();
}

/** What is true of every priority: so that an index by priority is searched for each in turn, and not read from end to end. */
export const ANY_PRIORITY = { $gte: Number.MIN_SAFE_INTEGER } as const;

/** The value of each id, as an expression over a document. */
export function lookUp(ids: readonly string[], values: readonly unknown[]) {
  return { $arrayElemAt: [{ $literal: values }, { $indexOfArray: [{ $literal: ids }, '$_id'] }] };
}

/** Items by what they have in common. */
export function groupsBy<Key, Item>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
