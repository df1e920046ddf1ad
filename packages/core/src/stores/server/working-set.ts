// The rows of one unit of work in memory: loaded first, changed by the operations of all stores, written back at the end.
import type { JobRecord, RunRecord } from '../../jobs/records.ts';
import { isOpen } from '../run-decisions.ts';
import type { JobStanding, JobsById, RunsById, Step } from '../tables.ts';
import type { Change, Changes, UnitOfWork } from './unit.ts';

/** A row as it was read, and as it stands in this unit of work; `undefined` is a row that is not there. */
interface Held<Kind> {
  readonly stored: Kind | undefined;
  current: Kind | undefined;
}

/** Rows by id, with what became of each. */
class HeldRows<Kind extends { readonly id: string }> {
  readonly #rows = new Map<string, Held<Kind>>();

  /** Notes what is stored under these ids. Rows that this unit has touched already stay as it left them. */
  load(ids: Iterable<string>, found: Iterable<Kind>): void {
    const stored = new Map<string, Kind>();
    for (const row of found) stored.set(row.id, row);
    for (const id of ids)
      if (!this.#rows.has(id)) this.#rows.set(id, { stored: stored.get(id), current: stored.get(id) });
  }

  has(id: string): boolean {
    return this.#rows.has(id);
  }

  get(id: string): Kind | undefined {
    return this.#held(id).current;
  }

  set(id: string, row: Kind | undefined): void {
    this.#held(id).current = row;
  }

  values(): Iterable<Held<Kind>> {
    return this.#rows.values();
  }

  #held(id: string): Held<Kind> {
    const held = this.#rows.get(id);
    if (held === undefined) throw new Error(`the row ${id} was not loaded`);
    return held;
  }
}

/** Jobs and runs of one unit of work. */
export class WorkingSet implements Step {
  readonly now: number;
  readonly jobs: JobsById;
  readonly runs: RunsById;
  readonly #unit: UnitOfWork;
  readonly #jobs = new HeldRows<JobRecord>();
  readonly #runs = new HeldRows<RunRecord>();
  readonly #standings = new Map<string, JobStanding | undefined>();
  readonly #deletedByStanding = new Map<string, JobStanding>();
  readonly #openCounts = new Map<string, number>();
  readonly #openRuns = new Map<string, readonly string[]>();
  #generation = 0;
  #token = 0;

  constructor(unit: UnitOfWork) {
    this.#unit = unit;
    this.now = unit.now;
    this.jobs = this.#jobsById();
    this.runs = this.#runsById();
  }

  async loadJobs(ids: readonly string[]): Promise<void> {
    const wanted = unique(ids);
    if (wanted.length > 0) this.#jobs.load(wanted, await this.#unit.jobs(wanted));
  }

  async loadStandings(ids: readonly string[]): Promise<void> {
    const wanted = unique(ids);
    if (wanted.length === 0) return;
    const found = new Map((await this.#unit.standings(wanted)).map((standing) => [standing.id, standing]));
    for (const id of wanted) this.#standings.set(id, found.get(id));
  }

  async loadRuns(ids: readonly string[]): Promise<void> {
    const wanted = unique(ids);
    if (wanted.length > 0) this.#runs.load(wanted, await this.#unit.runs(wanted));
  }

  /** Runs that are loaded already: candidates of a claim. */
  holdRuns(runs: readonly RunRecord[]): void {
    this.#runs.load(
      runs.map((run) => run.id),
      runs,
    );
  }

  async loadOpenCounts(jobIds: readonly string[]): Promise<void> {
    const wanted = unique(jobIds);
    if (wanted.length === 0) return;
    const counts = await this.#unit.countOpen(wanted);
    for (const id of wanted) this.#openCounts.set(id, counts.get(id) ?? 0);
  }

  async loadOpenRuns(jobIds: readonly string[]): Promise<void> {
    const wanted = unique(jobIds);
    if (wanted.length === 0) return;
    const runs = await this.#unit.openRuns(wanted);
    this.holdRuns(runs);
    for (const id of wanted) {
      const own = runs.filter((run) => run.jobId === id).sort((a, b) => a.fireAt - b.fireAt);
      this.#openRuns.set(
        id,
        own.map((run) => run.id),
      );
    }
  }

