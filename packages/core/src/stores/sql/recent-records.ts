// What this process has read or written a moment ago and is about to ask for again: between claim, commit, start and end of a
// run the same rows are needed four times. The database is still asked, and locks them; but it only says whether they are
// as they were, which costs a fraction of reading them.
import type { JobRecord, RunRecord } from '../../jobs/records.ts';
import type { Row } from '../rows/row.ts';
import { isOpen } from '../run-decisions.ts';
import type { Changes } from '../server/unit.ts';

/** How many jobs, and how many runs, are remembered. */
const MAX_RECORDS = 10_000;

/** Records with longer arguments are not remembered, in characters: what is kept in memory has to have a bound. */
const MAX_ARGS = 2_000;

/** What tells a state of a job from every other one: the version grows with each write. */
export const JOB_CHECK = 'id, generation, version';

/** What tells a state of a run from every other one: each claim has a token of its own, and under one claim these change with each write. */
export const RUN_CHECK = 'id, state, token, lease_until, cancel_requested';

/** Records as they were committed by this process; only what others cannot have changed unnoticed is answered. */
export class RecentRecords {
  readonly #jobs = new Map<string, JobRecord>();
  readonly #runs = new Map<string, RunRecord>();

  /** Whether it is worth asking in short for these jobs: most of them are known. */
  knowsJobs(ids: readonly string[]): boolean {
    return 2 * ids.filter((id) => this.#jobs.has(id)).length > ids.length;
  }

  /** Whether it is worth asking in short for these runs. */
  knowsRuns(ids: readonly string[]): boolean {
    return 2 * ids.filter((id) => this.#runs.has(id)).length > ids.length;
  }

  /** Whether any runs are known at all. */
  get hasRuns(): boolean {
    return this.#runs.size > 0;
  }

  /** The job of a row with the columns of {@link JOB_CHECK}, if it is as it was. */
  job(row: Row): JobRecord | undefined {
    const job = this.#jobs.get(String(row['id']));
    return job?.generation === row['generation'] && job?.version === row['version'] ? job : undefined;
  }

  /** The run of a row with the columns of {@link RUN_CHECK}, if it is as it was. */
  run(row: Row): RunRecord | undefined {
    const run = this.#runs.get(String(row['id']));
    const isSame =
      run?.state === row['state'] &&
      run?.token === row['token'] &&
      run?.leaseUntil === row['lease_until'] &&
      run?.cancelRequested === (row['cancel_requested'] === 1);
    return isSame ? run : undefined;
  }

  /** Remembers jobs that were claimed: their fires are about to be recorded. */
  rememberJobs(jobs: readonly JobRecord[]): void {
    for (const job of jobs) if (job.args.length <= MAX_ARGS) remember(this.#jobs, job);
  }

  /** Remembers what was committed, as far as it has something ahead of it, and forgets what it replaces. */
  committed({ changedJobs, deletedJobs, addedRuns, changedRuns }: Changes): void {
    for (const { record } of changedJobs) this.#jobs.delete(record.id);
    for (const { id } of deletedJobs) this.#jobs.delete(id);
    for (const run of addedRuns) this.#rememberRun(run);
    for (const { record } of changedRuns) this.#rememberRun(record);
  }

  clear(): void {
    this.#jobs.clear();
    this.#runs.clear();
  }

  #rememberRun(run: RunRecord): void {
    if (isOpen(run) && run.args.length <= MAX_ARGS) remember(this.#runs, run);
    else this.#runs.delete(run.id);
  }
}

/** Puts the record last; the first one goes when there are too many. */
function remember<Kind extends { readonly id: string }>(records: Map<string, Kind>, record: Kind): void {
  records.delete(record.id);
  records.set(record.id, record);
  if (records.size <= MAX_RECORDS) return;
  for (const oldest of records.keys()) return void records.delete(oldest);
}
