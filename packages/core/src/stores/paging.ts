// Lists in parts: where a part begins, how long it may be, and the cursor that points to the next.
import { InvalidOptionError } from '../errors.ts';
import type { JobRecord, RunRecord } from '../jobs/records.ts';
import type { Page, PageRequest } from './store.ts';

/** Where the part before ended: the sort key and the id of its last item. */
export interface Position {
  readonly key: number;
  readonly id: string;
}

const DEFAULT_LIMIT = 1000;

/**
 * How many items the part may have.
 *
 * @throws InvalidOptionError if the limit is not a positive integer.
 */
export function pageLimit(page: PageRequest): number {
  const limit = page.limit ?? DEFAULT_LIMIT;
  if (!Number.isSafeInteger(limit) || limit < 1) throw new InvalidOptionError('limit', limit, 'a positive integer');
  return limit;
}

/**
 * Where the part begins; null at the start of the list.
 *
 * @throws InvalidOptionError if the cursor is not one of ours.
 */
export function pageStart(page: PageRequest): Position | null {
  if (page.cursor === undefined || page.cursor === null) return null;
  const parsed = parse(page.cursor);
  if (!Array.isArray(parsed)) throw new InvalidOptionError('cursor', page.cursor, 'a cursor that a list has answered');
  const [key, id]: unknown[] = parsed;
  if (typeof key !== 'number' || typeof id !== 'string') {
    throw new InvalidOptionError('cursor', page.cursor, 'a cursor that a list has answered');
  }
  return { key, id };
}

/** The part, from a sorted list that holds one item more than the limit if there are more. */
export function pageOf<Item>(sorted: readonly Item[], limit: number, position: (item: Item) => Position): Page<Item> {
  const items = sorted.slice(0, limit);
  const last = sorted.length > limit ? items.at(-1) : undefined;
  if (last === undefined) return { items, cursor: null };
  const { key, id } = position(last);
  return { items, cursor: JSON.stringify([key, id]) };
}

/** The first `count` items in order, without sorting all of them. */
export function firstInOrder<Item>(
  items: Iterable<Item>,
  count: number,
  compare: (a: Item, b: Item) => number,
): Item[] {
  let kept: Item[] = [];
  for (const item of items) {
    kept.push(item);
    if (kept.length >= 2 * count + 64) kept = kept.sort(compare).slice(0, count);
  }
  return kept.sort(compare).slice(0, count);
}

/** The sort key of a job that never fires again: behind all others. */
export const NEVER_KEY = Number.MAX_SAFE_INTEGER;

/** A job's place in a list of jobs. */
export function jobPosition(job: JobRecord): Position {
  return { key: job.nextFireAt ?? NEVER_KEY, id: job.id };
}

/** A run's place in a list of runs, which is read from the end. */
export function runPosition(run: RunRecord): Position {
  return { key: run.fireAt, id: run.id };
}

/** Negative if `a` lies before `b`. */
export function comparePositions(a: Position, b: Position): number {
  if (a.key !== b.key) return a.key - b.key;
  return a.id < b.id ? -1 : Number(a.id > b.id);
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(cursor);
  } catch {
    return null;
  }
}
