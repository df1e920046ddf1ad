// A store on a server: each operation loads the rows it is about, lets the decisions that all stores share fall on them in
// memory, and writes what changed, as one unit of work.
import type { JobRecord, NewJob, RunRecord } from '../../jobs/records.ts';
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
  removal,
  removeIfUsedUp,
  removeJob,
  retryRun,
  updateJob,
} from '../operations.ts';
import { jobPosition, pageLimit, pageOf, pageStart, runPosition } from '../paging.ts';
import { RunsInClaim } from '../run-claim.ts';
import { jobIdOf, outcomeAtClaim, runId } from '../run-decisions.ts';
import type {
  ClaimRequest,
  CommitResult,
  ExtraRun,
  FireCommit,
  JobFilter,
  JobPatch,
  JobStore,
  OnConflict,
  Page,
  PageRequest,
  ProcessCheckIn,
  ProcessRecord,
  PutResult,
  RemovedJobs,
  RunClaim,
  RunFilter,
  RunFinish,
  RunHeartbeat,
  StoreContext,
  UnknownExecutors,
} from '../store.ts';
import type { RowsRequest } from '../tables.ts';
import { newWorkAt } from './new-work.ts';
import type { Claimable, RunsRequest, UnitOfWork } from './unit.ts';
import { WorkingSet } from './working-set.ts';

/** Jobs that are put or removed in one unit of work, where they need not all be in one. */
const BATCH = 1000;

/** What a claim of runs came to. */
type RunsClaimed = { now: number; runs: RunRecord[]; ended: RunRecord[] };

