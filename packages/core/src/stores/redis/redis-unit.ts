// One unit of work: rows are read without a lock, and written by one script that refuses if any of them has changed since.
import type { JobRecord, RunRecord } from '../../jobs/records.ts';
import { escapeId } from '../run-decisions.ts';
import type { Changes, Claimable, UnitOfWork } from '../server/unit.ts';
import type { JobStanding } from '../tables.ts';
import type { RedisConnection } from './connection.ts';
import { readJob, readRun, readStanding, type StoredRow } from './rows.ts';
import { COUNT_OPEN, OPEN_RUNS } from './scripts/read.ts';
import { WRITE } from './scripts/write.ts';
import { WriteOrder } from './write-order.ts';

/** Thrown by a write that met somebody else's. */
export class Conflict extends Error {}

export class RedisUnit implements UnitOfWork {
  readonly now: number;
  /** Whether a write was sent: then it may have been done, whatever the answer. */
  hasWritten = false;
  readonly #connection: RedisConnection;
  readonly #jobs = new Map<string, StoredRow<JobRecord>>();
  readonly #runs = new Map<string, StoredRow<RunRecord>>();
  readonly #standingMarks = new Map<string, string>();
  readonly #openCounts = new Map<string, number>();

  constructor(connection: RedisConnection, now: number) {
    this.#connection = connection;
    this.now = now;
  }

  async jobs(ids: readonly string[]): Promise<readonly JobRecord[]> {
    const jobs = (await this.#texts('job', ids)).map(([id, text]) => readJob(id, text));
    for (const job of jobs) this.#jobs.set(job.record.id, job);
    return jobs.map((job) => job.record);
  }

  async standings(ids: readonly string[]): Promise<readonly JobStanding[]> {
    return (await this.#texts('job', ids)).map(([id, text]) => {
      const { standing, mark } = readStanding(id, text);
      this.#standingMarks.set(id, mark);
      return standing;
    });
  }

  async runs(ids: readonly string[]): Promise<readonly RunRecord[]> {
    return (await this.readRuns(ids)).map((run) => run.record);
  }

  /** Runs, with what is wrong with them. */
  async readRuns(ids: readonly string[]): Promise<readonly StoredRow<RunRecord>[]> {
    const runs = (await this.#texts('run', ids)).map(([id, text]) => readRun(id, text));
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
    for (const { record, stored } of changes.changedJobs) order.changeJob(record, this.#job(stored.id));
    for (const { id } of changes.deletedJobs) this.#delete(order, id);
    for (const { id } of changes.keptJobs) order.keepJob(id, this.#job(id).mark);
    for (const run of changes.addedRuns) order.addRun(run);
    for (const { record, stored } of changes.changedRuns) order.changeRun(record, this.#run(stored.id));
    this.#checkCounts(order, changes);
    this.hasWritten = true;
    if (Number(await this.#connection.run(WRITE, order.args())) === 0) throw new Conflict();
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

  #texts(kind: 'job' | 'run', ids: readonly string[]): Promise<[id: string, text: string][]> {
    return readTexts(this.#connection, kind, ids);
  }

  async #reserve(counter: string, count: number): Promise<number> {
    const last = await this.#connection.command('HINCRBY', [this.#connection.key('meta'), counter, count]);
    return Number(last) - count + 1;
  }
}

/** The texts of rows, as far as there are any. */
export async function readTexts(
  connection: RedisConnection,
  kind: 'job' | 'run',
  ids: readonly string[],
): Promise<[id: string, text: string][]> {
  if (ids.length === 0) return [];
  const keys = ids.map((id) => connection.key(`${kind}:${id}`));
  const texts = (await connection.command('MGET', keys)) as (string | null)[];
  return ids.flatMap((id, at) => {
    const text = texts[at];
    return text === null || text === undefined ? [] : [[id, text]];
  });
}
