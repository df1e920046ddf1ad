// What the task of a run has logged: the newest lines, bounded in number and length, as the text that stores keep.
import { parsed, shortened } from './run-notes.ts';
import { storable } from './task.ts';

/** Something a task said while it ran. */
export interface RunLogLine {
  /** Epoch ms. */
  readonly at: number;
  /** The attempt in which it was said. */
  readonly attempt: number;
  readonly message: string;
}

/** Bounds of what is kept with a run: lines, characters of one line, and characters in all. */
const LOG_BOUNDS = { lines: 200, line: 4_096, characters: 65_536 } as const;

/** The log of a run. When it is full, the oldest lines go; how many is told in front of the others. */
export class RunLog {
  #lines: RunLogLine[] = [];
  /** Where the kept ones begin; what lies before is cut off now and then. */
  #first = 0;
  #characters = 0;
  #cut: number;

  /**
   * @param kept what a store has
   * @param attempt the one it is the log of: what is kept of it came from a holder before, and is said again
   */
  constructor(kept: string | null, attempt = Number.POSITIVE_INFINITY) {
    const { lines, cut } = read(kept);
    this.#cut = cut;
    for (const line of lines) if (line.attempt < attempt) this.#push(line);
  }

  add(at: number, attempt: number, message: string): void {
    this.#push({ at, attempt, message: storable(shortened(message, LOG_BOUNDS.line)) });
  }

  /** As it is kept. */
  toString(): string {
    const lines = this.#lines.slice(this.#first).map(({ at, attempt, message }) => [at, attempt, message]);
    return JSON.stringify({ cut: this.#cut, lines });
  }

  #push(line: RunLogLine): void {
    this.#lines.push(line);
    this.#characters += line.message.length;
    while (this.#lines.length - this.#first > LOG_BOUNDS.lines || this.#characters > LOG_BOUNDS.characters) {
      this.#characters -= this.#lines[this.#first++]?.message.length ?? 0;
      this.#cut++;
    }
    if (this.#first < LOG_BOUNDS.lines) return;
    this.#lines = this.#lines.slice(this.#first);
    this.#first = 0;
  }
}

/** The lines of a log as it was kept; where some were cut, the first line says so. */
export function readLog(kept: string | null): readonly RunLogLine[] {
  const { lines, cut } = read(kept);
  const [first] = lines;
  if (cut === 0 || first === undefined) return lines;
  return [{ ...first, message: `… ${cut} earlier ${cut === 1 ? 'line was' : 'lines were'} cut` }, ...lines];
}

function read(kept: string | null): { readonly lines: readonly RunLogLine[]; readonly cut: number } {
  const value = parsed(kept);
  if (typeof value !== 'object' || value === null) return { lines: [], cut: 0 };
  const { cut, lines }: { cut?: unknown; lines?: unknown } = value;
  return {
    cut: typeof cut === 'number' ? cut : 0,
    lines: Array.isArray(lines) ? lines.flatMap(lineFrom) : [],
  };
}

function lineFrom(value: unknown): RunLogLine[] {
  if (!Array.isArray(value)) return [];
  const [at, attempt, message]: unknown[] = value;
  return typeof at === 'number' && typeof attempt === 'number' && typeof message === 'string'
    ? [{ at, attempt, message }]
    : [];
}