/** An operation on many items, each about one job and decided by itself. */
export interface ItemOperation<Item, Result> {
  jobIdOf(item: Item): string;
  /** Loads all that the decisions on these items need. */
  load(set: WorkingSet, items: readonly Item[]): Promise<void>;
  decide(set: WorkingSet, item: Item): Result;
}

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
  abstract unknownExecutors(request: UnknownExecutors): Promise<ReadonlyMap<string, number>>;
  abstract prune(request: { readonly limit: number; readonly maxAgeMs: number }): Promise<number>;
  abstract checkIn(process: ProcessCheckIn, forgetAfterMs: number): Promise<void>;
  abstract checkOut(schedulerId: string): Promise<void>;
  abstract getProcesses(): Promise<{ now: number; processes: ProcessRecord[] }>;

  /** Tells the other processes, soon and in one message for many calls, that there is something to do. Never throws. */
  protected abstract announce(): void;
  /** Runs a body as one atomic unit of work; again from the start if it met somebody else's. */
  protected abstract unit<Result>(body: (unit: UnitOfWork) => Promise<Result>): Promise<Result>;
  protected abstract listJobs(request: RowsRequest<JobFilter>): Promise<JobRecord[]>;
  /** Runs without their logs. */
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
    if (onConflict === 'fail')
      return this.#step(
        (set) => loadForPut(set, jobs),
        (set) => addUnlessConflict(set, jobs),
      );
    const results: PutResult[] = [];
    for (let first = 0; first < jobs.length || first === 0; first += BATCH) {
      const batch = jobs.slice(first, first + BATCH);
      const put = await this.each(batch, {
        jobIdOf: (job) => job.id,
        load: loadForPut,
        decide: (set, job) => putJob(set, job, onConflict),
      });
      results.push(...put);
    }
    return results;
  }

  async updateJob(id: string, version: number, patch: JobPatch): Promise<JobRecord | null> {
    const [updated = null] = await this.each([id], {
      jobIdOf: (jobId) => jobId,
      load: async (set) => {
        await set.loadJobs([id]);
        if (set.job(id)?.ephemeral) await set.loadOpenCounts([id]);
      },
      decide: (set) => updateJob(set, id, version, patch),
    });
    return updated;
  }

  async removeJobs(ids: readonly string[] | 'all'): Promise<RemovedJobs> {
    const jobIds: string[] = [];
    const cancelled: RunRecord[] = [];
    for (let first = 0; ; first += BATCH) {
      const batch = ids === 'all' ? await this.someJobIds(BATCH) : ids.slice(first, first + BATCH);
      if (batch.length === 0) return { jobIds, cancelled };
      const removed = await this.#remove(batch);
      for (const id of removed.jobIds) jobIds.push(id);
      for (const run of removed.cancelled) cancelled.push(run);
    }
  }

  commitFires(commits: readonly FireCommit[]): Promise<CommitResult[]> {
    return this.each(commits, {
      jobIdOf: (commit) => commit.jobId,
      load: async (set, items) => {
        const ids = items.map((commit) => commit.jobId);
        await set.loadJobs(ids);
        await set.loadOpenCounts(ids);
        await set.loadOpenRuns(ids.filter((id) => set.job(id)?.policies.overlap === 'replace'));
        await set.loadRuns(items.flatMap(plannedRunIds));
      },
      decide: commitFires,
    });
  }

  async addRun(jobId: string, run: ExtraRun): Promise<RunRecord | null> {
    const [added = null] = await this.each([jobId], {
      jobIdOf: (id) => id,
      load: async (set) => {
        await set.loadJobs([jobId]);
        const job = set.job(jobId);
        if (job !== undefined) await set.loadRuns([runId(job.id, job.generation, run.key)]);
      },
      decide: (set) => addRun(set, jobId, run),
    });
    return added;
  }

  claimRuns(request: RunsRequest): Promise<RunsClaimed> {
    return this.unit(async (unit) => this.takeRuns(unit, request, await unit.claimable(request)));
  }

  /** Starts or ends candidates of a claim, in the order of their turn. */
  protected async takeRuns(
    unit: UnitOfWork,
    request: RunsRequest,
    { candidates, running }: Claimable,
  ): Promise<RunsClaimed> {
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
      outliving: request.outliving,
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
  }

  heartbeat(claims: readonly RunHeartbeat[], leaseMs: number): Promise<('ok' | 'lost' | 'cancel')[]> {
    return this.each(claims, {
      jobIdOf: ownerOf,
      load: (set, items) => set.loadRuns(items.map((claim) => claim.runId)),
      decide: (set, claim) => heartbeat(set, claim, leaseMs),
    });
  }

  finishRuns(finishes: readonly RunFinish[]): Promise<(RunRecord | null)[]> {
    return this.each<RunFinish, RunRecord | null>(finishes, {
      jobIdOf: ownerOf,
      load: async (set, items) => {
        const retried = items.filter((finish) => finish.retryInMs !== null);
        await this.#loadOwners(set, items.map(ownerOf), retried.map(ownerOf));
        await set.loadRuns(items.map((finish) => finish.runId));
      },
      decide: finishRun,
    });
  }

  async releaseRuns(claims: readonly RunClaim[]): Promise<void> {
    await this.each(claims, {
      jobIdOf: ownerOf,
      load: async (set, items) => {
        await this.#loadOwners(set, items.map(ownerOf), items.map(ownerOf));
        await set.loadRuns(items.map((claim) => claim.runId));
      },
      decide: releaseRun,
    });
  }

  async cancelRun(id: string): Promise<RunRecord | null> {
    const [cancelled = null] = await this.each([id], {
      jobIdOf,
      load: async (set) => {
        await this.#loadOwners(set, [jobIdOf(id)]);
        await set.loadRuns([id]);
      },
      decide: cancelRun,
    });
    return cancelled;
  }

  async retryRun(id: string): Promise<RunRecord | null> {
    const [retried = null] = await this.each([id], {
      jobIdOf,
      load: async (set) => {
        await this.#loadOwners(set, [jobIdOf(id)], [jobIdOf(id)]);
        await set.loadRuns([id]);
      },
      decide: retryRun,
    });
    return retried;
  }

  /** Does an operation on each of these items, all in one unit of work; one result for each, in order. */
  protected each<Item, Result>(items: readonly Item[], operation: ItemOperation<Item, Result>): Promise<Result[]> {
    return this.#step(
      (set) => operation.load(set, items),
      (set) => items.map((item) => operation.decide(set, item)),
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

  async #remove(ids: readonly string[]): Promise<RemovedJobs> {
    const removed = await this.each<string, RunRecord[] | null>(ids, {
      jobIdOf: (id) => id,
      load: async (set, items) => {
        await set.loadJobs(items);
        await set.loadOpenRuns(items);
      },
      decide: removeJob,
    });
    return removal(ids, removed);
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

async function loadForPut(set: WorkingSet, jobs: readonly NewJob[]): Promise<void> {
  const ids = jobs.map((job) => job.id);
  await set.loadJobs(ids);
  await set.reserveGenerations(ids.filter((id) => set.job(id) === undefined).length);
}

function ownerOf(claim: RunClaim): string {
  return jobIdOf(claim.runId);
}

function plannedRunIds({ jobId, generation, fires }: FireCommit): string[] {
  return fires.map((fire) => runId(jobId, generation, fire.fireAt));
}
