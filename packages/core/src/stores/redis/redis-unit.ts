// One unit of work: rows are read without a lock, and written by one script that refuses if any of them has changed since.
import type { JobRecord, RunRecord } from '../../jobs/records.ts';
import { escapeId, isOpen } from '../run-decisions.ts';
import type { Changes, Claimable, UnitOfWork } from '../server/unit.ts';
import type { JobStanding } from '../tables.ts';
import type { RedisConnection } from './connection.ts';
import { packed } from './packed.ts';
import type { RecentRows } from './recent-rows.ts';
import type { StoredRow } from './row-form.ts';
import { readJob, readRun, readStanding, readTexts, type Standing } from './rows.ts';
import { COUNT_OPEN, OPEN_RUNS, STANDINGS } from './scripts/read.ts';
import { WRITE } from './scripts/write.ts';
import { WriteOrder } from './write-order.ts';

/** What a unit of work that changes nothing comes to. */
export const NO_CHANGES: Changes = {
  addedJobs: [],
  changedJobs: [],
  deletedJobs: [],
  keptJobs: [],
  addedRuns: [],
  changedRuns: [],
};

/** Thrown by a write that met somebody else's. */
export class Conflict extends Error {}

export class RedisUnit implements UnitOfWork {
  readonly now: number;
  /** Whether a write was sent: then it may have been done, whatever the answer. */
  hasWritten = false;
  /** Whether something was taken from memory: until it is written, nobody knows if it is still true. */
  restsOnMemory = false;
  /** What was written and may be asked for again. */
  written: { readonly jobs: readonly StoredRow<JobRecord>[]; readonly runs: readonly StoredRow<RunRecord>[] } | null =
    null;
  readonly #connection: RedisConnection;
  readonly #recent: RecentRows | null;
  readonly #jobs = new Map<string, StoredRow<JobRecord>>();
  readonly #runs = new Map<string, StoredRow<RunRecord>>();
  readonly #recalledRuns = new Set<string>();
  readonly #standingMarks = new Map<string, string>();
  readonly #openCounts = new Map<string, number>();

  /** `recent`: rows that need not be asked for; none where the memory was wrong. */
  constructor(connection: RedisConnection, now: number, recent: RecentRows | null) {
    this.#connection = connection;
    this.#recent = recent;
    this.now = now;
  }

  async jobs(ids: readonly string[]): Promise<readonly JobRecord[]> {
    return (await this.readJobs(ids)).map((job) => job.record);
  }

  /** Jobs, with what is wrong with them. */
  async readJobs(ids: readonly string[]): Promise<readonly StoredRow<JobRecord>[]> {
    const recalled = this.#recalled(ids, this.#recent?.jobs);
    const jobs = await this.#completed(recalled, ids, 'job', readJob);
    for (const job of jobs) this.#jobs.set(job.record.id, job);
    return jobs;
  }

