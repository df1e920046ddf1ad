// What the operations of a store work on: rows by id; and, for stores over synchronous tables, the few questions that need
// an index.
import type { JobRecord, RunRecord } from '../jobs/records.ts';
import type { Position } from './paging.ts';
import type { ClaimRequest, JobFilter, ProcessRecord, RunFilter } from './store.ts';

/** What a list of rows is asked for: at most `limit` of them, in order, behind `start`. */
export interface RowsRequest<Filter> {
  readonly filter: Filter;
  readonly limit: number;
  readonly start: Position | null;
}

/** The part of a job that decides whether its runs may go on, and whether it goes once they are done. */
export type JobStanding = Pick<JobRecord, 'id' | 'generation' | 'state' | 'ephemeral'>;

/** Jobs by id: what an operation reads and writes. */
export interface JobsById {
  /** The next value of the counter that tells a job from an earlier one of the same id. */
  nextGeneration(): number;
  get(id: string): JobRecord | undefined;
  /** What has to be known of the job of a run. */
  standing(id: string): JobStanding | undefined;
  /** Adds a row whose id is free; answers the record as it is kept. */
  add(job: JobRecord): JobRecord;
  /** Puts a record in the place of the stored one; answers it as it is kept. */
  put(job: JobRecord, stored: JobRecord): JobRecord;
  delete(id: string): void;
}

/** The jobs of a store over synchronous tables. */
export interface JobRows extends JobsById {
  ids(): string[];
  /** Claims what is due of these tasks, earliest first; a row that cannot be read is set aside. */
  claimDue(tasks: ReadonlySet<string>, limit: number, ttlMs: number, now: number): JobRecord[];
  /** When the first of these tasks' jobs comes due, or a claim on one ends; Infinity if none does. */
  nextAt(tasks: ReadonlySet<string>, now: number): number;
  /** Adds up how many jobs are due of every task that is not among these. */
  countDue(except: ReadonlySet<string>, now: number, counts: Map<string, number>): void;
  list(request: RowsRequest<JobFilter>): JobRecord[];
}

/** What a claim of runs is made with. */
export interface RunsClaim extends ClaimRequest {
  readonly slots: Readonly<Record<string, number>>;
  readonly leaseMs: number;
  readonly outliving?: ReadonlySet<string>;
  /** Whether the job the run was recorded for is still there. */
  readonly isJobThere: (run: RunRecord) => boolean;
}

/** Runs by id: what an operation reads and writes. */
export interface RunsById {
  get(id: string): RunRecord | undefined;
  /** Records a run; false if its id is there already. */
  add(run: RunRecord, now: number): boolean;
  /** Puts a record in the place of the stored one. */
  put(run: RunRecord, stored: RunRecord, now: number): void;
  /** How many runs of the job are waiting or running. */
  countOpen(jobId: string): number;
  /** The open runs of the job, oldest fire time first. */
  openOf(jobId: string): RunRecord[];
}

/** What one operation works on, and its one reading of the clock. */
export interface Step {
  readonly jobs: JobsById;
  readonly runs: RunsById;
  readonly now: number;
}

/** The runs of a store over synchronous tables. */
export interface RunRows extends RunsById {
  /** Starts what may start, and ends what may not any more. */
  claim(request: RunsClaim, now: number): { runs: RunRecord[]; ended: RunRecord[] };
  /** When the first of these tasks' runs becomes available, or the lease on one ends; Infinity if none does. */
  nextAt(tasks: ReadonlySet<string>, now: number): number;
  /** Adds up how many available runs wait of every task that is not among these. */
  countWaiting(except: ReadonlySet<string>, now: number, counts: Map<string, number>): void;
  /** How many available runs of these tasks wait for every executor that is not among these. */
  countStranded(tasks: ReadonlySet<string>, executors: ReadonlySet<string>, now: number): Map<string, number>;
  list(request: RowsRequest<RunFilter>): RunRecord[];
  /** Deletes ended runs: those that ended before an instant, and the oldest fire times of a job beyond its `keepRuns`. */
  prune(limit: number, endedBefore: number): number;
}

/** The schedulers that have checked in with a store over synchronous tables. */
export interface ProcessRows {
  /** Adds a process, or puts it in the place of the one with its id. */
  put(process: ProcessRecord): void;
  delete(schedulerId: string): void;
  deleteSeenBefore(instant: number): void;
  /** Those that started first come first. */
  all(): ProcessRecord[];
}
