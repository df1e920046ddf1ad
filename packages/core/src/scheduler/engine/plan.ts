// What to record for a job that is due, and when it is due next: a pure function of the job, its trigger and the time.
import { createHash } from 'node:crypto';
import { toError } from '../../errors.ts';
import type { JobPolicies, JobRecord } from '../../jobs/records.ts';
import { storable } from '../../jobs/task.ts';
import type { FireCommit, PlannedFire } from '../../stores/store.ts';
import type { Trigger } from '../../triggers/trigger.ts';

/** Most fires one commit records; the rest stays due and comes with the next. */
const FIRES_PER_COMMIT = 100;

/** Most missed fire times that are each made good without `coalesce`; older ones are counted on the oldest of these. */
const MAX_CATCH_UP = 1000;

/** From this lateness on a run is a catch-up, in milliseconds: beyond what a busy process explains. */
const CATCH_UP_AFTER_MS = 5000;

/** Works out the fires of a due job at `now`, the store's; with a negative jitter that may be before its fire time. A trigger that fails gives a commit that sets the job aside. */
export function planFires(job: JobRecord, triggerOf: (job: JobRecord) => Trigger, now: number): FireCommit | null {
  if (job.nextFireAt === null) return null;
  const { endAt } = job.policies;
  if (endAt !== null && job.nextFireAt > endAt) return commitOf(job, job.nextFireAt, [], null);
  try {
    const trigger = triggerOf(job);
    return job.policies.coalesce
      ? planLatest(job, job.nextFireAt, trigger, now)
      : planEach(job, job.nextFireAt, trigger, now);
  } catch (thrown) {
    return { ...commitOf(job, job.nextFireAt, [], null), state: 'broken', note: storable(toError(thrown).message) };
  }
}

/** With `coalesce`: the latest due time stands for all of them. */
function planLatest(job: JobRecord, from: number, trigger: Trigger, now: number): FireCommit {
  const latest = Math.max(from, trigger.previous(Math.max(from, now)) ?? from);
  const fire = plannedFire(job, latest, latest === from ? 0 : trigger.count(from, latest), now);
  return commitOf(job, from, [fire], following(trigger, latest));
}

/** Without `coalesce`: each due time its run; those past their grace time, and those beyond the bound, are counted together. */
function planEach(job: JobRecord, from: number, trigger: Trigger, now: number): FireCommit {
  const fires: PlannedFire[] = [];
  let at: number | null = from;
  let isBounded = false;
  const most = runsLeft(job);
  const lateUntil = lastTooLate(job.policies, from, trigger, now);
  if (lateUntil !== null) {
    fires.push(plannedFire(job, lateUntil, trigger.count(from, lateUntil), now));
    at = following(trigger, lateUntil);
  }
  while (at !== null && at <= Math.max(from, now) && fires.length < FIRES_PER_COMMIT && startable(fires) < most) {
    const kept: number = isBounded ? at : oldestKept(at, trigger, now);
    isBounded = true;
    fires.push(plannedFire(job, kept, kept === at ? 0 : trigger.count(at, kept), now));
    at = following(trigger, kept);
  }
  return commitOf(job, from, asCaughtUp(fires), at);
}

/** How many more runs the trigger may give rise to. */
function runsLeft({ policies, runCount }: JobRecord): number {
  return policies.maxRuns === null ? Number.POSITIVE_INFINITY : Math.max(1, policies.maxRuns - runCount);
}

function startable(fires: readonly PlannedFire[]): number {
  return fires.length - Number(fires[0]?.missed === true);
}

/** What is made good together is a catch-up as a whole: its newest fires must not be skipped because its oldest still wait. */
function asCaughtUp(fires: readonly PlannedFire[]): readonly PlannedFire[] {
  const isCatchUp = fires.some(({ reason, missed }) => reason === 'catch-up' && !missed);
  return isCatchUp ? fires.map((fire) => ({ ...fire, reason: 'catch-up' as const })) : fires;
}

/** The last due time whose grace time is over; null when there is none. */
function lastTooLate(policies: JobPolicies, from: number, trigger: Trigger, now: number): number | null {
  if (policies.misfireGraceMs === null) return null;
  const before = now - policies.misfireGraceMs - 1;
  return from > before ? null : Math.max(from, trigger.previous(before) ?? from);
}

/** The oldest of the due times that are made good one by one. */
function oldestKept(from: number, trigger: Trigger, now: number): number {
  if (trigger.count(from, now) < MAX_CATCH_UP) return from;
  let at = now + 1;
  for (let kept = 0; kept < MAX_CATCH_UP; kept++) {
    const earlier = trigger.previous(at - 1);
    if (earlier === null || earlier <= from) return from;
    at = earlier;
  }
  return at;
}

/** The next fire time; a trigger that does not move on would fire for ever. */
function following(trigger: Trigger, at: number): number | null {
  const next = trigger.next(at);
  if (next !== null && !(Number.isSafeInteger(next) && next > at))
    throw new Error(`the trigger ${trigger} answered ${next} as the fire time after ${at}`);
  return next;
}

function plannedFire(job: JobRecord, fireAt: number, coalesced: number, now: number): PlannedFire {
  const { misfireGraceMs } = job.policies;
  const availableAt = fireAt + jitterOf(job.id, job.policies, fireAt);
  // A run that may start early is not late before its fire time.
  const startBy = Math.max(fireAt, availableAt);
  const deadlineAt = misfireGraceMs === null ? null : startBy + misfireGraceMs;
  return {
    fireAt,
    availableAt,
    deadlineAt,
    coalesced,
    reason: now - startBy > CATCH_UP_AFTER_MS ? 'catch-up' : 'scheduled',
    missed: deadlineAt !== null && deadlineAt < now,
  };
}

function commitOf(job: JobRecord, from: number, fires: readonly PlannedFire[], next: number | null): FireCommit {
  return {
    jobId: job.id,
    generation: job.generation,
    version: job.version,
    fromFireAt: from,
    nextFireAt: next,
    lastFireAt: fires.at(-1)?.fireAt ?? job.lastFireAt,
    state: next === null ? 'finished' : 'active',
    note: null,
    fires,
  };
}

/** The shift of a run's start in milliseconds: from (job id, fire time) alone, so that every process computes the same. */
function jitterOf(jobId: string, policies: JobPolicies, fireAt: number): number {
  if (policies.jitterMs === null) return 0;
  const [from, to] = policies.jitterMs;
  const share = createHash('sha256').update(`${jobId}\n${fireAt}`).digest().readUInt32BE() / 2 ** 32;
  return Math.round(from + share * (to - from));
}
