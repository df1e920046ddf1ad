// Errors about a decorator: the same error, with the class and the method before it.
import { InvalidOptionError, SchedError, type SchedErrorCode } from '@sched/core';

/** Does something for a declaration; what is wrong with it is thrown with its place: `Reports.send: timeZone: expected …`. */
export async function placed<Result>(place: string, work: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw errorAt(place, error);
  }
}

function errorAt(place: string, error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code, field, value, expected } = error as Partial<InvalidOptionError>;
  if (code === 'invalid-option' || code === 'invalid-trigger') {
    return new InvalidOptionError(`${place}: ${field}`, value, `${expected}`, code);
  }
  return new SchedError(isOurs(code) ? code : 'invalid-option', `${place}: ${error.message}`, { cause: error });
}

/** Our codes are words; those of Node.js are in capitals. */
function isOurs(code: unknown): code is SchedErrorCode {
  return typeof code === 'string' && /^[a-z]+(-[a-z]+)+$/.test(code);
}
