// Measuring for all benchmarks: competitors take turns in several rounds, and what is reported is the median.

/** Something that is measured against others. */
export interface Contender {
  readonly name: string;
  /** One unit of work. What it throws is counted, not passed on. */
  readonly work: () => void;
}

/** What was measured of one contender. */
export interface Measurement {
  /** Nanoseconds per unit of work: the median of the rounds. */
  readonly ns: number;
  /** Units of work that threw. */
  readonly errors: number;
}

/** How long to measure. */
export interface Effort {
  readonly rounds: number;
  /** Time for each contender in each round, in milliseconds. One unit of work is done even if it takes longer. */
  readonly budgetMs: number;
}

/** Lets the contenders work in turns. */
export function measure(contenders: readonly Contender[], effort: Effort): Map<string, Measurement> {
  const rounds = contenders.map((contender) => ({ contender, times: [] as number[], errors: 0, batch: 1 }));
  for (const round of rounds) round.batch = warmUp(round.contender, effort.budgetMs);
  for (let index = 0; index < effort.rounds; index++) {
    for (const round of rounds) {
      const { ns, errors } = spend(round.contender, effort.budgetMs, round.batch);
      round.times.push(ns);
      round.errors += errors;
    }
  }
  return new Map(rounds.map(({ contender, times, errors }) => [contender.name, { ns: median(times), errors }]));
}

/** Works for a while, and says how many units fit between two looks at the clock. */
function warmUp(contender: Contender, budgetMs: number): number {
  let batch = 1;
  for (const start = performance.now(); performance.now() - start < budgetMs; ) {
    const before = performance.now();
    runBatch(contender, batch);
    if (performance.now() - before > budgetMs / 20) break;
    batch = Math.min(batch * 2, 65_536);
  }
  return batch;
}

function spend(contender: Contender, budgetMs: number, batch: number): Measurement {
  const start = performance.now();
  let units = 0;
  let errors = 0;
  let elapsed = 0;
  do {
    errors += runBatch(contender, batch);
    units += batch;
    elapsed = performance.now() - start;
  } while (elapsed < budgetMs);
  return { ns: (elapsed * 1e6) / units, errors };
}

function runBatch(contender: Contender, batch: number): number {
  let errors = 0;
  for (let index = 0; index < batch; index++) {
    try {
      contender.work();
    } catch {
      errors++;
    }
  }
  return errors;
}

/** Bytes of heap that one of `count` made things keeps. Needs `node --expose-gc`; null without. */
export function heapPerItem(make: () => unknown, count: number): number | null {
  const collect = globalThis.gc;
  if (collect === undefined) return null;
  // What is shared by all of them is made first, so that it is not counted.
  const kept: unknown[] = [make(), make()];
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let index = 0; index < count; index++) kept.push(make());
  collect();
  const bytes = (process.memoryUsage().heapUsed - before) / count;
  return kept.length > count ? bytes : null;
}

/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** The mean of ratios. */
export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

/** A generator of numbers in [0, 1) that are the same in every run. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}

/** `0.21 µs`, `3.4 ms`. */
export function timeText(ns: number): string {
  if (ns < 1_000) return `${ns.toFixed(0)} ns`;
  if (ns < 1_000_000) return `${(ns / 1_000).toPrecision(3)} µs`;
  return `${(ns / 1_000_000).toPrecision(3)} ms`;
}

/** Rows under headings, in columns as wide as they need. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => align(cell, widths[column] ?? 0, column))
      .join('  ')
      .trimEnd();
  return [line(headings), widths.map((width) => '─'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}

/** The first column is text, the others are figures. */
function align(cell: string, width: number, column: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
}
