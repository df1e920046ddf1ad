// Jobs as lines of JSON, between any two stores: each line a whole job, in words people can read and edit.

import { InvalidOptionError, toError } from '../errors.ts';
import { decodeArguments, encodeArguments } from '../jobs/arguments.ts';
import { readTags } from '../jobs/draft.ts';
import { applyPolicies, DEFAULT_POLICIES, isPolicy, policyOptions } from '../jobs/policies.ts';
import type { JobRecord, JobState, NewJob } from '../jobs/records.ts';
import { checkName } from '../jobs/task.ts';
import { triggerFromJson } from '../triggers/json.ts';
import type { TriggerJson } from '../triggers/trigger.ts';
import { located } from './located.ts';

/** Version of the lines this release writes; it reads this one. */
const FORMAT = 1;

const STATES: readonly unknown[] = ['active', 'paused', 'finished'] satisfies JobState[];

/** What a line may have besides policies. */
const FIELDS: ReadonlySet<string> = new Set([
  ...['format', 'id', 'name', 'task', 'args', 'encodedArgs', 'trigger', 'executor', 'tags'],
  ...['state', 'nextRunTime', 'ephemeral'],
]);

/** A job as one line of JSON, without a line end. */
export function jobToLine(job: JobRecord): string {
  return JSON.stringify({
    format: FORMAT,
    id: job.id,
    name: job.name,
    task: job.task,
    // Readable where JSON can say it; else the store's own text, which comes back equal.
    ...(isPlain(job.args) ? { args: decodeArguments(job.args) } : { encodedArgs: job.args }),
    trigger: job.trigger,
    executor: job.executor,
    ...policyOptions(job.policies),
    tags: job.tags,
    state: job.state === 'broken' ? 'paused' : job.state,
    nextRunTime: job.nextFireAt === null ? null : new Date(job.nextFireAt).toISOString(),
    ephemeral: job.ephemeral,
  });
}

/** The jobs of a text, of its lines, or of the pieces in which it arrives. @throws InvalidOptionError as {@link jobFromLine} */
export async function jobsFromText(text: string | Iterable<string> | AsyncIterable<string>): Promise<NewJob[]> {
  let whole = typeof text === 'string' ? text : '';
  if (typeof text !== 'string') for await (const piece of text) whole += piece;
  const lines = whole.split('\n').entries();
  return [...lines].filter(([, line]) => line.trim() !== '').map(([index, line]) => jobFromLine(line, index + 1));
}

/**
 * The job of a line written by {@link jobToLine}.
 *
 * @throws InvalidOptionError naming the line and the field.
 */
function jobFromLine(line: string, lineNumber: number): NewJob {
  const where = `line ${lineNumber}`;
  const job = parseLine(line, where);
  if (job.format !== FORMAT) throw new InvalidOptionError(`${where}.format`, job.format, `${FORMAT}`);
  for (const name of Object.keys(job)) {
    if (!FIELDS.has(name) && !isPolicy(name))
      throw new InvalidOptionError(`${where}.${name}`, job[name], 'a field that jobs have');
  }
  checkName(`${where}.id`, job.id);
  checkName(`${where}.name`, job.name);
  checkName(`${where}.task`, job.task);
  checkName(`${where}.executor`, job.executor);
  if (!STATES.includes(job.state))
    throw new InvalidOptionError(`${where}.state`, job.state, `one of ${STATES.join(', ')}`);
  return {
    id: job.id,
    name: job.name,
    task: job.task,
    args: located(where, () => readArguments(job)),
    trigger: located(where, () => triggerFromJson(job.trigger as TriggerJson).toJSON()),
    executor: job.executor,
    policies: applyPolicies(DEFAULT_POLICIES, job, { path: `${where}.` }),
    tags: located(where, () => readTags(job.tags)),
    ephemeral: job.ephemeral === true,
    state: job.state as JobState,
    nextFireAt: readInstant(job.nextRunTime, `${where}.nextRunTime`),
  };
}

function parseLine(line: string, where: string): { readonly [name: string]: unknown } {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null) return value as { readonly [name: string]: unknown };
  } catch (error) {
    throw new InvalidOptionError(where, line, `a line of JSON (${toError(error).message})`);
  }
  throw new InvalidOptionError(where, line, 'a JSON object');
}

function readArguments(job: { readonly [name: string]: unknown }): string {
  if (typeof job.encodedArgs === 'string') return encodeArguments(decodeArguments(job.encodedArgs));
  if (!Array.isArray(job.args)) throw new InvalidOptionError('args', job.args, 'an array');
  return encodeArguments(job.args);
}

function readInstant(value: unknown, field: string): number | null {
  if (value === null) return null;
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(at)) throw new InvalidOptionError(field, value, 'an ISO 8601 instant or null');
  return at;
}

/** Whether JSON says the same as the store's text. */
function isPlain(text: string): boolean {
  try {
    return encodeArguments(JSON.parse(JSON.stringify(decodeArguments(text)))) === text;
  } catch {
    // JSON has no BigInt, and none of a cycle.
    return false;
  }
}
