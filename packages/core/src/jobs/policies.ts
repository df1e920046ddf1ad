// A job's policies: the options people write, checked and completed with defaults, once, at the door.
import { InvalidOptionError, show } from '../errors.ts';
import { type DurationInput, LONGEST_MS, toDurationMs } from '../time/duration.ts';
import { type InstantInput, toEpochMs } from '../time/instant.ts';
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
  /** The share of each wait that is left to chance, from 0 to 1: 0.5 makes 10 s to something between 5 and 10 s. @default 0 */
  readonly jitter?: number;
  /**
   * Repeat only what ended with one of these words: the `code` of its error, its `name`, or the outcomes `timed-out` and
   * `lost`. null = whatever it was. @default null
   */
  readonly on?: readonly string[] | null;
  /** Do not repeat what ended with one of these words, read as those of `on`. null = there are none. @default null */
  readonly notOn?: readonly string[] | null;
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
  /**
   * How long a task may go on after its run's signal has aborted, on timeout, cancel or shutdown: seconds or units. Then its
   * worker is killed, where the executor has workers of its own; 0 kills it at once. null = as the executor says. @default null
   */
  readonly killGrace?: DurationInput | null;
  /** How a run that failed, timed out or was lost is repeated. null = not at all. @default null */
  readonly retry?: RetryOptions | null;
  /** Delays the start by up to so many seconds; a pair `[-60, 60]` may also start early. Moves the start, never the grid. null = none. @default null */
  readonly jitter?: number | readonly [from: number, to: number] | null;
  /** Among runs that could start at the same moment the higher number starts first; a whole number up to a million, or down to minus a million. @default 0 */
  readonly priority?: number;
  /** How many finished runs are kept in history. @default 100 */
  readonly keepRuns?: number;
  /** Whether what the task returns is kept with the run, if it is plain data as arguments are and at most 65,536 characters long. @default false */
  readonly keepResult?: boolean;
  /** Pauses the job after so many runs in a row that failed, timed out or were lost, each after its last attempt. null = never. @default null */
  readonly pauseOnFailure?: number | null;
  /** How many runs the trigger may give rise to; then the job has finished. Runs by hand, and due times that were skipped or missed, do not count. null = any number. @default null */
  readonly maxRuns?: number | null;
  /** Fire times before this instant do not count. A trigger given by its kind takes this option for itself, if it has it. null = no bound. @default null */
  readonly startDate?: InstantInput | null;
  /** Fire times after this instant do not count, as with `startDate`. null = no bound. @default null */
  readonly endDate?: InstantInput | null;
}

const NO_RETRY: RetryPolicy = Object.freeze({
  maxAttempts: 1,
  delayMs: 1000,
  backoff: 2,
  maxDelayMs: 3_600_000,
  jitter: 0,
  on: null,
  notOn: null,
});

/** What a job has whose author says nothing. */
export const DEFAULT_POLICIES: JobPolicies = Object.freeze({
  coalesce: true,
  misfireGraceMs: null,
  maxInstances: 1,
  overlap: 'skip',
  timeoutMs: null,
  killGraceMs: null,
  retry: NO_RETRY,
  jitterMs: null,
  priority: 0,
  keepRuns: 100,
  keepResult: false,
  pauseOnFailure: null,
  maxRuns: null,
  startAt: null,
  endAt: null,
});

const HIGHEST_PRIORITY = 1_000_000;

/** Reads the value of an option; instants without an offset in the zone given. */
type PolicyReader = (value: unknown, field: string, timezone: string | undefined) => Partial<JobPolicies>;

/** How each option becomes its part of the policies. The names of this table are the options there are. */
const READERS: { readonly [Option in keyof PolicyOptions]-?: PolicyReader } = {
  coalesce: (value, field) => ({ coalesce: boolean(value, field) }),
  misfireGraceTime: (value, field) => ({ misfireGraceMs: value === null ? null : toDurationMs(value, field) }),
  maxInstances: (value, field) => ({ maxInstances: integer(value, field, 1) }),
  overlap: (value, field) => ({ overlap: overlap(value, field) }),
  timeout: (value, field) => ({ timeoutMs: value === null ? null : toDurationMs(value, field, 1) }),
  killGrace: (value, field) => ({ killGraceMs: value === null ? null : toDurationMs(value, field) }),
  retry: (value, field) => ({ retry: value === null ? NO_RETRY : retry(value, field) }),
  jitter: (value, field) => ({ jitterMs: jitter(value, field) }),
  priority: (value, field) => ({ priority: integer(value, field, -HIGHEST_PRIORITY, HIGHEST_PRIORITY) }),
  keepRuns: (value, field) => ({ keepRuns: integer(value, field, 0) }),
  keepResult: (value, field) => ({ keepResult: boolean(value, field) }),
  pauseOnFailure: (value, field) => ({ pauseOnFailure: value === null ? null : integer(value, field, 1) }),
  maxRuns: (value, field) => ({ maxRuns: value === null ? null : integer(value, field, 1) }),
  startDate: (value, field, timezone) => ({ startAt: value === null ? null : toEpochMs(value, field, timezone) }),
  endDate: (value, field, timezone) => ({ endAt: value === null ? null : toEpochMs(value, field, timezone) }),
};

