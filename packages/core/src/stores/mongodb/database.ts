// An open database: its collections, the store's clock and counters, and what may be tried again.
//
// How the parts fit together
// - `documents.ts` says how jobs and runs are kept. The only thing the server does atomically is a write to one document, so
//   a job's document is the place where anything about the job is decided: `compare-and-set.ts` writes to it, and to runs,
//   only what is still as it was read, and `outbox.ts` carries what follows from there to the runs.
// - `mongodb-unit.ts` maps the unit of work of `server/` onto that: `write-plan.ts` puts the writes in an order of which every
//   beginning is a sound state. Jobs do not depend on each other, so whatever meets somebody else's write is done again
//   by itself; only `job-batch.ts` adds many as one.
// - `due-jobs.ts` and `claim-runs.ts` give out work; `lists.ts`, `wake.ts` and `upkeep.ts` ask and tidy; `news.ts` tells.
// - Transactions are not used anywhere: they need a replica set, and this works the same without one.
import { randomUUID } from 'node:crypto';
import type { Collection, Db } from 'mongodb';
import type { Clock } from '../../clock.ts';
import { SchedError } from '../../errors.ts';
import type { StoredDocument } from './documents.ts';
import { Recent } from './recent.ts';

/** Jobs, runs and whatever else is kept, each in a collection of its own. */
export class Database {
  readonly jobs: Collection<StoredDocument>;
  readonly runs: Collection<StoredDocument>;
  /** The version of the schema, the counters, batches of jobs that are being added, and the latest news. */
  readonly meta: Collection<StoredDocument>;
  readonly clock: Clock;
  /** Tells this open store from all others. */
  readonly id = randomUUID().slice(-12);
  /** What was read or written a moment ago. */
  readonly recent = new Recent();
  readonly #goesByHost: boolean;
  #etags = 0;
  #lastSeq = 0;

  constructor(db: Db, prefix: string, clock: Clock, goesByHost: boolean) {
    this.jobs = db.collection(`${prefix}job`);
    this.runs = db.collection(`${prefix}run`);
    this.meta = db.collection(`${prefix}meta`);
    this.clock = clock;
    this.#goesByHost = goesByHost;
  }

  /** Reads the store's clock, in epoch ms. An operation does so once. */
  async now(): Promise<number> {
    if (this.#goesByHost) return this.clock.now();
    const read = await this.meta.findOne({ _id: 'counters' }, { projection: { now: '$$NOW' } });
    if (read?.['now'] instanceof Date) return read['now'].getTime();
    throw new SchedError('store-failure', `MongoDB: the collection ${this.meta.collectionName} has lost its counters`);
  }

  /** The first of `count` numbers in a row that nobody else is given. */
  async reserve(counter: 'generation' | 'token', count: number): Promise<number> {
    const counters = await this.meta.findOneAndUpdate(
      { _id: 'counters' },
      { $inc: { [counter]: count } },
      { returnDocument: 'after' },
    );
    const last = counters?.[counter];
    if (typeof last === 'number') return last - count + 1;
    throw new SchedError('store-failure', `MongoDB: the collection ${this.meta.collectionName} has lost its counters`);
  }

  /** A mark that no write has had before. */
  readonly newEtag = (): string => `${this.id}.${(++this.#etags).toString(36)}`;

  /** The first of `count` numbers for runs that are recorded: greater than any that this store gave, about as great as others give at the time. */
  nextSeq(now: number, count: number): number {
    const first = Math.max(this.#lastSeq + 1, now * SEQ_PER_MS);
    this.#lastSeq = first + count - 1;
    return first;
  }

  /**
   * Does what comes to the same when it is done twice; once more if the connection or the primary was lost over it, which the
   * driver makes good only for writes to single documents.
   */
  readonly again = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work();
    } catch (thrown) {
      if (!isPassing(thrown)) throw thrown;
      return await work();
    }
  };
}

/** Runs that one process can record in a millisecond before their order is that of a later one. */
const SEQ_PER_MS = 2048;

/** Whether a unique index refused something. */
export function isDuplicate(thrown: unknown): boolean {
  return codeOf(thrown) === 11_000;
}

/** Whether a connection was lost, or the server is about to give up being the primary. */
export function isPassing(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  return /^Mongo(Network|PoolCleared|ConnectionPoolCleared)/.test(thrown.name) || PASSING.has(codeOf(thrown) ?? 0);
}

/** HostUnreachable … PrimarySteppedDown, ShutdownInProgress, NotWritablePrimary, Interrupted at shutdown or change of state. */
const PASSING: ReadonlySet<number> = new Set([6, 7, 89, 91, 189, 262, 9001, 10_107, 11_600, 11_602, 13_435, 13_436]);

/** The number by which the server calls an error. */
export function codeOf(thrown: unknown): number | undefined {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'number' ? thrown.code : undefined;
}
