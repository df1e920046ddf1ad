// A store over synchronous tables: each operation is one body that a subclass runs as one atomic step.
import type { JobRecord, NewJob, RunRecord } from '../jobs/records.ts';
import {
  addRun,
  addUnlessConflict,
  cancelRun,
  commitFires,
  copied,
  copy,
  finishRun,
  heartbeat,
  isJobThere,
  listedRun,
  putJob,
  releaseRun,
  removal,
  removeIfUsedUp,
  removeJob,
  retryRun,
  updateJob,
} from './operations.ts';
import { jobPosition, pageLimit, pageOf, pageStart, runPosition } from './paging.ts';
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
} from './store.ts';
import type { JobRows, ProcessRows, RunRows, RunsClaim, Step } from './tables.ts';

/** A step over whole tables. */
export interface TableStep extends Step {
  readonly jobs: JobRows;
  readonly runs: RunRows;
  readonly processes: ProcessRows;
}

/** A job store whose rows can be read and written synchronously. */
export abstract class TableStore implements JobStore {
  abstract readonly kind: string;
  abstract readonly durable: boolean;
  abstract readonly pollMs: number;
  /** How many jobs are added in one step, where they need not all be added in one. */
  protected readonly putBatch: number = Number.POSITIVE_INFINITY;

  abstract open(context: StoreContext): Promise<void>;
  abstract close(): Promise<void>;

  /** Runs a body that only reads. */
  protected abstract read<Result>(body: (step: TableStep) => Result): Promise<Result>;
  /** Runs a body as one atomic step: all it writes, or nothing. */
  protected abstract write<Result>(body: (step: TableStep) => Result): Promise<Result>;

  async putJobs(jobs: readonly NewJob[], onConflict: OnConflict): Promise<PutResult[]> {
    if (onConflict === 'fail') return this.write((step) => addUnlessConflict(step, jobs));
    const results: PutResult[] = [];
    for (let first = 0; first < jobs.length; first += this.putBatch) {
      const batch = jobs.slice(first, first + this.putBatch);
      for (const result of await this.write((step) => batch.map((job) => putJob(step, job, onConflict)))) {
        results.push(result);
      }
    }
    return results;
  }

  getJob(id: string): Promise<JobRecord | null> {
    return this.read(({ jobs }) => copied(jobs.get(id)));
  }

  async getJobs(filter: JobFilter, page: PageRequest): Promise<Page<JobRecord>> {
    const limit = pageLimit(page);
    const start = pageStart(page);
    return this.read(({ jobs }) =>
      pageOf(jobs.list({ filter, limit: limit + 1, start }).map(copy), limit, jobPosition),
    );
  }

  updateJob(id: string, version: number, patch: JobPatch): Promise<JobRecord | null> {
    return this.write((step) => updateJob(step, id, version, patch));
  }

  removeJobs(ids: readonly string[] | 'all'): Promise<RemovedJobs> {
    return this.write((step) => {
      const wanted = ids === 'all' ? step.jobs.ids() : ids;
      return removal(
        wanted,
        wanted.map((id) => removeJob(step, id)),
      );
    });
  }

  claimDue(
    request: ClaimRequest & { readonly limit: number; readonly ttlMs: number },
  ): Promise<{ now: number; jobs: JobRecord[] }> {
    return this.write(({ jobs, now }) => ({
      now,
      jobs: jobs.claimDue(request.tasks, request.limit, request.ttlMs, now),
    }));
  }

  commitFires(commits: readonly FireCommit[]): Promise<CommitResult[]> {
    return this.write((step) => commits.map((commit) => commitFires(step, commit)));
  }

  addRun(jobId: string, run: ExtraRun): Promise<RunRecord | null> {
    return this.write((step) => addRun(step, jobId, run));
  }

  claimRuns(request: Omit<RunsClaim, 'isJobThere'>): Promise<{ now: number; runs: RunRecord[]; ended: RunRecord[] }> {
    return this.write((step) => {
      const claimed = step.runs.claim({ ...request, isJobThere: (run) => isJobThere(step, run) }, step.now);
      for (const run of claimed.ended) removeIfUsedUp(step, step.jobs.standing(run.jobId));
      return { now: step.now, ...claimed };
    });
  }

  heartbeat(claims: readonly RunHeartbeat[], leaseMs: number): Promise<('ok' | 'lost' | 'cancel')[]> {
    return this.write((step) => claims.map((claim) => heartbeat(step, claim, leaseMs)));
  }

  finishRuns(finishes: readonly RunFinish[]): Promise<(RunRecord | null)[]> {
    return this.write((step) => finishes.map((finish) => finishRun(step, finish)));
  }

  releaseRuns(claims: readonly RunClaim[]): Promise<void> {
    return this.write((step) => {
      for (const claim of claims) releaseRun(step, claim);
    });
  }

  cancelRun(id: string): Promise<RunRecord | null> {
    return this.write((step) => cancelRun(step, id));
  }

  retryRun(id: string): Promise<RunRecord | null> {
    return this.write((step) => retryRun(step, id));
  }

  getRun(id: string): Promise<RunRecord | null> {
    return this.read(({ runs }) => copied(runs.get(id)));
  }

  async getRuns(filter: RunFilter, page: PageRequest): Promise<Page<RunRecord>> {
    const limit = pageLimit(page);
    const start = pageStart(page);
    return this.read(({ runs }) =>
      pageOf(runs.list({ filter, limit: limit + 1, start }).map(listedRun), limit, runPosition),
    );
  }

  nextWake({ tasks }: ClaimRequest): Promise<{ now: number; at: number | null }> {
    return this.read(({ jobs, runs, now }) => {
      const at = Math.min(jobs.nextAt(tasks, now), runs.nextAt(tasks, now));
      return { now, at: at === Number.POSITIVE_INFINITY ? null : at };
    });
  }

  unknownTasks(tasks: ReadonlySet<string>): Promise<ReadonlyMap<string, number>> {
    return this.read(({ jobs, runs, now }) => {
      const counts = new Map<string, number>();
      jobs.countDue(tasks, now, counts);
      runs.countWaiting(tasks, now, counts);
      return counts;
    });
  }

  unknownExecutors({ tasks, executors }: UnknownExecutors): Promise<ReadonlyMap<string, number>> {
    return this.read(({ runs, now }) => runs.countStranded(tasks, executors, now));
  }

  prune({ limit, maxAgeMs }: { readonly limit: number; readonly maxAgeMs: number }): Promise<number> {
    return this.write(({ runs, now }) => runs.prune(limit, now - maxAgeMs));
  }

  checkIn(process: ProcessCheckIn, forgetAfterMs: number): Promise<void> {
    return this.write(({ processes, now }) => {
      processes.deleteSeenBefore(now - forgetAfterMs);
      processes.put({ ...process, seenAt: now });
    });
  }

  checkOut(schedulerId: string): Promise<void> {
    return this.write(({ processes }) => processes.delete(schedulerId));
  }

  getProcesses(): Promise<{ now: number; processes: ProcessRecord[] }> {
    return this.read(({ processes, now }) => ({ now, processes: processes.all() }));
  }
}
