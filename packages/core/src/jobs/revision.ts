// The revision of a job: tells whether somebody changed it, whatever its trigger did in the meantime.
import { createHash } from 'node:crypto';
import { JobChangedError } from '../errors.ts';
import type { TriggerJson } from '../triggers/trigger.ts';
import type { JobRecord, NewJob } from './records.ts';

/** Characters of a hash: enough that two revisions of one job do not meet. */
const LENGTH = 22;

/** Changes with everything that people change about a job, and with a pause; never when it fires. */
export function revisionOf(job: JobRecord | NewJob): string {
  const { id, name, task, args, executor, policies, tags } = job;
  const trigger = declared(job.trigger);
  const isPaused = job.state === 'paused';
  const row = 'generation' in job ? [job.generation, job.note] : [];
  const text = JSON.stringify(inOrder([id, name, task, args, trigger, executor, policies, tags, isPaused, ...row]));
  return createHash('sha256').update(text).digest('base64url').slice(0, LENGTH);
}

/** @throws JobChangedError if a revision is asked for and the job is another one by now */
export function checkRevision(job: JobRecord | NewJob, wanted: string | undefined): void {
  if (wanted !== undefined && revisionOf(job) !== wanted) throw new JobChangedError(job.id);
}

/** The trigger without what was filled in when it was added: while a job is pending, that is another moment each time. */
function declared(trigger: TriggerJson): unknown {
  return JSON.parse(JSON.stringify(trigger, (name, value) => (name === 'anchor' ? undefined : value)));
}

/** The value with the fields of every object in one order: stores need not keep theirs. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, item]) => [name, inOrder(item)]);
}
