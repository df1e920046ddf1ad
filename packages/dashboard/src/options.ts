// How a dashboard is made: the options, checked before anything is served.
import { type DurationInput, InvalidOptionError, type Scheduler, shutdownLimitMs } from '@sched/core';
import { type RedactContext, redactSecrets } from './api/json/redact.ts';
import type { AuditEntry, Authorize } from './authorize.ts';

/** Limits on how often one client may ask. */
export interface RateLimit {
  /** Requests of one address in a minute. @default 1200 */
  readonly requests?: number;
  /** Changes by one user (or address) in a minute. @default 120 */
  readonly changes?: number;
}

/** Options of {@link createDashboard}. */
export interface DashboardOptions {
  /**
   * Decides who may do what; there is no default. `'local-only'` is for development: everything is allowed to requests that come from
   * this machine without a proxy in between and name it by a local name.
   */
  readonly authorize: Authorize | 'local-only';
  /** Nothing can be changed, whoever asks. @default false */
  readonly readOnly?: boolean;
  /**
   * Where it is mounted, `/ops/sched`. Express and whatever else says so itself needs nothing here; left out, it is found out from
   * each request.
   */
  readonly basePath?: string;
  /** Host names it answers to, without port. @default every one; with `'local-only'` localhost, 127.0.0.1 and [::1] */
  readonly allowedHosts?: readonly string[];
  /** What the page is called. @default 'Scheduler' */
  readonly title?: string;
  /** Hides what not everybody should see in arguments, results, errors and logs. @default what looks like a secret, see {@link redactSecrets} */
  readonly redact?: (value: unknown, context: RedactContext) => unknown;
  /** Told of everything that somebody did or was not let do. What it throws goes to the scheduler's log. @default a line in that log */
  readonly onAudit?: (entry: AuditEntry) => void;
  /** The largest body of a request, in bytes. @default 1,048,576 */
  readonly maxBodyBytes?: number;
  /** How long a body may take to arrive: seconds or units. @default 10 */
  readonly bodyTimeout?: DurationInput;
  /** How often one client may ask; false = as often as it likes. */
  readonly rateLimit?: RateLimit | false;
}

/** The options with every default filled in. */
export interface DashboardSettings {
  readonly authorize: Authorize | 'local-only';
  readonly readOnly: boolean;
  readonly basePath: string | null;
  readonly allowedHosts: ReadonlySet<string> | null;
  readonly title: string;
  readonly redact: (value: unknown, context: RedactContext) => unknown;
  readonly onAudit: ((entry: AuditEntry) => void) | null;
  readonly maxBodyBytes: number;
  readonly bodyTimeoutMs: number;
  readonly rateLimit: Required<RateLimit> | null;
}

const NAMES: readonly string[] = [
  'authorize',
  'readOnly',
  'basePath',
  'allowedHosts',
  'title',
  'redact',
  'onAudit',
  'maxBodyBytes',
  'bodyTimeout',
  'rateLimit',
];

const LOCAL_HOSTS = ['localhost', '127.0.0.1', '[::1]'];

/** @throws InvalidOptionError if it is no scheduler */
export function checkScheduler(scheduler: Scheduler): void {
  if (typeof scheduler?.getJobs !== 'function')
    throw new InvalidOptionError('scheduler', scheduler, 'a scheduler such as a BackgroundScheduler');
}

/** @throws InvalidOptionError naming the option that is unknown or wrong. */
export function dashboardSettings(options: DashboardOptions): DashboardSettings {
  const given: unknown = options;
  if (typeof given !== 'object' || given === null) throw new InvalidOptionError('options', given, 'an object');
  for (const [name, value] of Object.entries(given))
    if (!NAMES.includes(name)) throw new InvalidOptionError(name, value, `one of the options ${NAMES.join(', ')}`);
  const { authorize, readOnly = false, title = 'Scheduler', maxBodyBytes = 1_048_576 } = options;
  checkAuthorize(authorize);
  if (typeof readOnly !== 'boolean') throw new InvalidOptionError('readOnly', readOnly, 'true or false');
  if (typeof title !== 'string') throw new InvalidOptionError('title', title, 'a string');
  return {
    authorize,
    readOnly,
    title,
    basePath: checkBasePath(options.basePath),
    allowedHosts: checkHosts(options.allowedHosts, authorize === 'local-only'),
    redact: checkFunction('redact', options.redact) ?? redactSecrets,
    onAudit: checkFunction('onAudit', options.onAudit),
    maxBodyBytes: checkNumber('maxBodyBytes', maxBodyBytes),
    bodyTimeoutMs: bodyLimitMs(options.bodyTimeout ?? 10),
    rateLimit: checkRateLimit(options.rateLimit ?? {}),
  };
}

function checkAuthorize(authorize: unknown): void {
  if (authorize === 'local-only' || typeof authorize === 'function') return;
  throw new InvalidOptionError(
    'authorize',
    authorize,
    "a function (request, action, resource) that answers whether it is allowed, or 'local-only' for development",
  );
}

function checkFunction<Kind>(name: string, value: Kind | undefined): Kind | null {
  if (value !== undefined && typeof value !== 'function') throw new InvalidOptionError(name, value, 'a function');
  return value ?? null;
}

function checkBasePath(basePath: unknown): string | null {
  if (basePath === undefined) return null;
  if (typeof basePath !== 'string' || !/^(\/[^/?#\s]+)*\/?$/.test(basePath))
    throw new InvalidOptionError('basePath', basePath, "a path such as '/ops/sched'");
  return basePath.replace(/\/$/, '');
}

function checkHosts(hosts: unknown, isLocal: boolean): ReadonlySet<string> | null {
  if (hosts === undefined) return isLocal ? new Set(LOCAL_HOSTS) : null;
  if (!Array.isArray(hosts) || !hosts.every((host) => typeof host === 'string' && host !== ''))
    throw new InvalidOptionError(
      'allowedHosts',
      hosts,
      "an array of host names without port, such as ['ops.example.com']",
    );
  return new Set(hosts.map((host: string) => host.toLowerCase()));
}

function checkNumber(name: string, value: unknown): number {
  if (!Number.isSafeInteger(value) || Number(value) < 1)
    throw new InvalidOptionError(name, value, 'a whole number of at least 1');
  return Number(value);
}

function checkRateLimit(limit: RateLimit | false): Required<RateLimit> | null {
  if (limit === false) return null;
  if (typeof limit !== 'object') throw new InvalidOptionError('rateLimit', limit, 'an object, or false');
  const { requests = 1200, changes = 120, ...unknown } = limit;
  for (const [name, value] of Object.entries(unknown))
    throw new InvalidOptionError(`rateLimit.${name}`, value, 'one of requests, changes');
  return {
    requests: checkNumber('rateLimit.requests', requests),
    changes: checkNumber('rateLimit.changes', changes),
  };
}

/** The time limit of a shutdown, under this option's name. */
function bodyLimitMs(timeout: DurationInput): number {
  try {
    return shutdownLimitMs({ timeout });
  } catch {
    throw new InvalidOptionError('bodyTimeout', timeout, 'a number of seconds or an object such as { seconds: 5 }');
  }
}
