// The two kinds of runs that are kept apart: together they are all, whatever another program has made of a state.
import { raw } from './sql.ts';

/** Waits or runs. */
export const OPEN_RUN = raw("state IN ('queued', 'running')");

/** Has come to its end. */
export const ENDED_RUN = raw("state NOT IN ('queued', 'running')");