  async reserveGenerations(count: number): Promise<void> {
    if (count > 0) this.#generation = await this.#unit.generations(count);
  }

  async reserveTokens(count: number): Promise<void> {
    if (count > 0) this.#token = await this.#unit.tokens(count);
  }

  nextToken(): number {
    return this.#token++;
  }

  /** What is there of a job, as far as it was loaded. */
  job(id: string): JobRecord | undefined {
    return this.#jobs.get(id);
  }

  run(id: string): RunRecord | undefined {
    return this.#runs.get(id);
  }

  standing(id: string): JobStanding | undefined {
    return this.jobs.standing(id);
  }

  /** Writes what has changed, if anything has, and answers it. */
  async save(): Promise<Changes> {
    const changes = this.#changes();
    const { keptJobs: _, ...written } = changes;
    if (Object.values(written).some((rows) => rows.length > 0)) await this.#unit.write(changes);
    return changes;
  }

  #jobsById(): JobsById {
    const rows = this.#jobs;
    return {
      nextGeneration: () => this.#generation++,
      get: (id) => rows.get(id),
      standing: (id) => (rows.has(id) ? rows.get(id) : this.#standings.get(id)),
      add: (job) => {
        rows.set(job.id, job);
        this.#openCounts.set(job.id, 0);
        return job;
      },
      put: (job) => {
        rows.set(job.id, job);
        return job;
      },
      delete: (id) => {
        if (rows.has(id)) return rows.set(id, undefined);
        const standing = this.#standings.get(id);
        if (standing !== undefined) this.#deletedByStanding.set(id, standing);
        this.#standings.set(id, undefined);
      },
    };
  }

  #runsById(): RunsById {
    const rows = this.#runs;
    return {
      get: (id) => rows.get(id),
      add: (run) => {
        if (rows.get(run.id) !== undefined) return false;
        rows.set(run.id, run);
        if (isOpen(run)) this.#countOpen(run.jobId, 1);
        return true;
      },
      put: (run) => {
        const before = rows.get(run.id);
        rows.set(run.id, run);
        if (before !== undefined && isOpen(before) !== isOpen(run)) this.#countOpen(run.jobId, isOpen(run) ? 1 : -1);
      },
      countOpen: (jobId) => {
        const count = this.#openCounts.get(jobId);
        if (count === undefined) throw new Error(`the open runs of job ${jobId} were not counted`);
        return count;
      },
      openOf: (jobId) => {
        const ids = this.#openRuns.get(jobId);
        if (ids === undefined) throw new Error(`the open runs of job ${jobId} were not loaded`);
        return ids.map((id) => rows.get(id)).filter((run) => run !== undefined && isOpen(run)) as RunRecord[];
      },
    };
  }

  #countOpen(jobId: string, by: number): void {
    const count = this.#openCounts.get(jobId);
    if (count !== undefined) this.#openCounts.set(jobId, count + by);
  }

  #changes(): Changes {
    const jobs = sorted(this.#jobs.values());
    const runs = sorted(this.#runs.values());
    return {
      addedJobs: jobs.added,
      changedJobs: jobs.changed,
      deletedJobs: [...jobs.deleted, ...this.#deletedByStanding.values()],
      keptJobs: jobs.kept,
      addedRuns: runs.added,
      changedRuns: runs.changed,
    };
  }
}

/** The rows by what became of them. */
function sorted<Kind>(rows: Iterable<Held<Kind>>) {
  const added: Kind[] = [];
  const changed: Change<Kind>[] = [];
  const deleted: Kind[] = [];
  const kept: Kind[] = [];
  for (const { stored, current } of rows) {
    if (stored === undefined) {
      if (current !== undefined) added.push(current);
    } else if (current === undefined) deleted.push(stored);
    else if (current === stored) kept.push(stored);
    else changed.push({ stored, record: current });
  }
  return { added, changed, deleted, kept };
}

function unique(ids: readonly string[]): string[] {
  return [...new Set(ids)];
}
