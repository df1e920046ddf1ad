// A job's policies: the options people write, checked and completed with defaults, once, at the door.
import { InvalidOptionError } from '../errors.ts';
import { type DurationInput, LONGEST_MS, toDurationMs } from '../time/duration.ts';
import type { JobPolicies, OverlapPolicy, RetryPolicy } from './records.ts';

/** How failed attempts are repeated. */
export interface RetryOptions {
  /** How often a run may start in all; 1 = it is not repeated. */
  readonly maxAttempts: number;
  /** Wait before the second attempt: seconds or units. @default 1 */
  readonly delay?: DurationInput;
  /** Factor on the wait from each attempt to the next; 1 = constant. @default 2 */
  readonly backoff?: number;
  /** The longest wait: seconds or units. @default 3600 */
  readonly maxDelay?: DurationInput;
}

/** Policies of a job; also the shape of `jobDefaults`. */
export interface PolicyOptions {
  /** After a gap, run only the latest missed fire time and count the others on it; false runs each of them. @default true */
  readonly coalesce?: boolean;
  /** How late a run may still start: seconds or units; what is later is recorded as missed. null = however late. @default null */
  readonly misfireGraceTime?: DurationInput | null;
  /** How many runs may be open at once, counted over all processes on the store. @default 1 */
  readonly maxInstances?: number;
  /** What becomes of a fire while `maxInstances` runs are open. @default 'skip' */
  readonly overlap?: OverlapPolicy;
  /** How long a run may take before it is aborted: seconds or units. null = no limit. @default null */
  readonly timeout?: DurationInput | null;
  /** How a run that failed, timed out or was lost is repeated. null = not at all. @default null */
  readonly retry?: RetryOptions | null;
  /** Delays the start by up to so many seconds; a pair `[-60, 60]` may also start early. Moves the start, never the grid. null = none. @default null */
  readonly jitter?: number | readonly [from: number, to: number] | null;
  /** Among runs that could start at the same moment the higher number starts first; a whole number up to a million, or down to minus a million. @default 0 */
  readonly priority?: number;
  /** How many finished runs are kept in history. @default 100 */
  readonly keepRuns?: number;
}

const NO_RETRY: RetryPolicy = Object.freeze({ maxAttempts: 1, delayMs: 1000, backoff: 2, maxDelayMs: 3_600_000 });

/** What a job has whose author says nothing. */
export const DEFAULT_POLICIES: JobPolicies = Object.freeze({
  coalesce: true,
  misfireGraceMs: null,
  maxInstances: 1,
  overlap: 'skip',
  timeoutMs: null,
  retry: NO_RETRY,
  jitterMs: null,
  priority: 0,
  keepRuns: 100,
});

const HIGHEST_PRIORITY = 1_000_000;

/** How each option becomes its part of the policies. The names of this table are the options there are. */
const READERS: { readonly [Option in keyof PolicyOptions]-?: (value: unknown, field: string) => Partial<JobPolicies> } =
  {
    coalesce: (value, field) => ({ coalesce: boolean(value, field) }),
    misfireGraceTime: (value, field) => ({ misfireGraceMs: value === null ? null : toDurationMs(value, field) }),
    maxInstances: (value, field) => ({ maxInstances: integer(value, field, 1) }),
    overlap: (value, field) => ({ overlap: overlap(value, field) }),
    timeout: (value, field) => ({ timeoutMs: value === null ? null : toDurationMs(value, field, 1) }),
    retry: (value, field) => ({ retry: value === null ? NO_RETRY : retry(value, field) }),
    jitter: (value, field) => ({ jitterMs: jitter(value, field) }),
    priority: (value, field) => ({ priority: integer(value, field, -HIGHEST_PRIORITY, HIGHEST_PRIORITY) }),
    keepRuns: (value, field) => ({ keepRuns: integer(value, field, 0) }),
  };

/** The names of the options there are. */
export const POLICY_NAMES: readonly string[] = Object.keys(READERS);

/** Whether this is the name of a policy. */
export function isPolicy(name: string): name is keyof PolicyOptions {
  return Object.hasOwn(READERS, name);
}

/**
 * The policies with these options applied; the same object when there is nothing to apply, so that jobs share it.
 * Names that are no policy are not looked at. `path` stands before the field in errors.
 *
 * @throws InvalidOptionError naming the field.
 */
