// A store on a server: each operation loads the rows it is about, lets the decisions that all stores share fall on them in
// memory, and writes what changed, as one unit of work.
import type { JobRecord, NewJob, RunReason, RunRecord } from '../../jobs/records.ts';
import {
  addRun,
  addUnlessConflict,
  cancelRun,
  commitFires,
  finishRun,
  heartbeat,
  isJobThere,
  putJob,
  releaseRun,
  removeIfUsedUp,
  removeJob,
  updateJob,
} from '../operations.ts';
import { jobPosition, pageLimit, pageOf, pageStart, runPosition } from '../paging.ts';
import { RunsInClaim } from '../run-claim.ts';
import { jobIdOf, outcomeAtClaim, runId } from '../run-decisions.ts';
import type {
  ClaimRequest,
  CommitResult,
  FireCommit,
  JobFilter,
  JobPatch,
  JobStore,
  OnConflict,
  Page,
  PageRequest,
  PutResult,
  RunClaim,
  RunFilter,
  RunFinish,
  StoreContext,
} from '../store.ts';
import type { RowsRequest } from '../tables.ts';
import { newWorkAt } from './new-work.ts';
import type { RunsRequest, UnitOfWork } from './unit.ts';
import { WorkingSet } from './working-set.ts';

/** Jobs that are put or removed in one unit of work, where they need not all be in one. */
const BATCH = 1000;

/** A job store whose rows are on a server that other processes use at the same time. */
export abstract class ServerStore implements JobStore {
  abstract readonly kind: string;
  readonly durable = true;
  abstract readonly pollMs: number;

  abstract open(context: StoreContext): Promise<void>;
  abstract close(): Promise<void>;
  abstract subscribe(onChange: () => void): () => void;

  abstract claimDue(
    request: ClaimRequest & { readonly limit: number; readonly ttlMs: number },
  ): Promise<{ now: number; jobs: JobRecord[] }>;
  abstract getJob(id: string): Promise<JobRecord | null>;
  abstract getRun(runId: string): Promise<RunRecord | null>;
  abstract nextWake(request: ClaimRequest): Promise<{ now: number; at: number | null }>;
  abstract unknownTasks(tasks: ReadonlySet<string>): Promise<ReadonlyMap<string, number>>;
  abstract prune(request: { readonly limit: number; readonly maxAgeMs: number }): Promise<number>;

  /** Tells the other processes, soon and in one message for many calls, that there is something to do. Never throws. */
  protected abstract announce(): void;
  /** Runs a body as one atomic unit of work; again from the start if it met somebody else's. */
  protected abstract unit<Result>(body: (unit: UnitOfWork) => Promise<Result>): Promise<Result>;
  protected abstract listJobs(request: RowsRequest<JobFilter>): Promise<JobRecord[]>;
  protected abstract listRuns(request: RowsRequest<RunFilter>): Promise<RunRecord[]>;
  /** The ids of at most `limit` jobs, whichever. */
  protected abstract someJobIds(limit: number): Promise<string[]>;

  async getJobs(filter: JobFilter, page: PageRequest): Promise<Page<JobRecord>> {
    const limit = pageLimit(page);
    const start = pageStart(page);
    return pageOf(await this.listJobs({ filter, limit: limit + 1, start }), limit, jobPosition);
  }

  async getRuns(filter: RunFilter, page: PageRequest): Promise<Page<RunRecord>> {
    const limit = pageLimit(page);
    const start = pageStart(page);
    return pageOf(await this.listRuns({ filter, limit: limit + 1, start }), limit, runPosition);
  }

