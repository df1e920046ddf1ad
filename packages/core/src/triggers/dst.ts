// What wall-clock times do where the UTC offset changes: the two rules, and the option that overrides them.
import { InvalidTriggerError } from '../errors.ts';
import type { DstPolicy } from './cron/spec.ts';

/** For times that recur with every hour or minute: skipped ones do not fire, repeated ones fire both times. */
export const FOLLOW_REAL_TIME: DstPolicy = { gap: 'skip', overlap: 'both' };

/** For times that are set: each fires once, a skipped one as much later as the gap is long, of a repeated one the first. */
export const FIRE_ONCE: DstPolicy = { gap: 'shift', overlap: 'first' };

/** Only what every policy does: neither skipped times nor, of repeated ones, the second. */
export const PLAIN: DstPolicy = { gap: 'skip', overlap: 'first' };

/** Whether two policies are one. */
export function isSamePolicy(a: DstPolicy, b: DstPolicy): boolean {
  return a.gap === b.gap && a.overlap === b.overlap;
}

const WORDS = { gap: ['shift', 'skip'], overlap: ['first', 'both'] } as const;

/**
 * The `dst` option of a trigger; undefined where it says nothing.
 *
 * @throws InvalidTriggerError if it is not an object of `gap` and `overlap`.
 */
export function readDst(value: unknown): Partial<DstPolicy> | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'object' || value === null)
    throw new InvalidTriggerError('dst', value, 'an object such as { gap: "skip" }');
  for (const [name, word] of Object.entries(value)) {
    const words: readonly unknown[] | undefined = name === 'gap' || name === 'overlap' ? WORDS[name] : undefined;
    if (words === undefined) throw new InvalidTriggerError(`dst.${name}`, word, 'gap or overlap');
    if (word !== undefined && !words.includes(word))
      throw new InvalidTriggerError(`dst.${name}`, word, words.join(' or '));
  }
  const { gap, overlap }: Partial<DstPolicy> = value;
  if (gap === undefined && overlap === undefined) return undefined;
  return { ...(gap === undefined ? {} : { gap }), ...(overlap === undefined ? {} : { overlap }) };
}
