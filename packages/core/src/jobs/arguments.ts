// The arguments of a job as text and back. What would not come back equal is refused on the way in.
import { isDeepStrictEqual } from 'node:util';
import { parse, stringify } from 'devalue';
import { CorruptRecordError, InvalidOptionError, toError, UnserializableArgumentsError } from '../errors.ts';

/** The longest text that arguments may come to, in characters. */
export const MAX_ARGUMENTS_LENGTH = 1_048_576;

/** What most jobs have. */
const NONE = '[]';
const NO_ARGUMENTS: readonly unknown[] = Object.freeze([]);

/**
 * Arguments as the text a store keeps. Plain data passes, and `Date, Map, Set, BigInt, Uint8Array, undefined` at any depth.
 *
 * @throws UnserializableArgumentsError naming the path of what would not come back equal: functions, class instances,
 * symbols, invalid dates, text longer than 1,048,576 characters.
 */
export function encodeArguments(args: unknown): string {
  if (!Array.isArray(args)) throw new InvalidOptionError('args', args, 'an array of arguments');
  if (args.length === 0) return NONE;
  const text = write(args);
  if (text.length > MAX_ARGUMENTS_LENGTH) {
    throw new UnserializableArgumentsError(
      'args',
      `${text.length} characters, at most ${MAX_ARGUMENTS_LENGTH} are kept`,
    );
  }
  if (!isDeepStrictEqual(parse(text), args))
    throw new UnserializableArgumentsError(unequalPath(args), 'it would not come back equal');
  return text;
}

/**
 * Arguments from the text of a store: always data, never code.
 *
 * @throws CorruptRecordError if the text is not what {@link encodeArguments} writes.
 */
export function decodeArguments(text: string): readonly unknown[] {
  if (text === NONE) return NO_ARGUMENTS;
  let args: unknown;
  try {
    args = parse(text);
  } catch (error) {
    throw new CorruptRecordError('the arguments', toError(error).message, error);
  }
  if (!Array.isArray(args)) throw new CorruptRecordError('the arguments', 'not a list');
  return args;
}

function write(args: readonly unknown[]): string {
  try {
    return stringify(args);
  } catch (thrown) {
    const error = toError(thrown);
    if (error instanceof RangeError) throw new UnserializableArgumentsError('args', 'it is nested too deeply');
    throw new UnserializableArgumentsError(`args${pathOf(error)}`, error.message);
  }
}

/** The library names the place on its errors, as `[0].callback`. */
function pathOf(error: Error): string {
  return 'path' in error && typeof error.path === 'string' ? error.path : '';
}

/** The first top-level argument that differs after a round trip. */
function unequalPath(args: readonly unknown[]): string {
  const index = args.findIndex((arg) => !isDeepStrictEqual(parse(stringify([arg])), [arg]));
  return index === -1 ? 'args' : `args[${index}]`;
}
