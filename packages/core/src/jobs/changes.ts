// What may be changed about a job, checked: the same for one that is stored and one that is pending.
import { InvalidOptionError } from '../errors.ts';
import { type InstantInput, toEpochMs } from '../time/instant.ts';
import { encodeArguments } from './arguments.ts';
import { type JobDraft, readTags, split } from './draft.ts';
import type { JobChanges } from './job.ts';
import { applyPolicies, DEFAULT_POLICIES, type PolicyOptions } from './policies.ts';
import type { JobPolicies, JobRecord } from './records.ts';
import { checkName } from './task.ts';

/** Changes that were checked. */
export interface CheckedChanges {
  readonly fields: Partial<Pick<JobRecord, 'name' | 'executor' | 'tags' | 'args'>>;
  readonly policies: PolicyOptions;
  /** Undefined = stays as it is; null = pause. */
  readonly nextRunTime: InstantInput | null | undefined;
}

const FIXED: readonly string[] = ['id', 'jobStore', 'replaceExisting'];
const HINT = 'something that can be changed about a job: for its trigger there is rescheduleJob';

/** @throws InvalidOptionError or UnserializableArgumentsError naming the field. */
export function checkChanges(changes: JobChanges): CheckedChanges {
  const { settings, rest } = split({ ...changes });
  const unknown = [...Object.keys(rest), ...FIXED].find((name) => name in rest || name in settings);
  if (unknown !== undefined) throw new InvalidOptionError(unknown, Reflect.get(changes, unknown), HINT);
  const { name, executor, tags, args, nextRunTime } = changes;
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
  return { fields, policies: settings as PolicyOptions, nextRunTime };
}

/** The part of a stored job that the changes replace. */
export function patchOf(job: JobRecord, { fields, policies, nextRunTime }: CheckedChanges, timezone: string) {
  const changed: Partial<JobRecord> & { policies: JobPolicies } = {
    ...fields,
    policies: applyPolicies(job.policies, { ...policies }, { timezone }),
  };
  if (nextRunTime === undefined) return changed;
  if (nextRunTime === null) return { ...changed, state: 'paused' as const };
  return {
    ...changed,
    state: 'active' as const,
    note: null,
    nextFireAt: toEpochMs(nextRunTime, 'nextRunTime', timezone),
  };
}

/** A pending job with the changes in it. */
export function changedDraft(draft: JobDraft, { fields, policies, nextRunTime }: CheckedChanges): JobDraft {
  return {
    ...draft,
    ...fields,
    policies: { ...draft.policies, ...policies },
    nextRunTime: nextRunTime === undefined ? draft.nextRunTime : nextRunTime,
  };
}