  async standings(ids: readonly string[]): Promise<readonly JobStanding[]> {
    if (ids.length === 0) return [];
    const heads = (await this.#connection.run(STANDINGS, ids)) as string[];
    const found: Standing[] = [];
    const others: string[] = [];
    ids.forEach((id, at) => {
      const known = readStanding(id, heads[at] ?? '');
      if (known !== null) found.push(known);
      else if (heads[at] !== '') others.push(id);
    });
    for (const [id, text] of await readTexts(this.#connection, 'job', others)) {
      const { record, mark } = readJob(id, text);
      found.push({ standing: record, mark });
    }
    for (const { standing, mark } of found) this.#standingMarks.set(standing.id, mark);
    return found.map(({ standing }) => standing);
  }

  async runs(ids: readonly string[]): Promise<readonly RunRecord[]> {
    return (await this.readRuns(ids)).map((run) => run.record);
  }

  /** Runs, with what is wrong with them. */
  async readRuns(ids: readonly string[]): Promise<readonly StoredRow<RunRecord>[]> {
    const recalled = this.#recalled(ids, this.#recent?.runs);
    for (const run of recalled) this.#recalledRuns.add(run.record.id);
    const runs = await this.#completed(recalled, ids, 'run', readRun);
    for (const run of runs) this.#runs.set(run.record.id, run);
    return runs;
  }

  async openRuns(jobIds: readonly string[]): Promise<readonly RunRecord[]> {
    if (jobIds.length === 0) return [];
    const lists = (await this.#connection.run(OPEN_RUNS, jobIds.map(escapeId))) as string[][];
    jobIds.forEach((id, at) => {
      this.#openCounts.set(id, lists[at]?.length ?? 0);
    });
    return this.runs(lists.flat());
  }

  async countOpen(jobIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const counts = (await this.#connection.run(COUNT_OPEN, jobIds.map(escapeId))) as number[];
    jobIds.forEach((id, at) => {
      this.#openCounts.set(id, Number(counts[at]));
    });
    return this.#openCounts;
  }

  /** Claims find what they work on by a script of their own. */
  async claimable(): Promise<Claimable> {
    return { candidates: [], running: new Map() };
  }

  generations(count: number): Promise<number> {
    return this.#reserve('generation', count);
  }

  tokens(count: number): Promise<number> {
    return this.#reserve('token', count);
  }

  /** @throws Conflict if a row that was read has changed since; then nothing was written. */
  async write(changes: Changes): Promise<void> {
    const order = new WriteOrder((name) => this.#connection.key(name));
    for (const job of changes.addedJobs) order.addJob(job);
    const jobs = changes.changedJobs.map(({ record, stored }) => order.changeJob(record, this.#job(stored.id)));
    for (const { id } of changes.deletedJobs) this.#delete(order, id);
    for (const { id } of changes.keptJobs) order.keepJob(id, this.#job(id).mark);
    const runs = changes.addedRuns.map((run) => order.addRun(run));
    for (const { record, stored } of changes.changedRuns) {
      runs.push(order.changeRun(record, this.#run(stored.id)));
      this.#recalledRuns.delete(record.id);
    }
    for (const id of this.#recalledRuns) order.keepRun(id, this.#run(id).mark);
    this.#checkCounts(order, changes);
    this.hasWritten = true;
    if (Number(await this.#connection.run(WRITE, [packed(order.texts())])) === 0) throw new Conflict();
    this.written = { jobs: jobs.filter((job) => job !== null), runs: runs.filter(({ record }) => isOpen(record)) };
  }

  #delete(order: WriteOrder, id: string): void {
    const job = this.#jobs.get(id);
    order.deleteJob(id, job?.mark ?? this.#standingMarks.get(id) ?? '', job?.record.task ?? null);
  }

  /**
   * A job goes, or stays though it could go, because of how many runs are open. Nothing else is decided by the exact number: a
   * run that has ended since the count costs at most a fire that is skipped, and only a change of the job adds any.
   */
  #checkCounts(order: WriteOrder, { changedJobs, deletedJobs, keptJobs }: Changes): void {
    const ephemeral = [...keptJobs, ...changedJobs.map(({ record }) => record)].filter((job) => job.ephemeral);
    for (const { id } of [...deletedJobs, ...ephemeral]) {
      const count = this.#openCounts.get(id);
      if (count !== undefined) order.countOpen(id, count);
    }
  }

  #job(id: string): StoredRow<JobRecord> {
    const job = this.#jobs.get(id);
    if (job === undefined) throw new Error(`the job ${id} was not read`);
    return job;
  }

  #run(id: string): StoredRow<RunRecord> {
    const run = this.#runs.get(id);
    if (run === undefined) throw new Error(`the run ${id} was not read`);
    return run;
  }

  /** Those of these rows that are remembered. */
  #recalled<Kind>(
    ids: readonly string[],
    recent: { take(id: string): StoredRow<Kind> | undefined } | undefined,
  ): StoredRow<Kind>[] {
    const rows = recent === undefined ? [] : ids.flatMap((id) => recent.take(id) ?? []);
    this.restsOnMemory ||= rows.length > 0;
    return rows;
  }

  /** Rows that are there already, and the others of these ids. */
  async #completed<Kind extends { readonly id: string }>(
    known: readonly StoredRow<Kind>[],
    ids: readonly string[],
    kind: 'job' | 'run',
    read: (id: string, text: string) => StoredRow<Kind>,
  ): Promise<readonly StoredRow<Kind>[]> {
    if (known.length === ids.length) return known;
    const knownIds = new Set(known.map(({ record }) => record.id));
    const others = knownIds.size === 0 ? ids : ids.filter((id) => !knownIds.has(id));
    return [...known, ...(await readTexts(this.#connection, kind, others)).map(([id, text]) => read(id, text))];
  }

  async #reserve(counter: string, count: number): Promise<number> {
    const last = await this.#connection.command('hincrby', [this.#connection.key('meta'), counter, count]);
    return Number(last) - count + 1;
  }
}