/** The names of the options there are. */
export const POLICY_NAMES: readonly string[] = Object.keys(READERS);

/** Whether this is the name of a policy. */
export function isPolicy(name: string): name is keyof PolicyOptions {
  return Object.hasOwn(READERS, name);
}

/**
 * The policies with these options applied; the same object when there is nothing to apply, so that jobs share it.
 * Names that are no policy are not looked at. `path` stands before the field in errors; instants without an offset are read
 * in `timezone`.
 *
 * @throws InvalidOptionError naming the field.
 */
export function applyPolicies(
  policies: JobPolicies,
  options: { readonly [name: string]: unknown },
  { path = '', timezone }: { readonly path?: string; readonly timezone?: string } = {},
): JobPolicies {
  const changes: Partial<JobPolicies>[] = [];
  for (const name of Object.keys(options)) {
    const value = options[name];
    if (value !== undefined && isPolicy(name)) changes.push(READERS[name](value, path + name, timezone));
  }
  if (changes.length === 0) return policies;
  const changed: JobPolicies = Object.freeze(Object.assign({}, policies, ...changes));
  const { startAt, endAt } = changed;
  if (startAt !== null && endAt !== null && endAt < startAt)
    throw new InvalidOptionError(
      `${path}endDate`,
      new Date(endAt),
      `an instant not before startDate (${show(new Date(startAt))})`,
    );
  return changed;
}

/** The policies as options again: what an export writes, and what `job.timeout` and its like show. */
export function policyOptions(policies: JobPolicies): Required<PolicyOptions> {
  const { retry, jitterMs, misfireGraceMs, timeoutMs, killGraceMs } = policies;
  return {
    coalesce: policies.coalesce,
    misfireGraceTime: misfireGraceMs === null ? null : misfireGraceMs / 1000,
    maxInstances: policies.maxInstances,
    overlap: policies.overlap,
    timeout: timeoutMs === null ? null : timeoutMs / 1000,
    killGrace: killGraceMs === null ? null : killGraceMs / 1000,
    retry:
      retry.maxAttempts === 1
        ? null
        : {
            maxAttempts: retry.maxAttempts,
            delay: retry.delayMs / 1000,
            backoff: retry.backoff,
            maxDelay: retry.maxDelayMs / 1000,
            jitter: retry.jitter,
            on: retry.on,
            notOn: retry.notOn,
          },
    jitter: jitterMs === null ? null : [jitterMs[0] / 1000, jitterMs[1] / 1000],
    priority: policies.priority,
    keepRuns: policies.keepRuns,
    keepResult: policies.keepResult,
    pauseOnFailure: policies.pauseOnFailure,
    maxRuns: policies.maxRuns,
    startDate: policies.startAt === null ? null : new Date(policies.startAt),
    endDate: policies.endAt === null ? null : new Date(policies.endAt),
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

const RETRY_FIELDS: readonly string[] = ['maxAttempts', 'delay', 'backoff', 'maxDelay', 'jitter', 'on', 'notOn'];

function retry(value: unknown, field: string): RetryPolicy {
  if (typeof value !== 'object' || value === null)
    throw new InvalidOptionError(field, value, 'an object such as { maxAttempts: 3 }');
  const {
    maxAttempts,
    delay,
    backoff = NO_RETRY.backoff,
    maxDelay,
    jitter: share = 0,
    on,
    notOn,
  } = value as RetryOptions;
  for (const name of Object.keys(value)) {
    if (!RETRY_FIELDS.includes(name))
      throw new InvalidOptionError(`${field}.${name}`, Reflect.get(value, name), `one of ${RETRY_FIELDS.join(', ')}`);
  }
  if (!Number.isFinite(backoff) || backoff < 1)
    throw new InvalidOptionError(`${field}.backoff`, backoff, 'a number of at least 1');
  if (!Number.isFinite(share) || share < 0 || share > 1)
    throw new InvalidOptionError(`${field}.jitter`, share, 'a number from 0 to 1');
  return Object.freeze({
    maxAttempts: integer(maxAttempts, `${field}.maxAttempts`, 1),
    delayMs: delay === undefined ? NO_RETRY.delayMs : toDurationMs(delay, `${field}.delay`),
    backoff,
    maxDelayMs: maxDelay === undefined ? NO_RETRY.maxDelayMs : toDurationMs(maxDelay, `${field}.maxDelay`),
    jitter: share,
    on: words(on, `${field}.on`),
    notOn: words(notOn, `${field}.notOn`),
  });
}

/** Words as they are kept, whatever their order; none are as good as null. */
function words(value: unknown, field: string): readonly string[] | null {
  if (value === undefined || value === null) return null;
  const given: readonly unknown[] = typeof value === 'string' ? [value] : Array.isArray(value) ? value : [undefined];
  const isWord = (word: unknown): word is string => typeof word === 'string' && word !== '' && word.length <= 255;
  if (!given.every(isWord) || given.length === 0)
    throw new InvalidOptionError(field, value, "an array of codes such as ['ECONNRESET', 'timed-out']");
  return Object.freeze([...new Set(given)].sort());
}
