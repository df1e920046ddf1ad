// What counts as a trigger: anything that can do what one has to.
import type { Trigger } from './trigger.ts';

const METHODS = ['next', 'previous', 'count', 'resolve', 'toJSON'] as const;

/**
 * Whether a value is a trigger. It is known by what it can do, not by its class, so that triggers of another copy of this
 * package (ESM beside CommonJS) and triggers of your own are triggers too.
 */
export function isTrigger(value: unknown): value is Trigger {
  if (typeof value !== 'object' || value === null || !('kind' in value) || typeof value.kind !== 'string') return false;
  const members: Readonly<Record<string, unknown>> = value as object as Record<string, unknown>;
  return METHODS.every((method) => typeof members[method] === 'function');
}