export function applyPolicies(
  policies: JobPolicies,
  options: { readonly [name: string]: unknown },
  path = '',
): JobPolicies {
  const changes: Partial<JobPolicies>[] = [];
  for (const name of Object.keys(options)) {
    const value = options[name];
    if (value !== undefined && isPolicy(name)) changes.push(READERS[name](value, path + name));
  }
  return changes.length === 0 ? policies : Object.freeze(Object.assign({}, policies, ...changes));
}

/** The policies as options again: what an export writes, and what `job.timeout` and its like show. */
export function policyOptions(policies: JobPolicies): Required<PolicyOptions> {
  const { retry, jitterMs, misfireGraceMs, timeoutMs } = policies;
  return {
    coalesce: policies.coalesce,
    misfireGraceTime: misfireGraceMs === null ? null : misfireGraceMs / 1000,
    maxInstances: policies.maxInstances,
    overlap: policies.overlap,
    timeout: timeoutMs === null ? null : timeoutMs / 1000,
    retry:
      retry.maxAttempts === 1
        ? null
        : {
            maxAttempts: retry.maxAttempts,
            delay: retry.delayMs / 1000,
            backoff: retry.backoff,
            maxDelay: retry.maxDelayMs / 1000,
          },
    jitter: jitterMs === null ? null : [jitterMs[0] / 1000, jitterMs[1] / 1000],
    priority: policies.priority,
    keepRuns: policies.keepRuns,
  };
}

function boolean(value: unknown, field: string): boolean {
  if (typeof value !== 'boolean') throw new InvalidOptionError(field, value, 'true or false');
  return value;
}

function integer(value: unknown, field: string, least: number, most = Number.MAX_SAFE_INTEGER): number {
  if (!Number.isSafeInteger(value) || (value as number) < least || (value as number) > most) {
    const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
    throw new InvalidOptionError(field, value, `a whole number ${range}`);
  }
  return value as number;
}

function overlap(value: unknown, field: string): OverlapPolicy {
  if (value !== 'skip' && value !== 'queue' && value !== 'replace') {
    throw new InvalidOptionError(field, value, `'skip', 'queue' or 'replace'`);
  }
  return value;
}

function jitter(value: unknown, field: string): JobPolicies['jitterMs'] {
  if (value === null || value === 0) return null;
  const pair = Array.isArray(value) ? value : [0, value];
  const [from, to] = pair;
  if (
    pair.length !== 2 ||
    !Number.isFinite(from) ||
    !Number.isFinite(to) ||
    from > to ||
    to < 0 ||
    from > 0 ||
    to - from > LONGEST_MS / 1000
  ) {
    throw new InvalidOptionError(
      field,
      value,
      'a number of seconds that is not negative, or a pair [from, to] of seconds around 0',
    );
  }
  return Object.freeze([Math.round(from * 1000), Math.round(to * 1000)] as const);
}

const RETRY_FIELDS: readonly string[] = ['maxAttempts', 'delay', 'backoff', 'maxDelay'];

function retry(value: unknown, field: string): RetryPolicy {
  if (typeof value !== 'object' || value === null)
    throw new InvalidOptionError(field, value, 'an object such as { maxAttempts: 3 }');
  const { maxAttempts, delay, backoff = NO_RETRY.backoff, maxDelay } = value as RetryOptions;
  for (const name of Object.keys(value)) {
    if (!RETRY_FIELDS.includes(name))
      throw new InvalidOptionError(`${field}.${name}`, Reflect.get(value, name), `one of ${RETRY_FIELDS.join(', ')}`);
  }
  if (!Number.isFinite(backoff) || backoff < 1)
    throw new InvalidOptionError(`${field}.backoff`, backoff, 'a number of at least 1');
  return Object.freeze({
    maxAttempts: integer(maxAttempts, `${field}.maxAttempts`, 1),
    delayMs: delay === undefined ? NO_RETRY.delayMs : toDurationMs(delay, `${field}.delay`),
    backoff,
    maxDelayMs: maxDelay === undefined ? NO_RETRY.maxDelayMs : toDurationMs(maxDelay, `${field}.maxDelay`),
  });
}
