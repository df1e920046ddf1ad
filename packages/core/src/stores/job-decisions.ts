// What a store does to a job, decided apart from how it is kept: pure functions from one record to the next.
import { sameBounds } from '../jobs/bounded.ts';
import type { JobDefinition, JobPolicies, JobRecord, NewJob } from '../jobs/records.ts';
import { sameTrigger } from '../triggers/json.ts';
import type { FireCommit, JobPatch } from './store.ts';

/** The part of a row that is not the author's. */
type JobProgress = Omit<JobRecord, keyof JobDefinition>;

// Field by field: spreading one record into the next costs several times as much, and every fire makes two of them.
function jobRecord(job: JobDefinition, progress: JobProgress): JobRecord {
  return {
    id: job.id,
    name: job.name,
    task: job.task,
    args: job.args,
    trigger: job.trigger,
    executor: job.executor,
    policies: job.policies,
    tags: job.tags,
    ephemeral: job.ephemeral,
    state: progress.state,
    nextFireAt: progress.nextFireAt,
    generation: progress.generation,
    version: progress.version,
    lastFireAt: progress.lastFireAt,
    runCount: progress.runCount,
    failures: progress.failures,
    claimedUntil: progress.claimedUntil,
    note: progress.note,
    createdAt: progress.createdAt,
    updatedAt: progress.updatedAt,
  };
}

/** How long before its fire time a run of the job may have to start, in milliseconds: jitter may be negative. */
export function earlyMs(policies: JobPolicies): number {
  return policies.jitterMs === null ? 0 : Math.max(0, -policies.jitterMs[0]);
}

/** From when on a job is to be claimed; null while it has no next fire time. */
export function dueAt(job: Pick<JobRecord, 'nextFireAt' | 'policies'>): number | null {
  return job.nextFireAt === null ? null : job.nextFireAt - earlyMs(job.policies);
}

/** The row of a job that is added. */
export function addedJob(job: NewJob, generation: number, now: number): JobRecord {
  return jobRecord(job, {
    state: job.state,
    nextFireAt: job.nextFireAt,
    generation,
    version: 1,
    lastFireAt: null,
    runCount: 0,
    failures: 0,
    claimedUntil: 0,
    note: job.note ?? null,
    createdAt: now,
    updatedAt: now,
  });
}

/** Whether two definitions are the same job, however often they were resolved: a trigger's anchor does not count. */
export function sameDefinition(a: JobDefinition, b: JobDefinition): boolean {
  return (
    a.name === b.name &&
    a.task === b.task &&
    a.args === b.args &&
    a.executor === b.executor &&
    a.ephemeral === b.ephemeral &&
    samePlainData(a.tags, b.tags) &&
    samePlainData(a.policies, b.policies) &&
    sameTrigger(a.trigger, b.trigger)
  );
}

/**
 * The row under a changed definition. An equal trigger within equal bounds goes on where it stands, with the anchor it has; a
 * changed one starts anew, but does not undo a pause. A job that was set aside gets its new start in any case.
 */
export function replacedJob(stored: JobRecord, job: NewJob, now: number): JobRecord {
  const goesOn =
    stored.state !== 'broken' && sameTrigger(stored.trigger, job.trigger) && sameBounds(stored.policies, job.policies);
  const keepsState = goesOn || stored.state === 'paused';
  return jobRecord(goesOn ? { ...job, trigger: stored.trigger } : job, {
    state: keepsState ? stored.state : job.state,
    nextFireAt: goesOn ? stored.nextFireAt : job.nextFireAt,
    generation: stored.generation,
    version: stored.version + 1,
    lastFireAt: stored.lastFireAt,
    runCount: goesOn ? stored.runCount : 0,
    failures: stored.failures,
    claimedUntil: 0,
    note: keepsState ? stored.note : (job.note ?? null),
    createdAt: stored.createdAt,
    updatedAt: now,
  });
}

/** The row after a control operation. Whoever had claimed it is refused at the commit, so the claim goes too. */
export function patchedJob(job: JobRecord, patch: JobPatch, now: number): JobRecord {
  const { id, generation, createdAt } = job;
  return { ...job, ...patch, id, generation, createdAt, version: job.version + 1, claimedUntil: 0, updatedAt: now };
}

/** The row while its claimant works out the fires. */
export function claimedJob(job: JobRecord, ttlMs: number, now: number): JobRecord {
  return jobRecord(job, {
    state: job.state,
    nextFireAt: job.nextFireAt,
    generation: job.generation,
    version: job.version + 1,
    lastFireAt: job.lastFireAt,
    runCount: job.runCount,
    failures: job.failures,
    claimedUntil: now + ttlMs,
    note: job.note,
    createdAt: job.createdAt,
    updatedAt: job.updatedAt,
  });
}

/** Whether the job is still as it was when the commit was worked out. */
export function commitHolds(job: JobRecord, commit: FireCommit): boolean {
  return (
    job.version === commit.version &&
    job.generation === commit.generation &&
    job.nextFireAt === commit.fromFireAt &&
    job.state === 'active'
  );
}

/** The row after its fires were recorded, of which so many may start: those count towards `maxRuns`. */
export function committedJob(job: JobRecord, commit: FireCommit, startable: number, now: number): JobRecord {
  const { maxRuns } = job.policies;
  const runCount = maxRuns === null ? job.runCount : job.runCount + startable;
  const isDone = maxRuns !== null && runCount >= maxRuns && commit.state === 'active';
  return jobRecord(job, {
    state: isDone ? 'finished' : commit.state,
    nextFireAt: isDone ? null : commit.nextFireAt,
    generation: job.generation,
    version: job.version + 1,
    lastFireAt: commit.lastFireAt,
    runCount,
    failures: job.failures,
    claimedUntil: 0,
    note: commit.note,
    createdAt: job.createdAt,
    updatedAt: now,
  });
}

/** Whether the row may go: nobody can ask for the job again, and nothing of it is left to do. */
export function isUsedUp(job: Pick<JobRecord, 'ephemeral' | 'state'>, openRuns: number): boolean {
  return job.ephemeral && job.state === 'finished' && openRuns === 0;
}

/** Deep equality of plain data. */
function samePlainData(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const left = Object.entries(a);
  const right = new Map(Object.entries(b));
  return (
    left.length === right.size && left.every(([key, value]) => right.has(key) && samePlainData(value, right.get(key)))
  );
}
