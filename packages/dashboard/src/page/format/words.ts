// The states and reasons of the vocabulary as people read them.
import type { JobState, RunState } from '../../api/types.ts';

/** A state of a job or a run. */
export type AnyState = JobState | RunState;

/** How each reads. */
export const STATE_WORDS: { readonly [State in AnyState]: string } = {
  pending: 'Pending',
  active: 'Active',
  paused: 'Paused',
  finished: 'Finished',
  broken: 'Broken',
  queued: 'Queued',
  running: 'Running',
  succeeded: 'Succeeded',
  failed: 'Failed',
  missed: 'Missed',
  skipped: 'Skipped',
  cancelled: 'Cancelled',
  'timed-out': 'Timed out',
  lost: 'Lost',
};

/** What an outcome means, for whoever wonders. */
export const STATE_HINTS: { readonly [State in RunState]: string } = {
  queued: 'It waits for a free slot, or for the time of its next attempt.',
  running: 'It executes.',
  succeeded: 'It came to its end.',
  failed: 'Its task threw an error.',
  missed: 'It could not start before its grace time was over.',
  skipped: 'It was due while as many runs were open as the job allows.',
  cancelled: 'Somebody cancelled it, or its job was removed or replaced it.',
  'timed-out': 'It took longer than its job allows.',
  lost: 'The process that executed it died or lost the store.',
};

/** The outcomes somebody should look at. */
export const BAD_STATES = ['failed', 'timed-out', 'lost', 'missed'] as const satisfies readonly RunState[];

/** Whether it is one of them. */
export function isBad(state: RunState): boolean {
  return (BAD_STATES as readonly RunState[]).includes(state);
}

const REASONS: { readonly [reason: string]: string } = {
  scheduled: 'Its trigger',
  'catch-up': 'Catching up after a gap',
  manual: 'Somebody ran it by hand',
  retry: 'Another attempt',
  backfill: 'A backfill',
};

/** Why a run exists. */
export function reasonText(reason: string): string {
  return REASONS[reason] ?? reason;
}

/** `1 job`, `3 jobs`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${numberText(count)} ${count === 1 ? one : many}`;
}

const grouped = new Intl.NumberFormat('en-GB');

/** `12,345` */
export function numberText(value: number): string {
  return grouped.format(value);
}
