// The names of the keys. All begin with the prefix in braces, so that a cluster keeps them together.
//
//   job:<id>, run:<id>          a row: JSON of its columns
//   jobs                        all jobs by next fire time
//   due:<task>                  active jobs by when they are due; while claimed, by when the claim ends
//   tasks                       tasks that due jobs have had
//   lanes                       lanes that have runs; a lane is priority/maxInstances/executor/task
//   queue:<lane>                waiting runs by when they are available; at infinity while held back by their job's limit
//   leases:<lane>               running runs by the end of their lease
//   open:<job>                  waiting runs of the job by fire time; running ones at minus infinity
//   held:<job>                  lanes in which runs of the job are held back
//   held:<job>/<lane>           those runs, by when they are available
//   runs, history:<job>         all runs, and those of the job, by fire time
//   crowded                     jobs that have more runs in history than they keep
//   processes                   schedulers that have checked in
//   meta                        counters, versions, and which server it was
//   news                        the channel
//
// Names within names (jobs in `open`, `held` and `history`; tasks, executors) are written as in the ids of runs, without `/`.
import type { JobPolicies } from '../../jobs/records.ts';
import { escapeId } from '../run-decisions.ts';

/** What every key of a store begins with; the key that stands for all of them, too. */
export function baseKey(prefix: string): string {
  return `{${prefix}}`;
}

/** The lane of a run: what a claim looks at before it looks at the run. */
export function laneOf(run: {
  readonly task: string;
  readonly executor: string;
  readonly policies: Pick<JobPolicies, 'priority' | 'maxInstances'>;
}): string {
  const { priority, maxInstances } = run.policies;
  return `${priority}/${maxInstances}/${escapeId(run.executor)}/${escapeId(run.task)}`;
}
