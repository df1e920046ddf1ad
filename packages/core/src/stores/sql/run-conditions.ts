// The two kinds of runs that are kept apart: together they are all, whatever another program has made of a state.
import { RUN_STATES, type RunState } from '../../jobs/records.ts';
import { raw } from './sql.ts';

/** Waits or runs. */
export const OPEN_RUN = raw("state IN ('queued', 'running')");

/** Has come to a rare end: an index on these costs nothing as long as all goes well. */
export const RARE_RUN = "state NOT IN ('queued', 'running', 'succeeded')";

/** The states of runs of which a list is put together, each read by the index that has it. */
export function partsOfList(states: readonly RunState[] | undefined): {
  readonly open: readonly RunState[];
  readonly rare: readonly RunState[];
  readonly succeeded: boolean;
} {
  const wanted = states === undefined ? RUN_STATES : RUN_STATES.filter((state) => states.includes(state));
  return {
    open: wanted.filter(isOpenState),
    rare: wanted.filter((state) => !isOpenState(state) && state !== 'succeeded'),
    succeeded: wanted.includes('succeeded'),
  };
}

function isOpenState(state: RunState): boolean {
  return state === 'queued' || state === 'running';
}

/** Has come to its end. */
export const ENDED_RUN = raw("state NOT IN ('queued', 'running')");
