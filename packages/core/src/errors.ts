// Every error the library throws: one base with a `code`, and a class for each thing a caller may want to catch.

/** What went wrong, as a word to match on. */
export type SchedErrorCode =
  | 'invalid-option'
  | 'invalid-trigger'
  | 'unserializable-arguments'
  | 'job-conflict'
  | 'job-changed'
  | 'job-not-found'
  | 'run-not-found'
  | 'run-state'
  | 'task-not-found'
  | 'task-conflict'
  | 'unknown-job-store'
  | 'unknown-executor'
  | 'scheduler-state'
  | 'store-failure'
  | 'corrupt-record'
  | 'run-aborted'
  | 'run-failed'
  | 'worker-lost'
  | 'executor-failure'
  | 'driver-missing';

/** Base of every error thrown by `@sched/*`. Match on `code`: it is equal across the ESM and CommonJS copies. */
export class SchedError extends Error {
  readonly code: SchedErrorCode;

  constructor(code: SchedErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** An option, argument or configuration value is not what it has to be. */
export class InvalidOptionError extends SchedError {
  /** The option's name, with its path where it is nested: `retry.delay`. */
  readonly field: string;
  /** The value that was given. */
  readonly value: unknown;
  /** What would have been accepted. */
  readonly expected: string;

  constructor(
    field: string,
    value: unknown,
    expected: string,
    code: 'invalid-option' | 'invalid-trigger' = 'invalid-option',
  ) {
    super(code, `${field}: expected ${expected}, got ${show(value)}`);
    this.field = field;
    this.value = value;
    this.expected = expected;
  }
}

/** A cron expression or a trigger's option cannot be understood. */
export class InvalidTriggerError extends InvalidOptionError {
  /** Where the fault begins in the text, counted from 0; null where there is no text. */
  readonly position: number | null;

  constructor(field: string, value: unknown, expected: string, position: number | null = null) {
    super(field, value, position === null ? expected : `${expected} at position ${position}`, 'invalid-trigger');
    this.position = position;
  }
}

/** An argument of a job would not come back from the store equal to what went in. */
export class UnserializableArgumentsError extends SchedError {
  /** Where in the arguments: `args[0].callback`. */
  readonly path: string;

  constructor(path: string, reason: string) {
    super('unserializable-arguments', `${path} cannot be stored: ${reason}`);
    this.path = path;
  }
}

/** A job with this id is already in the store. */
export class JobConflictError extends SchedError {
  readonly jobId: string;

  constructor(jobId: string) {
    super('job-conflict', `a job with id ${show(jobId)} exists already; pass replaceExisting: true to update it`);
    this.jobId = jobId;
  }
}

/** Somebody changed the job since the revision that a change was meant for. */
export class JobChangedError extends SchedError {
  readonly jobId: string;

  constructor(jobId: string) {
    super('job-changed', `job ${show(jobId)} was changed in the meantime: get it again, and change what it is now`);
    this.jobId = jobId;
  }
}

/** No job store has a job with this id. */
export class JobNotFoundError extends SchedError {
  readonly jobId: string;

  constructor(jobId: string, jobStore?: string) {
    super(
      'job-not-found',
      `there is no job with id ${show(jobId)}${jobStore === undefined ? '' : ` in job store '${jobStore}'`}`,
    );
    this.jobId = jobId;
  }
}

/** No job store has a run with this id. */
export class RunNotFoundError extends SchedError {
  readonly runId: string;

  constructor(runId: string) {
    super('run-not-found', `there is no run with id ${show(runId)}`);
    this.runId = runId;
  }
}

/** What was asked of a run cannot be done in the state it is in: tried again although it waits, executes or has succeeded. */
export class RunStateError extends SchedError {
  readonly runId: string;
  readonly state: string;

  constructor(action: string, runId: string, state: string) {
    super('run-state', `run ${show(runId)} cannot be ${action}: it is ${state}`);
    this.runId = runId;
    this.state = state;
  }
}

/** The scheduler cannot do this in the state it is in: started twice, used after shutdown. */
export class SchedulerStateError extends SchedError {
  readonly state: string;

  constructor(action: string, state: string, hint = '') {
    super('scheduler-state', `cannot ${action}: the scheduler is ${state}${hint === '' ? '' : `; ${hint}`}`);
    this.state = state;
  }
}

/** The thread, process or machine that ran a task ended under it: the run ends as `lost`, and is retried as its job says. */
export class WorkerLostError extends SchedError {
  /** How it ended: `it was killed (SIGKILL)`. */
  readonly reason: string;

  constructor(task: string, reason: string, cause?: unknown) {
    super('worker-lost', `the worker that ran task ${show(task)} is lost: ${reason}`, { cause });
    this.reason = reason;
  }
}

/** A stored row cannot be read. It is set aside with this error and never deleted. */
export class CorruptRecordError extends SchedError {
  constructor(what: string, reason: string, cause?: unknown) {
    super('corrupt-record', `${what} cannot be read: ${reason}`, { cause });
  }
}

/** Any thrown value as an Error: what is one stays itself, anything else becomes the message of a new one. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error
    ? thrown
    : new Error(typeof thrown === 'string' ? thrown : show(thrown), { cause: thrown });
}

/** A value as it should stand in a message: short, on one line, strings quoted. */
export function show(value: unknown): string {
  if (typeof value === 'string') return cut(JSON.stringify(value));
  if (typeof value === 'function') return `function ${value.name || '(anonymous)'}`;
  if (typeof value === 'bigint') return `${value}n`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (typeof value !== 'object' || value === null) return String(value);
  try {
    return cut(JSON.stringify(value) ?? Object.prototype.toString.call(value));
  } catch {
    return Object.prototype.toString.call(value);
  }
}

const SHOWN_CHARS = 120;

function cut(text: string): string {
  return text.length <= SHOWN_CHARS ? text : `${text.slice(0, SHOWN_CHARS)}… (${text.length} characters)`;
}
