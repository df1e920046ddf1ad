// The kinds of runs that are kept apart, and how a list is put together from them: open and ended ones together are all,
// whatever another program has made of a state.
import { RUN_STATES, type RunRecord, type RunState } from '../../jobs/records.ts';
import { isOpen } from '../../jobs/run.ts';
import { raw } from './sql.ts';

const OPEN = "state IN ('queued', 'running')";
const ENDED = "state NOT IN ('queued', 'running')";

/** Waits or runs. */
export const OPEN_RUN = raw(OPEN);

/** Has come to its end. */
export const ENDED_RUN = raw(ENDED);

/** Has come to a rare end: an index on these costs nothing as long as all goes well. */
export const RARE_RUN = "state NOT IN ('queued', 'running', 'succeeded')";

/** Runs of a list, and the index that has them; null where that of all runs is as good. */
export interface RunsPart {
  readonly where: string;
  readonly index: 'run_open' | 'run_rare' | null;
}

/** A list of runs in some states, in parts that each have an index. */
export function partsByState(states: readonly RunState[]): readonly RunsPart[] {
  const wanted = RUN_STATES.filter((state) => states.includes(state));
  const ended = wanted.filter((state) => !isOpen(state)).map(partOfEnded);
  return wanted.some(isOpen) ? [{ where: OPEN, index: 'run_open' }, ...ended] : ended;
}

function partOfEnded(state: RunState): RunsPart {
  if (state === 'succeeded') return { where: `${ENDED} AND state = 'succeeded'`, index: null };
  return { where: `${RARE_RUN} AND state = '${state}'`, index: 'run_rare' };
}

/** As databases have them in order, newest first: text by its bytes. */
export function newestFirst(a: RunRecord, b: RunRecord): number {
  return b.fireAt - a.fireAt || Buffer.compare(Buffer.from(b.id), Buffer.from(a.id));
}