  async putJobs(jobs: readonly NewJob[], onConflict: OnConflict): Promise<PutResult[]> {
    if (onConflict === 'fail') return this.#put(jobs, (set) => addUnlessConflict(set, jobs));
    const results: PutResult[] = [];
    for (let first = 0; first < jobs.length || first === 0; first += BATCH) {
      const batch = jobs.slice(first, first + BATCH);
      results.push(...(await this.#put(batch, (set) => batch.map((job) => putJob(set, job, onConflict)))));
    }
    return results;
  }

  updateJob(id: string, version: number, patch: JobPatch): Promise<JobRecord | null> {
    return this.#step(
      async (set) => {
        await set.loadJobs([id]);
        if (set.job(id)?.ephemeral) await set.loadOpenCounts([id]);
      },
      (set) => updateJob(set, id, version, patch),
    );
  }

  async removeJobs(ids: readonly string[] | 'all'): Promise<string[]> {
    const removed: string[] = [];
    for (let first = 0; ; first += BATCH) {
      const batch = ids === 'all' ? await this.someJobIds(BATCH) : ids.slice(first, first + BATCH);
      if (batch.length === 0) return removed;
      removed.push(...(await this.#remove(batch)));
    }
  }

  commitFires(commits: readonly FireCommit[]): Promise<CommitResult[]> {
    return this.#step(
      async (set) => {
        const ids = commits.map((commit) => commit.jobId);
        await set.loadJobs(ids);
        await set.loadOpenCounts(ids);
        await set.loadOpenRuns(ids.filter((id) => set.job(id)?.policies.overlap === 'replace'));
        await set.loadRuns(commits.flatMap(plannedRunIds));
      },
      (set) => commits.map((commit) => commitFires(set, commit)),
    );
  }

  addRun(jobId: string, run: { readonly reason: RunReason; readonly key: string }): Promise<RunRecord | null> {
    return this.#step(
      async (set) => {
        await set.loadJobs([jobId]);
        const job = set.job(jobId);
        if (job !== undefined) await set.loadRuns([runId(job.id, job.generation, run.key)]);
      },
      (set) => addRun(set, jobId, run),
    );
  }

  claimRuns(request: RunsRequest): Promise<{ now: number; runs: RunRecord[]; ended: RunRecord[] }> {
    return this.unit(async (unit) => {
      const { candidates, running } = await unit.claimable(request);
      const set = new WorkingSet(unit);
      set.holdRuns(candidates.map(({ record }) => record));
      // Only what does not simply start depends on its job.
      const ending = candidates.filter(
        ({ record, fault }) =>
          record.state === 'running' || fault !== null || outcomeAtClaim(record, true, unit.now) !== null,
      );
      await this.#loadOwners(
        set,
        ending.map(({ record }) => record.jobId),
      );
      await set.reserveTokens(candidates.length);
      const claim = new RunsInClaim({
        owner: request.owner,
        slots: request.slots,
        leaseMs: request.leaseMs,
        now: unit.now,
        isJobThere: (run) => run.state === 'queued' || isJobThere(set, run),
        countRunning: (jobId) => running.get(jobId) ?? 0,
        nextToken: () => set.nextToken(),
        put: (run, stored) => set.runs.put(run, stored, unit.now),
      });
      for (const candidate of candidates) claim.take(candidate);
      for (const run of claim.ended) removeIfUsedUp(set, set.standing(run.jobId));
      await set.save();
      return { now: unit.now, runs: claim.runs, ended: claim.ended };
    });
  }

  heartbeat(claims: readonly RunClaim[], leaseMs: number): Promise<('ok' | 'lost' | 'cancel')[]> {
    return this.#step(
      (set) => set.loadRuns(claims.map((claim) => claim.runId)),
      (set) => claims.map((claim) => heartbeat(set, claim, leaseMs)),
    );
  }

  finishRuns(finishes: readonly RunFinish[]): Promise<(RunRecord | null)[]> {
    return this.#step(
      async (set) => {
        const retried = finishes.filter((finish) => finish.retryInMs !== null);
        await this.#loadOwners(set, finishes.map(ownerOf), retried.map(ownerOf));
        await set.loadRuns(finishes.map((finish) => finish.runId));
      },
      (set) => finishes.map((finish) => finishRun(set, finish)),
    );
  }

  releaseRuns(claims: readonly RunClaim[]): Promise<void> {
    return this.#step(
      async (set) => {
        await this.#loadOwners(set, claims.map(ownerOf), claims.map(ownerOf));
        await set.loadRuns(claims.map((claim) => claim.runId));
      },
      (set) => {
        for (const claim of claims) releaseRun(set, claim);
      },
    );
  }

  cancelRun(id: string): Promise<RunRecord | null> {
    return this.#step(
      async (set) => {
        await this.#loadOwners(set, [jobIdOf(id)]);
        await set.loadRuns([id]);
      },
      (set) => cancelRun(set, id),
    );
  }

  async #step<Result>(load: (set: WorkingSet) => Promise<void>, body: (set: WorkingSet) => Result): Promise<Result> {
    const { result, newsInMs } = await this.unit(async (unit) => {
      const set = new WorkingSet(unit);
      await load(set);
      const result = body(set);
      return { result, newsInMs: newWorkAt(await set.save()) - unit.now };
    });
    // What lies further ahead everybody finds by looking.
    if (newsInMs < this.pollMs) this.announce();
    return result;
  }

  #put(jobs: readonly NewJob[], body: (set: WorkingSet) => PutResult[]): Promise<PutResult[]> {
    return this.#step(async (set) => {
      const ids = jobs.map((job) => job.id);
      await set.loadJobs(ids);
      await set.reserveGenerations(ids.filter((id) => set.job(id) === undefined).length);
    }, body);
  }

  #remove(ids: readonly string[]): Promise<string[]> {
    return this.#step(
      async (set) => {
        await set.loadJobs(ids);
        await set.loadOpenRuns(ids);
      },
      (set) => ids.filter((id) => removeJob(set, id)),
    );
  }

  /**
   * Loads what has to be known of the jobs of runs that end: those that must not go meanwhile are held, and so are those
   * that may go with the run, with what else is open of them. Jobs before runs: everybody locks in this order.
   */
  async #loadOwners(set: WorkingSet, jobIds: readonly string[], held: readonly string[] = []): Promise<void> {
    await set.loadStandings(jobIds);
    const goingToo = jobIds.filter((id) => set.standing(id)?.ephemeral);
    await set.loadJobs([...held, ...goingToo]);
    await set.loadOpenCounts(goingToo);
  }
}

function ownerOf(claim: RunClaim): string {
  return jobIdOf(claim.runId);
}

function plannedRunIds({ jobId, generation, fires }: FireCommit): string[] {
  return fires.map((fire) => runId(jobId, generation, fire.fireAt));
}
