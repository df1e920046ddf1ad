// Options are strict: a misspelt one is refused at the call, not left out in silence.
import { InvalidOptionError } from '@sched/core';

/** @throws InvalidOptionError if it is no object, or names the first option that is none of these */
export function onlyOptions(options: object, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw new InvalidOptionError('options', options, `an object with ${known.join(', ')}`);
  }
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new InvalidOptionError(unknown, Reflect.get(options, unknown), `one of the options ${known.join(', ')}`);
}
