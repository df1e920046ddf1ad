// What a store on a server has to provide: one atomic unit of work, as few questions and one write.
import type { JobRecord, RunRecord } from '../../jobs/records.ts';
import type { ReadRow } from '../rows/columns.ts';
import type { ClaimRequest } from '../store.ts';
import type { JobStanding } from '../tables.ts';

/** A row that was read, and what is to stand in its place. */
export interface Change<Kind> {
  readonly stored: Kind;
  readonly record: Kind;
}

/** All that a unit of work comes to: at most one entry for each row. */
export interface Changes {
  readonly addedJobs: readonly JobRecord[];
  readonly changedJobs: readonly Change<JobRecord>[];
  /** As they were read. */
  readonly deletedJobs: readonly JobStanding[];
  /** Jobs that were read and stay as they are: what was decided rests on them. */
  readonly keptJobs: readonly JobRecord[];
  readonly addedRuns: readonly RunRecord[];
  readonly changedRuns: readonly Change<RunRecord>[];
}

/** What may be claimed, and how many runs of these jobs are running. */
export interface Claimable {
  /** In the order of their turn, the lost ones first; of waiting ones, only those whose job has an instance to spare. */
  readonly candidates: readonly ReadRow<RunRecord>[];
  /** By job id; a job that is not in it has none. */
  readonly running: ReadonlyMap<string, number>;
}

/**
 * One atomic unit of work. What was read through it is as it was when `write` takes effect: by a lock that is held until
 * then, or because a write over rows that have changed is refused and the whole unit begun again. All questions take any
 * number of ids, ids without a row are left out of the answers.
 */
export interface UnitOfWork {
  /** The one reading of the store's clock, in epoch ms. */
  readonly now: number;
  jobs(ids: readonly string[]): Promise<readonly JobRecord[]>;
  /** The standing of jobs, without a lock: good for what does not depend on their staying. */
  standings(ids: readonly string[]): Promise<readonly JobStanding[]>;
  runs(ids: readonly string[]): Promise<readonly RunRecord[]>;
  /** All waiting and running runs of these jobs. */
  openRuns(jobIds: readonly string[]): Promise<readonly RunRecord[]>;
  /** How many runs of these jobs wait or run; a job that is not in it has none. */
  countOpen(jobIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Runs that may be claimed, of these tasks and on executors with free places. */
  claimable(request: RunsRequest): Promise<Claimable>;
  /** The first of `count` numbers in a row that nobody else is given; they grow for as long as the store lives. */
  generations(count: number): Promise<number>;
  /** The first of `count` tokens, as {@link generations}. */
  tokens(count: number): Promise<number>;
  /** Writes all of it or nothing. */
  write(changes: Changes): Promise<void>;
}

/** Who claims runs, and for how many places of each executor. */
export type RunsRequest = ClaimRequest & {
  readonly slots: Readonly<Record<string, number>>;
  readonly leaseMs: number;
  readonly outliving?: ReadonlySet<string>;
};
