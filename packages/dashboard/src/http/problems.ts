// Errors as they are answered: problem+json, and the one table from an error's code to its status.
import type { InvalidOptionError, InvalidTriggerError, SchedError } from '@sched/core';
import type { Problem } from '../api/types.ts';

/** What the dashboard itself refuses with. */
export type ProblemCode = keyof typeof TITLES;

/** Every kind of problem of the dashboard's own: status and title. */
const TITLES = {
  'bad-request': [400, 'The request cannot be read'],
  'not-allowed': [403, 'You may not do this'],
  'read-only': [403, 'This dashboard is read-only'],
  'cross-site': [403, 'Changes are taken from the dashboard’s own page only'],
  'not-found': [404, 'There is nothing here'],
  'method-not-allowed': [405, 'Not with this method'],
  'body-timeout': [408, 'The body took too long to arrive'],
  'not-possible': [409, 'Not in the state it is in'],
  'precondition-failed': [412, 'It is not as you believe it to be'],
  'body-too-large': [413, 'The body is too large'],
  'not-json': [415, 'The body has to be JSON'],
  'wrong-host': [421, 'This dashboard is not known by that name'],
  'invalid-body': [422, 'The body is not what it should be'],
  'too-many-requests': [429, 'Too many requests'],
  'internal-error': [500, 'The dashboard failed'],
} as const satisfies Record<string, readonly [number, string]>;

/** The status of an error of the scheduler, by its code; what is not here is a failure of ours. */
const STATUS_BY_CODE: ReadonlyMap<string, readonly [status: number, title: string]> = new Map([
  ['invalid-option', [422, 'A value is not what it should be']],
  ['invalid-trigger', [422, 'The trigger cannot be understood']],
  ['unserializable-arguments', [422, 'The arguments cannot be stored']],
  ['task-not-found', [422, 'There is no such task here']],
  ['unknown-executor', [422, 'There is no such executor']],
  ['unknown-job-store', [404, 'There is no such job store']],
  ['job-not-found', [404, 'There is no such job']],
  ['run-not-found', [404, 'There is no such run']],
  ['job-conflict', [409, 'The id is taken']],
  ['run-state', [409, 'Not in the state it is in']],
  ['job-changed', [412, 'Somebody else changed the job']],
  ['scheduler-state', [503, 'The scheduler does not run']],
  ['store-failure', [503, 'The job store fails']],
]);

/** A refusal of the dashboard's own. */
export class HttpProblem extends Error {
  readonly code: ProblemCode;
  readonly field: string | null;
  readonly expected: string | null;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ProblemCode,
    detail: string,
    more: {
      readonly field?: string;
      readonly expected?: string;
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(detail);
    this.code = code;
    this.field = more.field ?? null;
    this.expected = more.expected ?? null;
    this.headers = more.headers ?? {};
  }
}

/** An error as it is answered. What nobody foresaw tells nothing of itself. */
export function problemOf(
  thrown: unknown,
  isQuery: boolean,
): { problem: Problem; headers: Readonly<Record<string, string>> } {
  if (thrown instanceof HttpProblem) {
    const [status, title] = TITLES[thrown.code];
    return {
      problem: problem({ status, title, code: thrown.code, detail: thrown.message, ...fieldOf(thrown) }),
      headers: thrown.headers,
    };
  }
  const known = isSchedError(thrown) ? STATUS_BY_CODE.get(thrown.code) : undefined;
  if (known === undefined || !isSchedError(thrown)) {
    const [status, title] = TITLES['internal-error'];
    const detail = 'Something went wrong that should not have; the log of the scheduler says what.';
    return { problem: problem({ status, title, code: 'internal-error', detail }), headers: {} };
  }
  const [status, title] = known;
  return {
    // A value in the address is a bad request; one in a body is well-formed, and wrong.
    problem: problem({
      status: isQuery && status === 422 ? 400 : status,
      title,
      code: thrown.code,
      detail: detailOf(thrown),
      ...faultOf(thrown),
    }),
    headers: status === 503 ? { 'Retry-After': '5' } : {},
  };
}

/** What a store says of itself may name hosts and users. */
function detailOf(error: SchedError): string {
  return error.code === 'store-failure'
    ? 'The job store does not answer as it should; `health` says which.'
    : error.message;
}

function problem(fields: Omit<Problem, 'type'>): Problem {
  return { type: `urn:sched:problem:${fields.code}`, ...fields };
}

function fieldOf({ field, expected }: HttpProblem): Pick<Problem, 'field' | 'expected'> {
  return { ...(field === null ? {} : { field }), ...(expected === null ? {} : { expected }) };
}

function faultOf(error: SchedError): Pick<Problem, 'field' | 'expected' | 'position'> {
  if ('path' in error && typeof error.path === 'string') return { field: error.path };
  if (!('field' in error && 'expected' in error)) return {};
  const { field, expected } = error as InvalidOptionError;
  const position = 'position' in error ? (error as InvalidTriggerError).position : null;
  return { field, expected, ...(position === null ? {} : { position }) };
}

/** By its code: the ESM and the CommonJS copy of core may both be loaded. */
function isSchedError(thrown: unknown): thrown is SchedError {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string';
}
