// The attempts of a run: the newest is what the run's own fields say, those before it are kept as one text.
import { RUN_OUTCOMES, type RunOutcome, type RunRecord } from './records.ts';
import { parsed, shortened } from './run-notes.ts';

/** One start of a run. */
export interface AttemptRecord {
  /** 1 for the first. */
  readonly number: number;
  readonly startedAt: number;
  /** Null while it executes. */
  readonly finishedAt: number | null;
  /** Null while it executes. */
  readonly outcome: RunOutcome | null;
  /** What its error began with; null if there was none. */
  readonly error: string | null;
  /** Id of the scheduler that executed it. */
  readonly owner: string | null;
}

/** Bounds of what is kept of a history: attempts, and characters of an error. */
const MAX_ATTEMPTS = 20;
const MAX_ERROR_LENGTH = 200;

/** How an attempt ended. */
type AttemptEnd = Pick<AttemptRecord, 'finishedAt' | 'outcome' | 'error'>;

/** The history of a run whose newest attempt is followed by another, as text; when it is full, the oldest goes. */
export function withNewest(run: RunRecord, end: AttemptEnd): string | null {
  const earlier = readAttempts(run.attempts);
  const newest = newestOf(run, earlier, end);
  return newest === null ? run.attempts : JSON.stringify([...earlier, newest].slice(-MAX_ATTEMPTS));
}

/** All attempts that are known of a run, oldest first. */
export function attemptsOf(run: RunRecord): readonly AttemptRecord[] {
  const earlier = readAttempts(run.attempts);
  const { state, finishedAt, error } = run;
  const isOpen = state === 'queued' || state === 'running';
  const newest = newestOf(run, earlier, { finishedAt, outcome: isOpen ? null : state, error: isOpen ? null : error });
  return newest === null ? earlier : [...earlier, newest];
}

/** The newest attempt; null before the first, and where it is among the earlier ones already. */
function newestOf(run: RunRecord, earlier: readonly AttemptRecord[], end: AttemptEnd): AttemptRecord | null {
  const { attempt, startedAt, owner } = run;
  if (attempt === 0 || startedAt === null || earlier.at(-1)?.number === attempt) return null;
  return {
    number: attempt,
    startedAt,
    owner,
    ...end,
    error: end.error && shortened(firstLine(end.error), MAX_ERROR_LENGTH),
  };
}

function firstLine(text: string): string {
  const end = text.indexOf('\n');
  return end < 0 ? text : text.slice(0, end);
}

/** The attempts of a text; what is none, made by another program, is left out. */
function readAttempts(kept: string | null): readonly AttemptRecord[] {
  const value = parsed(kept);
  return Array.isArray(value) ? value.flatMap(attemptFrom) : [];
}

function attemptFrom(value: unknown): AttemptRecord[] {
  if (typeof value !== 'object' || value === null) return [];
  const { number, startedAt, finishedAt, outcome, error, owner } = value as { readonly [field: string]: unknown };
  if (typeof number !== 'number' || typeof startedAt !== 'number') return [];
  return [
    {
      number,
      startedAt,
      finishedAt: typeof finishedAt === 'number' ? finishedAt : null,
      outcome: RUN_OUTCOMES.find((word) => word === outcome) ?? null,
      error: typeof error === 'string' ? error : null,
      owner: typeof owner === 'string' ? owner : null,
    },
  ];
}
