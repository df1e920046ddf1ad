// What may be changed about a job, checked: the same for one that is stored and one that is pending.
import { InvalidOptionError } from '../errors.ts';
import { type InstantInput, toEpochMs } from '../time/instant.ts';
import { isTrigger, sameTrigger } from '../triggers/json.ts';
import type { Trigger, TriggerContext } from '../triggers/trigger.ts';
import { encodeArguments } from './arguments.ts';
import { bounded, followsTrigger, nextFireOf, sameBounds } from './bounded.ts';
import { firstFireTime, type JobDraft, readTags, readTrigger, split } from './draft.ts';
import type { JobChanges } from './job.ts';
import { applyPolicies, DEFAULT_POLICIES, type PolicyOptions } from './policies.ts';
import type { JobPolicies, JobRecord } from './records.ts';
import { checkName } from './task.ts';

/** Changes that were checked. */
export interface CheckedChanges {
  readonly fields: Partial<Pick<JobRecord, 'name' | 'executor' | 'tags' | 'args'>>;
  readonly policies: PolicyOptions;
  /** Undefined = stays as it is. */
  readonly trigger: Trigger | undefined;
  /** Undefined = stays as it is; null = pause. */
  readonly nextRunTime: InstantInput | null | undefined;
}

const FIXED: readonly string[] = ['id', 'jobStore', 'replaceExisting'];
const HINT = 'something that can be changed about a job';

/** @throws InvalidOptionError or UnserializableArgumentsError naming the field. */
export function checkChanges(changes: JobChanges): CheckedChanges {
  const { trigger, ...others } = changes;
  const { settings, rest } = split(others);
  const unknown = [...Object.keys(rest), ...FIXED].find((name) => name in rest || name in settings);
  if (unknown !== undefined) throw new InvalidOptionError(unknown, Reflect.get(changes, unknown), HINT);
  const { name, executor, tags, args, nextRunTime } = changes;
  checkTrigger(trigger);
  if (name !== undefined) checkName('name', name);
  if (executor !== undefined) checkName('executor', executor);
  if (nextRunTime !== undefined && nextRunTime !== null) toEpochMs(nextRunTime, 'nextRunTime');
  applyPolicies(DEFAULT_POLICIES, settings);
  const fields = {
    ...(name === undefined ? {} : { name }),
    ...(executor === undefined ? {} : { executor }),
    ...(tags === undefined ? {} : { tags: readTags(tags) }),
    ...(args === undefined ? {} : { args: encodeArguments(args) }),
  };
  return { fields, policies: settings as PolicyOptions, trigger, nextRunTime };
}

/** The part of a stored job that the changes replace. */
export function patchOf(job: JobRecord, changes: CheckedChanges, context: TriggerContext) {
  const { fields, policies, trigger, nextRunTime } = changes;
  const applied = applyPolicies(job.policies, { ...policies }, { timezone: context.timezone });
  const changed: Partial<JobRecord> & { policies: JobPolicies } = {
    ...fields,
    policies: applied,
    ...(trigger === undefined || sameTrigger(trigger.resolve(context).toJSON(), job.trigger)
      ? movedByBounds(job, applied, context.now)
      : rescheduled(job, trigger.resolve(context), applied, context.now)),
  };
  if (nextRunTime === undefined) return changed;
  if (nextRunTime === null) return { ...changed, state: 'paused' as const };
  return {
    ...changed,
    state: 'active' as const,
    note: null,
    nextFireAt: toEpochMs(nextRunTime, 'nextRunTime', context.timezone),
  };
}

/** What other bounds change about when a job fires next. */
function movedByBounds(job: JobRecord, policies: JobPolicies, now: number): Partial<JobRecord> {
  return sameBounds(job.policies, policies) || !followsTrigger(job) ? {} : nextFireOf(job, policies, now);
}

/** What another trigger changes about a stored job, worked out from now. */
export function rescheduled({ state }: JobRecord, trigger: Trigger, policies: JobPolicies, now: number) {
  const within = bounded(trigger, policies);
  // What is due at this very moment was the old trigger's to fire; a date that has passed is still to be made good.
  const nextFireAt = within.next(now) ?? firstFireTime(within, now);
  return {
    trigger: trigger.toJSON(),
    nextFireAt,
    runCount: 0,
    note: null,
    state: state === 'paused' ? ('paused' as const) : nextFireAt === null ? ('finished' as const) : ('active' as const),
  };
}

function checkTrigger(trigger: unknown): void {
  if (trigger === undefined) return;
  if (!isTrigger(trigger))
    throw new InvalidOptionError('trigger', trigger, 'a trigger such as new CronTrigger({ hour: 9 })');
  readTrigger(trigger, {});
}

/** A pending job with the changes in it. */
export function changedDraft(draft: JobDraft, { fields, policies, trigger, nextRunTime }: CheckedChanges): JobDraft {
  return {
    ...draft,
    ...fields,
    trigger: trigger ?? draft.trigger,
    policies: { ...draft.policies, ...policies },
    nextRunTime: nextRunTime === undefined ? draft.nextRunTime : nextRunTime,
  };
}
