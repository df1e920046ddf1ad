// A job as it is being written: texts of fields, and how they become what the API takes.
import type { Job, JobPatch, Policies } from '../../api/types.ts';
import { draftOfTrigger, type TriggerDraft, triggerOfDraft } from './trigger-fields.ts';

/** What stands in the fields of a job. */
export interface JobDraft {
  readonly name: string;
  readonly tags: string;
  readonly executor: string;
  /** The arguments as JSON. */
  readonly args: string;
  readonly trigger: TriggerDraft;
  readonly policies: PolicyTexts;
}

/** The policies as texts; '' = the default, or none. */
export interface PolicyTexts {
  readonly coalesce: boolean;
  readonly overlap: Policies['overlap'];
  readonly maxInstances: string;
  readonly misfireGraceTime: string;
  readonly timeout: string;
  readonly maxAttempts: string;
  readonly retryDelay: string;
  readonly jitter: string;
  readonly priority: string;
  readonly keepRuns: string;
  readonly keepResult: boolean;
  readonly killGrace: string;
  readonly pauseOnFailure: string;
  readonly maxRuns: string;
  readonly startDate: string;
  readonly endDate: string;
}

/** Numbers that a job always has. */
const NUMBERS = ['maxInstances', 'priority', 'keepRuns'] as const;
/** Numbers that may be left empty: none, or as it is by default. */
const OPTIONAL_NUMBERS = ['misfireGraceTime', 'timeout', 'killGrace', 'pauseOnFailure', 'maxRuns'] as const;
/** Instants that may be left empty. */
const INSTANTS = ['startDate', 'endDate'] as const;

/** A field that cannot be understood. */
export class DraftError extends Error {
  readonly field: string;

  constructor(field: string, message: string) {
    super(message);
    this.name = 'DraftError';
    this.field = field;
  }
}

/** A job that nobody has written anything about. */
export const EMPTY_DRAFT: JobDraft = {
  ...{ name: '', tags: '', executor: '', args: '[]' },
  trigger: { form: 'crontab', texts: { crontab: '0 9 * * mon-fri' }, others: {}, json: '' },
  policies: {
    ...{ coalesce: true, overlap: 'skip', maxInstances: '1', misfireGraceTime: '', timeout: '' },
    ...{ maxAttempts: '1', retryDelay: '', jitter: '', priority: '0', keepRuns: '100', keepResult: false },
    ...{ killGrace: '', pauseOnFailure: '', maxRuns: '', startDate: '', endDate: '' },
  },
};

/** The draft of a job that exists. */
export function draftOfJob(job: Job): JobDraft {
  return {
    name: job.name,
    tags: job.tags.join(', '),
    executor: job.executor,
    args: JSON.stringify(job.args, null, 2),
    trigger: draftOfTrigger(job.trigger),
    policies: policyTexts(job.policies),
  };
}

function policyTexts(policies: Policies): PolicyTexts {
  const text = (value: unknown) => (value === null || value === undefined ? '' : String(value));
  return {
    coalesce: policies.coalesce,
    overlap: policies.overlap,
    maxInstances: text(policies.maxInstances),
    misfireGraceTime: text(policies.misfireGraceTime),
    timeout: text(policies.timeout),
    maxAttempts: text(policies.retry?.maxAttempts ?? 1),
    retryDelay: text(policies.retry?.delay),
    jitter: policies.jitter === null ? '' : [policies.jitter].flat().join(', '),
    priority: text(policies.priority),
    keepRuns: text(policies.keepRuns),
    keepResult: policies.keepResult,
    killGrace: text(policies.killGrace),
    pauseOnFailure: text(policies.pauseOnFailure),
    maxRuns: text(policies.maxRuns),
    startDate: text(policies.startDate),
    endDate: text(policies.endDate),
  };
}

