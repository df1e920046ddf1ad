// The operations that every store has in common, each on one job or run: what to read, what to decide, what to write.
// Whoever calls one sees to it that all it does is one atomic step.
import type { JobRecord, NewJob, RunRecord } from '../jobs/records.ts';
import {
  addedJob,
  commitHolds,
  committedJob,
  isUsedUp,
  patchedJob,
  replacedJob,
  sameDefinition,
} from './job-decisions.ts';
import {
  addedRun,
  cancelledRun,
  countToReplace,
  finishedRun,
  heldRun,
  isOpen,
  plannedRun,
  releasedRun,
  retriedRun,
  stateOfFire,
} from './run-decisions.ts';
import type {
  CommitResult,
  ExtraRun,
  FireCommit,
  JobPatch,
  OnConflict,
  PutResult,
  RemovedJobs,
  RunClaim,
  RunFinish,
  RunHeartbeat,
} from './store.ts';
import type { JobStanding, Step } from './tables.ts';

const REFUSED: CommitResult = { ok: false, runs: [] };

/** Adds all of these jobs, or none: then the conflicts alone are answered. */
export function addUnlessConflict(step: Step, jobs: readonly NewJob[]): PutResult[] {
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

/** Adds the job, or does with the one that is there what `onConflict` says. */
export function putJob(step: Step, job: NewJob, onConflict: Exclude<OnConflict, 'fail'>): PutResult {
  const { jobs, now } = step;
  const stored = jobs.get(job.id);
  if (stored === undefined) return addJob(step, job);
  const isEqual = stored.state !== 'broken' && sameDefinition(stored, job);
  if (onConflict === 'keep' || isEqual) return { status: 'unchanged', job: copy(stored) };
  return { status: 'replaced', job: copy(jobs.put(replacedJob(stored, job, now), stored)) };
}

/** Changes a job that is still at this version; null if it is not. */
export function updateJob(step: Step, id: string, version: number, patch: JobPatch): JobRecord | null {
  const job = step.jobs.get(id);
  if (job === undefined || job.version !== version) return null;
  const patched = step.jobs.put(patchedJob(job, patch, step.now), job);
  removeIfUsedUp(step, patched);
  return copy(patched);
}

/** Removes the job and cancels what waits of it, which is answered; null if it is not there. */
export function removeJob({ jobs, runs, now }: Step, id: string): RunRecord[] | null {
  if (jobs.get(id) === undefined) return null;
  jobs.delete(id);
  const waiting = runs.openOf(id).filter((run) => run.state === 'queued');
  return waiting.map((run) => {
    const cancelled = cancelledRun(run, now);
    runs.put(cancelled, run, now);
    return copy(cancelled);
  });
}

/** What a removal came to, given what became of each of these. */
export function removal(ids: readonly string[], removed: readonly (RunRecord[] | null | undefined)[]): RemovedJobs {
  return {
    jobIds: ids.filter((_, index) => Array.isArray(removed[index])),
    cancelled: removed.flatMap((cancelled) => cancelled ?? []),
  };
}

/** Records the fires of a commit and moves its job on, unless the job has changed since it was claimed. */
export function commitFires(step: Step, commit: FireCommit): CommitResult {
  const job = step.jobs.get(commit.jobId);
  if (job === undefined || !commitHolds(job, commit)) return REFUSED;
  const runs = commit.fires.length === 0 ? [] : recordFires(step, job, commit);
  const startable = job.policies.maxRuns === null ? 0 : runs.filter(({ state }) => state === 'queued').length;
  const moved = step.jobs.put(committedJob(job, commit, startable, step.now), job);
  removeIfUsedUp(step, moved);
  return moved.state === commit.state ? { ok: true, runs } : { ok: true, runs, hasFinished: true };
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

/** Records one run outside the trigger's turn; the run that has its key already, if there is one. Null if the job is gone. */
export function addRun({ jobs, runs, now }: Step, jobId: string, run: ExtraRun): RunRecord | null {
  const job = jobs.get(jobId);
  if (job === undefined) return null;
  const added = addedRun(job, run, now);
  runs.add(added, now);
  return copied(runs.get(added.id));
}

/** Renews the lease on a run. */
export function heartbeat({ runs, now }: Step, claim: RunHeartbeat, leaseMs: number): 'ok' | 'lost' | 'cancel' {
  const run = runs.get(claim.runId);
  const held = run === undefined ? null : heldRun(run, claim, leaseMs, now);
  if (run === undefined || held === null) return 'lost';
  runs.put(held, run, now);
  return held.cancelRequested ? 'cancel' : 'ok';
}

/** Ends an attempt; null if the claim no longer holds. */
export function finishRun(step: Step, finish: RunFinish): RunRecord | null {
  const run = step.runs.get(finish.runId);
  if (run === undefined) return null;
  // Whether another attempt may follow is all that depends on the job.
  const finished = finishedRun(run, finish, finish.retryInMs === null || isJobThere(step, run), step.now);
  if (finished !== null && finished !== run) putRun(step, finished, run);
  return finished;
}

/** Gives a run back that was claimed and not begun. */
export function releaseRun(step: Step, claim: RunClaim): void {
  const run = step.runs.get(claim.runId);
  if (run === undefined) return;
  const released = releasedRun(run, claim.token, isJobThere(step, run), step.now);
  if (released !== null) putRun(step, released, run);
}

/** Ends a waiting run, asks a running one to end; null if there is none. */
export function cancelRun(step: Step, id: string): RunRecord | null {
  const run = step.runs.get(id);
  if (run === undefined) return null;
  const cancelled = cancelledRun(run, step.now);
  if (cancelled !== run) putRun(step, cancelled, run);
  return copy(cancelled);
}

/** Lets a run that ended badly wait for another attempt, if its job is there; null if there is no such run. */
export function retryRun(step: Step, id: string): RunRecord | null {
  const run = step.runs.get(id);
  if (run === undefined) return null;
  const retried = retriedRun(run, isJobThere(step, run), step.now);
  if (retried !== run) step.runs.put(retried, run, step.now);
  return copy(retried);
}

/** Whether the job that the run was recorded for is still there. */
export function isJobThere({ jobs }: Step, run: Pick<RunRecord, 'jobId' | 'generation'>): boolean {
  return jobs.standing(run.jobId)?.generation === run.generation;
}

/** Removes a job that nobody can ask for again once nothing of it is left to do. */
export function removeIfUsedUp({ jobs, runs }: Step, job: JobStanding | undefined): void {
  if (job?.ephemeral && isUsedUp(job, runs.countOpen(job.id))) jobs.delete(job.id);
}

function putRun(step: Step, run: RunRecord, stored: RunRecord): void {
  step.runs.put(run, stored, step.now);
  if (!isOpen(run)) removeIfUsedUp(step, step.jobs.standing(run.jobId));
}

/** Nothing nested in a record can be changed from outside, so a flat copy is a safe one. */
export function copy<Row extends JobRecord | RunRecord>(record: Row): Row {
  return { ...record };
}

/** The run as lists answer it: without its log, which may be long. */
export function listedRun(run: RunRecord): RunRecord {
  return { ...run, log: null };
}

/** The copy of a record that is there; else null. */
export function copied<Row extends JobRecord | RunRecord>(record: Row | undefined): Row | null {
  return record === undefined ? null : copy(record);
}
