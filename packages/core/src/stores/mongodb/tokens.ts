// Tokens of many runs that are claimed together. A statement that writes another number into each document costs twice one
// that writes the same into all of them. So a token is kept as its distance from a number that the run has anyway, which is
// different for the runs of different jobs; and tokens are given out so that for most of a claim this distance is the same.
import type { RunRecord } from '../../jobs/records.ts';

/** How far the tokens of one claim may lie apart. */
const SPAN = 65_536;

type Owned = Pick<RunRecord, 'generation'>;

/** What is kept of a run's token; null before the first. */
export function keptToken(run: RunRecord): number | null {
  return run.token === 0 ? null : run.token - offsetOf(run);
}

/** The token of a run of this job of which that is kept. */
export function tokenFrom(kept: number | null, job: Owned): number {
  return kept === null ? 0 : kept + offsetOf(job);
}

/** Tokens for runs that are claimed together, as distances from the first of `count` that nobody else is given. */
export function spreadTokens(runs: readonly Owned[]): {
  readonly count: number;
  readonly distances: readonly number[];
} {
  const rows: Row[] = [];
  const before = new Map<number, number>();
  const places = runs.map((run) => {
    const offset = offsetOf(run);
    const turn = before.get(offset) ?? 0;
    before.set(offset, turn + 1);
    const row = rows[turn];
    if (row === undefined) rows.push({ least: offset, most: offset });
    else rows[turn] = { least: Math.min(row.least, offset), most: Math.max(row.most, offset) };
    return { offset, turn };
  });
  let count = 0;
  const starts = rows.map(({ least, most }) => {
    const start = count - least;
    count += most - least + 1;
    return start;
  });
  return { count, distances: places.map(({ offset, turn }) => (starts[turn] ?? 0) + offset) };
}

/** Runs of which no two have the same offset: those of the same job each come into another. */
interface Row {
  readonly least: number;
  readonly most: number;
}

function offsetOf({ generation }: Owned): number {
  return generation % SPAN;
}
