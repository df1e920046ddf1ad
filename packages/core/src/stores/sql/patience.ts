// How long an operation may take, and what is tried again within that time.
import type { Clock, Timer } from '../../clock.ts';
import { SchedError } from '../../errors.ts';

/** How long an operation may take in all, its repetitions included. */
const LIMIT_MS = 10_000;

/** How often an operation is tried. */
const MAX_TRIES = 8;

/** Bounds of the wait before the second repetition, doubled for each further one; random, so that those who met do not meet again. */
const WAIT_MS = { min: 1, max: 10 } as const;

/** What operations are repeated by. */
export interface Patience {
  readonly clock: Clock;
  /** Heads the messages of errors: `PostgreSQL`. */
  readonly name: string;
  /** Whether nothing can have been written when this was thrown, and another try may well succeed. */
  readonly mayRepeat: (thrown: unknown) => boolean;
}

/** The time that one operation has. */
export class TimeLimit {
  readonly #timer: Timer;
  readonly #over: Promise<never>;
  readonly #giveUp = new Set<() => void>();
  isOver = false;

  constructor(clock: Clock) {
    let fail: (error: Error) => void;
    this.#over = new Promise((_, reject) => {
      fail = reject;
    });
    this.#over.catch(() => {});
    this.#timer = clock.setTimer(LIMIT_MS, () => {
      this.isOver = true;
      fail(new Error(`no answer within ${LIMIT_MS / 1000} s`));
      for (const giveUp of this.#giveUp) giveUp();
    });
  }

  /** The result of the work, unless the time is over before it. */
  race<Result>(work: Promise<Result>): Promise<Result> {
    return Promise.race([work, this.#over]);
  }

  /** Does the work; when the time is over meanwhile, gives up what it waits for: a connection that does not answer. */
  async guard<Result>(giveUp: () => void, work: () => Promise<Result>): Promise<Result> {
    this.#giveUp.add(giveUp);
    try {
      return await work();
    } finally {
      this.#giveUp.delete(giveUp);
    }
  }

  cancel(): void {
    this.#timer.cancel();
  }
}

/**
 * Does the work, again while it fails in a way that may be repeated.
 *
 * @throws SchedError `store-failure` with the message and the cause of what was thrown, or when the time is over.
 */
export async function patiently<Result>(
  { clock, name, mayRepeat }: Patience,
  work: (limit: TimeLimit) => Promise<Result>,
): Promise<Result> {
  const limit = new TimeLimit(clock);
  try {
    for (let tries = 1; ; tries++) {
      try {
        return await limit.race(work(limit));
      } catch (thrown) {
        if (limit.isOver || tries === MAX_TRIES || !mayRepeat(thrown)) throw asStoreFailure(name, thrown);
      }
      // Most often the other one is done by then, and there is nothing to wait for.
      if (tries > 1) await limit.race(pause(clock, tries));
    }
  } finally {
    limit.cancel();
  }
}

/** The error of a store, headed by the name of its server; what is one already stays itself. */
function asStoreFailure(name: string, thrown: unknown): SchedError {
  if (thrown instanceof SchedError) return thrown;
  return new SchedError('store-failure', `${name}: ${reasonOf(thrown)}`, { cause: thrown });
}

/** A failure to connect to any of several addresses has no message of its own. */
function reasonOf(thrown: unknown): string {
  if (thrown instanceof AggregateError && thrown.message === '') return thrown.errors.map(reasonOf).join('; ');
  return thrown instanceof Error ? thrown.message : String(thrown);
}

function pause(clock: Clock, tries: number): Promise<void> {
  const { min, max } = WAIT_MS;
  const delayMs = (min + clock.random() * (max - min)) * 2 ** (tries - 2);
  return new Promise((resolve) => clock.setTimer(delayMs, resolve, true));
}
