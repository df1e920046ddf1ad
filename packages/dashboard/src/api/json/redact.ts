// Hides secrets in what is shown: the default of the option `redact`.

/** What a value that may hold secrets is. */
export interface RedactContext {
  /** `note` is the reason of a pause; `input` the body of a request, as the audit shows it. */
  readonly kind: 'args' | 'result' | 'error' | 'log' | 'progress' | 'note' | 'input';
  /** Whose it is; undefined where it is nobody's. */
  readonly jobId?: string;
  readonly task?: string;
}

/** What stands where something was hidden. */
export const REDACTED = '[redacted]';

const SECRET_NAME = /pass(word|wd|phrase)?$|secret|token|authorization|api[-_]?key|private[-_]?key|cookie|credential/i;
/** `postgres://user:password@host` */
const USERINFO = /\b([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/@:]{0,200}:[^\s/@]{1,200}@/gi;
/** `password=…`, `token: …`, `Authorization: Bearer …` in texts. */
const ASSIGNED =
  /\b([\w-]{0,40}(?:password|passwd|secret|token|api[-_]?key|authorization)["']?\s{0,3}[=:]\s{0,3}["']?)(?:(?:bearer|basic)\s+)?[^\s"',;&)}\]]{1,4096}/gi;

/**
 * Hides values under names such as `password`, `token` or `apiKey`, passwords in URLs, and what follows `password=` and its like
 * in texts.
 */
export function redactSecrets(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(USERINFO, `$1${REDACTED}@`).replace(ASSIGNED, `$1${REDACTED}`);
  if (Array.isArray(value)) return value.map(redactSecrets);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Map) return new Map([...value].map(([name, item]) => [name, redactNamed(String(name), item)]));
  if (value instanceof Set) return new Set([...value].map(redactSecrets));
  if (value instanceof Date || ArrayBuffer.isView(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, redactNamed(name, item)]));
}

function redactNamed(name: string, item: unknown): unknown {
  return SECRET_NAME.test(name) && item !== null && item !== undefined ? REDACTED : redactSecrets(item);
}

/** Whether something in it was hidden: then it must not be written back. */
export function holdsRedacted(value: unknown): boolean {
  if (typeof value === 'string') return value.includes(REDACTED);
  if (typeof value !== 'object' || value === null) return false;
  if (value instanceof Map) return holdsRedacted([...value]);
  if (value instanceof Set) return holdsRedacted([...value]);
  if (value instanceof Date || ArrayBuffer.isView(value)) return false;
  return Object.values(value).some(holdsRedacted);
}
