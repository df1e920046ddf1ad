// Errors about one of many jobs: the same error, with the job's place before the field.
import {
  CorruptRecordError,
  InvalidOptionError,
  InvalidTriggerError,
  UnserializableArgumentsError,
} from '../errors.ts';

/** Reads a part of the input; what is wrong with it is thrown with the place it stands at: `jobs[3].timeout`. */
export function located<Result>(where: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw errorAt(where, error);
  }
}

function errorAt(where: string, error: unknown): unknown {
  if (error instanceof InvalidTriggerError) {
    const { field, value, position } = error;
    // The position is a part of what was expected already, and is put there once more.
    const expected = position === null ? error.expected : error.expected.replace(` at position ${position}`, '');
    return new InvalidTriggerError(`${where}.${field}`, value, expected, position);
  }
  if (error instanceof InvalidOptionError)
    return new InvalidOptionError(`${where}.${error.field}`, error.value, error.expected);
  if (error instanceof UnserializableArgumentsError) {
    const reason = error.message.replace(`${error.path} cannot be stored: `, '');
    return new UnserializableArgumentsError(`${where}.${error.path}`, reason);
  }
  if (error instanceof CorruptRecordError) return new CorruptRecordError(where, error.message, error.cause);
  return error;
}
