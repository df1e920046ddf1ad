// The search for instants at which several triggers fire: each in turn leaps to where the others may be.

/** What a search needs of a part: as a trigger has them, with instants in epoch milliseconds. */
export interface FirePart {
  next(after: number): number | null;
  previous(before: number): number | null;
}

/** Towards later instants, or towards earlier ones. */
export type Direction = 1 | -1;

/** The first fire time of a part from an instant on, itself included, in a direction. */
export function seek(part: FirePart, at: number, direction: Direction): number | null {
  return direction === 1 ? part.next(at - 1) : part.previous(at);
}

/** Steps before a search ends, each from one part's fire time to another's. */
const MOST_STEPS = 5_000;

/** Steps that are left to a search. */
export interface Budget {
  left: number;
}

/** What a search may take. */
export function fullBudget(): Budget {
  return { left: MOST_STEPS };
}

/** Rounds of leaps before it is worth working out where parts can meet at all. */
const ROUNDS_BEFORE_SKIPS = 2;

/** What bounds a search, and what hurries it. */
export interface SearchLimits {
  readonly budget: Budget;
  /** The last instant that is of interest. */
  readonly upTo: number;
  /** Passes over instants at which the parts cannot meet: answers one that is no further than their next meeting. */
  readonly skip?: ((at: number) => number) | undefined;
}

/** The first instant from `at` on at which all parts fire; null if there is none, undefined if none was found in time. */
export function meet(
  parts: readonly FirePart[],
  at: number,
  direction: Direction,
  { budget, upTo, skip }: SearchLimits,
): number | null | undefined {
  let from = at;
  let agreed = 0;
  for (let leaps = 0; budget.left-- > 0; leaps++) {
    const turn = leaps % parts.length;
    if (turn === 0 && skip !== undefined && leaps >= ROUNDS_BEFORE_SKIPS * parts.length) {
      const skipped = skip(from);
      if (!Number.isFinite(skipped)) return null;
      if (skipped !== from) agreed = 0;
      from = skipped;
    }
    const found = seek(parts[turn] as FirePart, from, direction);
    if (found === null || (upTo - found) * direction < 0) return null;
    agreed = found === from ? agreed + 1 : 1;
    if (agreed >= parts.length) return found;
    from = found;
  }
  return undefined;
}
