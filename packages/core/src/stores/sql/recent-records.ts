// What this process has read or written a moment ago and is about to ask for again: from the claim of a job to the end of its
// run the same rows are needed four times. The database is still asked, and locks them; but it only says whether they are
// as they were, which costs a fraction of reading them.
import type { JobRecord, RunRecord } from '../../jobs/records.ts';
import type { Row } from '../rows/row.ts';
import { textLength } from '../run-decisions.ts';
import type { Changes } from '../server/unit.ts';

/** How many runs are remembered that wait, and how many that were started. */
const MAX_RUNS = 20_000;

/** Records with longer texts in them are not remembered, in characters: what is kept has to have a bound. */
const MAX_TEXT = 1_000;

/** What tells a state of a job from every other one: the version grows with each write. */
export const JOB_CHECK = 'id, generation, version';

/** What tells a state of a run from every other one: each claim has a token of its own, and during one these change with each write. */
export const RUN_CHECK = 'id, state, token, lease_until, cancel_requested';

/** Records as this process has last seen them committed. */
export class RecentRecords {
  readonly #claimedJobs = new Map<string, JobRecord>();
  readonly #waitingRuns = new Map<string, RunRecord>();
  readonly #startedRuns = new Map<string, RunRecord>();
  /** Whether it is worth asking in short for runs that wait: most that came up in the last claim were known. */
  knowsWaiting = true;

  /** Whether it is worth asking in short for these jobs: most of them are known. */
  knowsJobs(ids: readonly string[]): boolean {
    return 2 * ids.filter((id) => this.#claimedJobs.has(id)).length > ids.length;
  }

  /** Whether it is worth asking in short for these runs. */
  knowsRuns(ids: readonly string[]): boolean {
    return 2 * ids.filter((id) => this.#startedRuns.has(id)).length > ids.length;
  }

  /** The job of a row with the columns of {@link JOB_CHECK}, if it is as it was. */
  job(row: Row): JobRecord | undefined {
    const job = this.#claimedJobs.get(String(row['id']));
    return job?.generation === row['generation'] && job?.version === row['version'] ? job : undefined;
  }

  /** The run of a row with the columns of {@link RUN_CHECK}, if it is as it was. */
  run(row: Row): RunRecord | undefined {
    const id = String(row['id']);
    const run = row['state'] === 'queued' ? this.#waitingRuns.get(id) : this.#startedRuns.get(id);
    const isSame =
      run?.state === row['state'] &&
      run?.token === row['token'] &&
      run?.leaseUntil === row['lease_until'] &&
      run?.cancelRequested === (row['cancel_requested'] === 1);
    return isSame ? run : undefined;
  }

  /** Remembers the jobs of the newest claim: their fires are about to be recorded. */
  claimed(jobs: readonly JobRecord[]): void {
    this.#claimedJobs.clear();
    for (const job of jobs) if (job.args.length <= MAX_TEXT) this.#claimedJobs.set(job.id, job);
  }

  /** Notes how many of the waiting runs that came up were known. Where others work them off, remembering them is no use. */
  cameUp(known: number, all: number): void {
    if (all === 0) return;
    this.knowsWaiting = 2 * known > all;
    if (!this.knowsWaiting) this.#waitingRuns.clear();
  }

  /** Remembers runs that were committed, as far as they have something ahead of them. */
  committed({ addedRuns, changedRuns }: Changes): void {
    for (const run of addedRuns) this.#remember(run);
    for (const { record } of changedRuns) this.#remember(record);
  }

  clear(): void {
    for (const records of [this.#claimedJobs, this.#waitingRuns, this.#startedRuns]) records.clear();
  }

  #remember(run: RunRecord): void {
    this.#waitingRuns.delete(run.id);
    this.#startedRuns.delete(run.id);
    if (textLength(run) > MAX_TEXT) return;
    // Those that came first are asked for first: when there are too many, the others are not remembered.
    if (run.state === 'queued' && this.#waitingRuns.size < MAX_RUNS) this.#waitingRuns.set(run.id, run);
    if (run.state !== 'running') return;
    this.#startedRuns.set(run.id, run);
    if (this.#startedRuns.size > MAX_RUNS) this.#startedRuns.delete(firstOf(this.#startedRuns));
  }
}

function firstOf(records: ReadonlyMap<string, unknown>): string {
  for (const id of records.keys()) return id;
  return '';
}
