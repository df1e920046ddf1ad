// The operations of a store over synchronous tables: each is one body that a subclass runs as one atomic step.
import type { JobRecord, NewJob, RunReason, RunRecord } from '../jobs/records.ts';
import {
  addedJob,
  commitHolds,
  committedJob,
  isUsedUp,
  patchedJob,
  replacedJob,
  sameDefinition,
} from './job-decisions.ts';
import { jobPosition, pageLimit, pageOf, pageStart, runPosition } from './paging.ts';
import {
  addedRun,
  cancelledRun,
  countToReplace,
  finishedRun,
  heldRun,
  isOpen,
  plannedRun,
  releasedRun,
  runId,
  stateOfFire,
} from './run-decisions.ts';
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
} from './store.ts';
import type { JobRows, JobStanding, RunRows } from './tables.ts';

/** The tables a step works on, and its one reading of the clock. */
export interface Step {
  readonly jobs: JobRows;
  readonly runs: RunRows;
  readonly now: number;
}

const REFUSED: CommitResult = { ok: false, runs: [] };

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
  protected abstract read<Result>(body: (step: Step) => Result): Promise<Result>;
  /** Runs a body as one atomic step: all it writes, or nothing. */
  protected abstract write<Result>(body: (step: Step) => Result): Promise<Result>;

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
    return this.write((step) => {
      const job = step.jobs.get(id);
      if (job === undefined || job.version !== version) return null;
      const patched = step.jobs.put(patchedJob(job, patch, step.now), job);
      removeIfUsedUp(step, patched);
      return copy(patched);
    });
  }

  removeJobs(ids: readonly string[] | 'all'): Promise<string[]> {
    return this.write((step) => (ids === 'all' ? step.jobs.ids() : ids).filter((id) => removeJob(step, id)));
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

  addRun(jobId: string, run: { readonly reason: RunReason; readonly key: string }): Promise<RunRecord | null> {
    return this.write(({ jobs, runs, now }) => {
      const job = jobs.get(jobId);
      if (job === undefined) return null;
      runs.add(addedRun(job, run, now), now);
      return copied(runs.get(runId(job.id, job.generation, run.key)));
    });
  }

  claimRuns(
    request: ClaimRequest & { readonly slots: Readonly<Record<string, number>>; readonly leaseMs: number },
  ): Promise<{ now: number; runs: RunRecord[]; ended: RunRecord[] }> {
    return this.write((step) => {
      const claimed = step.runs.claim({ ...request, isJobThere: (run) => isJobThere(step, run) }, step.now);
      for (const run of claimed.ended) removeIfUsedUp(step, step.jobs.standing(run.jobId));
      return { now: step.now, ...claimed };
    });
  }

  heartbeat(claims: readonly RunClaim[], leaseMs: number): Promise<('ok' | 'lost' | 'cancel')[]> {
    return this.write(({ runs, now }) =>
      claims.map((claim) => {
        const run = runs.get(claim.runId);
        const held = run === undefined ? null : heldRun(run, claim.token, leaseMs, now);
        if (run === undefined || held === null) return 'lost';
        runs.put(held, run, now);
        return held.cancelRequested ? 'cancel' : 'ok';
      }),
    );
  }

  finishRuns(finishes: readonly RunFinish[]): Promise<(RunRecord | null)[]> {
    return this.write((step) =>
      finishes.map((finish) => {
        const run = step.runs.get(finish.runId);
        if (run === undefined) return null;
        const finished = finishedRun(run, finish, isJobThere(step, run), step.now);
        if (finished !== null && finished !== run) putRun(step, finished, run);
        return finished;
      }),
    );
  }

  releaseRuns(claims: readonly RunClaim[]): Promise<void> {
    return this.write((step) => {
      for (const claim of claims) {
        const run = step.runs.get(claim.runId);
        if (run === undefined) continue;
        const released = releasedRun(run, claim.token, isJobThere(step, run), step.now);
        if (released !== null) putRun(step, released, run);
      }
    });
  }

  cancelRun(id: string): Promise<RunRecord | null> {
    return this.write((step) => {
      const run = step.runs.get(id);
      if (run === undefined) return null;
      const cancelled = cancelledRun(run, step.now);
      if (cancelled !== run) putRun(step, cancelled, run);
      return copy(cancelled);
    });
  }

  getRun(id: string): Promise<RunRecord | null> {
    return this.read(({ runs }) => copied(runs.get(id)));
  }

  async getRuns(filter: RunFilter, page: PageRequest): Promise<Page<RunRecord>> {
    const limit = pageLimit(page);
    const start = pageStart(page);
    return this.read(({ runs }) =>
      pageOf(runs.list({ filter, limit: limit + 1, start }).map(copy), limit, runPosition),
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

  prune({ limit, maxAgeMs }: { readonly limit: number; readonly maxAgeMs: number }): Promise<number> {
    return this.write(({ runs, now }) => runs.prune(limit, now - maxAgeMs));
  }
}

function addUnlessConflict(step: Step, jobs: readonly NewJob[]): PutResult[] {
  const seen = new Map<string, NewJob>();
  const conflicts: PutResult[] = [];
  for (const job of jobs) {
    const twin = seen.get(job.id);
    const inTheWay = step.jobs.get(job.id) ?? (twin && addedJob(twin, 0, step.now));
    if (inTheWay === undefined) seen.set(job.id, job);
    else conflicts.push({ status: 'conflict', job: copy(inTheWay) });
  }
  return conflicts.length > 0 ? conflicts : jobs.map((job) => addJob(step, job));
}

function addJob(step: Step, job: NewJob): PutResult {
  const added = step.jobs.add(addedJob(job, step.jobs.nextGeneration(), step.now));
  const result = { status: 'added', job: copy(added) } as const;
  // A job without a name of its own whose trigger never fires is used up before it begins.
  removeIfUsedUp(step, added);
  return result;
}

function putJob(step: Step, job: NewJob, onConflict: OnConflict): PutResult {
  const { jobs, now } = step;
  const stored = jobs.get(job.id);
  if (stored === undefined) return addJob(step, job);
  if (onConflict === 'keep' || sameDefinition(stored, job)) return { status: 'unchanged', job: copy(stored) };
  return { status: 'replaced', job: copy(jobs.put(replacedJob(stored, job, now), stored)) };
}

function removeJob({ jobs, runs, now }: Step, id: string): boolean {
  if (jobs.get(id) === undefined) return false;
  jobs.delete(id);
  for (const run of runs.openOf(id)) if (run.state === 'queued') runs.put(cancelledRun(run, now), run, now);
  return true;
}

function commitFires(step: Step, commit: FireCommit): CommitResult {
  const job = step.jobs.get(commit.jobId);
  if (job === undefined || !commitHolds(job, commit)) return REFUSED;
  const runs = commit.fires.length === 0 ? [] : recordFires(step, job, commit);
  const moved = step.jobs.put(committedJob(job, commit, step.now), job);
  removeIfUsedUp(step, moved);
  return { ok: true, runs };
}

function recordFires(step: Step, job: JobRecord, { fires }: FireCommit): RunRecord[] {
  const { runs, now } = step;
  const openBefore = runs.countOpen(job.id);
  const replaced = job.policies.overlap === 'replace' ? makeRoom(step, job, fires) : [];
  const recorded: RunRecord[] = [];
  for (const fire of fires) {
    const run = plannedRun(job, fire, stateOfFire(fire, job.policies, openBefore), now);
    if (runs.add(run, now)) recorded.push(run);
  }
  return replaced.length === 0 ? recorded : [...recorded, ...replaced];
}

function makeRoom({ runs, now }: Step, job: JobRecord, fires: FireCommit['fires']): RunRecord[] {
  const replaceable = runs.openOf(job.id).filter((run) => !run.cancelRequested);
  const oldest = replaceable.slice(0, countToReplace(fires, job.policies, replaceable.length));
  return oldest.map((run) => {
    const cancelled = cancelledRun(run, now);
    runs.put(cancelled, run, now);
    return cancelled;
  });
}

function putRun(step: Step, run: RunRecord, stored: RunRecord): void {
  step.runs.put(run, stored, step.now);
  if (!isOpen(run)) removeIfUsedUp(step, step.jobs.standing(run.jobId));
}

function removeIfUsedUp({ jobs, runs }: Step, job: JobStanding | undefined): void {
  if (job?.ephemeral && isUsedUp(job, runs.countOpen(job.id))) jobs.delete(job.id);
}

function isJobThere({ jobs }: Step, run: RunRecord): boolean {
  return jobs.standing(run.jobId)?.generation === run.generation;
}

/** Nothing nested in a record can be changed from outside, so a flat copy is a safe one. */
function copy<Row extends JobRecord | RunRecord>(record: Row): Row {
  return { ...record };
}

function copied<Row extends JobRecord | RunRecord>(record: Row | undefined): Row | null {
  return record === undefined ? null : copy(record);
}
