// Jobs as JSON.
import { explain, type Job, type Run, type Trigger } from '@sched/core';
import type { Context } from '../route.ts';
import type * as json from '../types.ts';
import { holdsRedacted } from './redact.ts';
import { runGlance } from './run-json.ts';
import { toJson } from './values.ts';

/** What is shown of a job in a list; `recent` are its last runs, if they were asked for. */
export function jobGlance(
  context: Context,
  job: Job,
  locales: readonly string[],
  recent?: readonly Run[],
): json.JobGlance {
  const { id, jobStore, name, task, executor, tags, state } = job;
  return {
    ...{ id, jobStore, name, task, executor, tags: [...tags], state },
    taskKnown: context.scheduler.knowsTask(task),
    note: job.note === null ? null : String(context.redact(job.note, { kind: 'note', jobId: id, task })),
    nextRunTime: job.nextRunTime?.toISOString() ?? null,
    lastRunTime: job.lastRunTime?.toISOString() ?? null,
    ...triggerJson(job, locales),
    revision: job.revision,
    ...(recent === undefined ? {} : { recent: recent.map((run) => runGlance(run, context.clock.now())) }),
  };
}

/** A job by itself. */
export function jobJson(context: Context, job: Job, locales: readonly string[]): json.Job {
  const { id, task } = job;
  const args = context.redact(readable(() => job.args) ?? [], { kind: 'args', jobId: id, task });
  return {
    ...jobGlance(context, job, locales),
    args: (Array.isArray(args) ? args : [args]).map(toJson),
    argsRedacted: holdsRedacted(args),
    policies: job.policies as json.Policies,
  };
}

type TriggerPart = Pick<json.JobGlance, 'trigger' | 'triggerText' | 'explain' | 'timezone'>;

/** The trigger of a job; what of it cannot be read is left out, as the job's note says. */
function triggerJson(job: Job, locales: readonly string[]): TriggerPart {
  const trigger = readable(() => job.trigger);
  const data = (job.toJSON() as { readonly trigger: json.TriggerData }).trigger;
  if (trigger === null) return { trigger: data, triggerText: data.kind, explain: null, timezone: null };
  return {
    trigger: data,
    triggerText: trigger.toString(),
    explain: inWords(trigger, locales),
    timezone: zoneIn(data),
  };
}

/** The trigger in the first of these languages that there is. */
export function inWords(trigger: Trigger, locales: readonly string[]): string {
  return explain(trigger, [...locales, 'en-GB']);
}

/** The zone of a trigger as data, or of the first within it that has one. */
export function zoneIn({ options }: { readonly options: Readonly<Record<string, unknown>> }): string | null {
  if (typeof options['timezone'] === 'string') return options['timezone'];
  const inner: unknown = options['triggers'] ?? [options['trigger']];
  for (const part of Array.isArray(inner) ? inner : []) {
    const zone = isTriggerData(part) ? zoneIn(part) : null;
    if (zone !== null) return zone;
  }
  return null;
}

function isTriggerData(part: unknown): part is json.TriggerData {
  return typeof part === 'object' && part !== null && 'options' in part && typeof part.options === 'object';
}

/** Null for what cannot be read. */
function readable<Value>(read: () => Value): Value | null {
  try {
    return read();
  } catch {
    return null;
  }
}