/** What differs between a job and its draft, as a patch takes it. @throws DraftError naming the field */
export function changesOf(draft: JobDraft, job: Job): JobPatch {
  const before = draftOfJob(job);
  const patch: JobPatch = {};
  if (draft.name !== before.name) patch.name = draft.name;
  if (draft.tags !== before.tags) patch.tags = tagsOf(draft.tags);
  if (draft.executor !== before.executor) patch.executor = draft.executor;
  if (draft.args !== before.args) patch.args = argsOf(draft.args);
  if (!isSame(draft.trigger, before.trigger)) patch.trigger = triggerOf(draft.trigger);
  const policies = changedPolicies(draft.policies, before.policies, job.policies.retry);
  if (Object.keys(policies).length > 0) patch.policies = policies;
  return patch;
}

/** Everything a draft says that is not as it is by default. @throws DraftError naming the field */
export function settingsOf(draft: JobDraft): JobPatch {
  const policies = changedPolicies(draft.policies, EMPTY_DRAFT.policies, null);
  return {
    trigger: triggerOf(draft.trigger),
    args: argsOf(draft.args),
    tags: tagsOf(draft.tags),
    ...(draft.name === '' ? {} : { name: draft.name }),
    ...(draft.executor === '' ? {} : { executor: draft.executor }),
    ...(Object.keys(policies).length === 0 ? {} : { policies }),
  };
}

function changedPolicies(after: PolicyTexts, before: PolicyTexts, retry: Policies['retry']): Partial<Policies> {
  const has = (name: keyof PolicyTexts) => after[name] !== before[name];
  const changed: Partial<Policies> = {};
  if (has('coalesce')) changed.coalesce = after.coalesce;
  if (has('overlap')) changed.overlap = after.overlap;
  if (has('keepResult')) changed.keepResult = after.keepResult;
  for (const name of NUMBERS) {
    if (has(name)) changed[name] = numberOf(name, after[name]);
  }
  for (const name of OPTIONAL_NUMBERS) {
    if (has(name)) changed[name] = after[name].trim() === '' ? null : numberOf(name, after[name]);
  }
  for (const name of INSTANTS) {
    if (has(name)) changed[name] = after[name].trim() || null;
  }
  if (has('jitter')) changed.jitter = jitterOf(after.jitter);
  if (has('maxAttempts') || has('retryDelay')) changed.retry = retryOf(after, retry);
  return changed;
}

function retryOf({ maxAttempts, retryDelay }: PolicyTexts, before: Policies['retry']): Policies['retry'] {
  const attempts = numberOf('maxAttempts', maxAttempts);
  if (attempts === 1) return null;
  const { delay: _, ...kept } = before ?? {};
  return {
    ...kept,
    maxAttempts: attempts,
    ...(retryDelay.trim() === '' ? {} : { delay: numberOf('retryDelay', retryDelay) }),
  };
}

function jitterOf(text: string): Policies['jitter'] {
  if (text.trim() === '') return null;
  const numbers = text.split(',').map((part) => numberOf('jitter', part));
  return numbers.length === 1 ? (numbers[0] ?? null) : numbers;
}

function numberOf(field: string, text: string): number {
  const value = Number(text.trim());
  if (text.trim() === '' || !Number.isFinite(value)) throw new DraftError(field, 'A number is expected here.');
  return value;
}

function tagsOf(text: string): string[] {
  return [...new Set(text.split(',').map((tag) => tag.trim()))].filter((tag) => tag !== '');
}

function argsOf(text: string): unknown[] {
  const args = parsed('args', text);
  if (!Array.isArray(args)) throw new DraftError('args', 'A JSON array is expected: one item for each argument.');
  return args;
}

function triggerOf(draft: TriggerDraft) {
  if (draft.form === 'json') parsed('trigger', draft.json);
  return triggerOfDraft(draft);
}

function parsed(field: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DraftError(field, `This is no JSON: ${error instanceof Error ? error.message : error}`);
  }
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
