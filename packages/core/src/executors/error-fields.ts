// Errors as data and back, for executors whose tasks run in another thread, process or machine.
import { isNativeError } from 'node:util/types';

/** What a copy of an error loses: its name, and fields such as `code`. */
export type ErrorFields = Readonly<Record<string, unknown>>;

/** Name, message and stack of an error, and its other fields as far as they are plain: strings, numbers, booleans. */
export function errorFields(error: Error): ErrorFields {
  const { name, message, stack } = error;
  const plain = Object.entries(error).filter(([, value]) => PLAIN.has(typeof value));
  return { ...Object.fromEntries(plain), name, message, stack };
}

/** The error with these fields: `copy`, where one has come along, or a new one. */
export function errorFromFields(fields: ErrorFields, copy?: unknown): Error {
  const error = isNativeError(copy) ? copy : new Error();
  for (const [name, value] of Object.entries(fields)) {
    Object.defineProperty(error, name, { value, enumerable: !OWN.has(name), writable: true, configurable: true });
  }
  return error;
}

const PLAIN: ReadonlySet<string> = new Set(['string', 'number', 'boolean']);

/** What every error has, and a listing of its fields leaves out. */
const OWN: ReadonlySet<string> = new Set(['name', 'message', 'stack']);
