// Policies as the text of a column: what is off is left out, so that a policy most jobs do not have costs no row anything, and
// rows that were written before there was a policy can be read.
import type { JobPolicies, RetryPolicy } from '../../jobs/records.ts';

/** What a policy is that is left out. It stands in rows by its absence: it never changes. */
const OFF = {
  killGraceMs: null,
  keepResult: false,
  pauseOnFailure: null,
  maxRuns: null,
  startAt: null,
  endAt: null,
} as const satisfies Partial<JobPolicies>;

const RETRY_OFF = { jitter: 0, on: null, notOn: null } as const satisfies Partial<RetryPolicy>;

/** Policies that are always written. */
export type WrittenPolicies = Omit<JobPolicies, keyof typeof OFF | 'retry'> & {
  readonly retry: Omit<RetryPolicy, keyof typeof RETRY_OFF>;
};

/** The text of policies. Few jobs have policies of their own: those that are shared are written once. */
export function policiesText(policies: JobPolicies): string {
  const known = texts.get(policies);
  if (known !== undefined) return known;
  const { retry, ...others } = policies;
  const text = JSON.stringify({ ...without(others, OFF), retry: without(retry, RETRY_OFF) });
  if (Object.isFrozen(policies) && Object.isFrozen(retry)) texts.set(policies, text);
  return text;
}

const texts = new WeakMap<JobPolicies, string>();

/** The policies of a text that has all which are always written. */
export function completed(policies: WrittenPolicies): JobPolicies {
  return { ...OFF, ...policies, retry: { ...RETRY_OFF, ...policies.retry } };
}

function without(values: object, off: object): object {
  return Object.fromEntries(Object.entries(values).filter(([name, value]) => Reflect.get(off, name) !== value));
}
