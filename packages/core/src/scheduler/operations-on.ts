// The two halves of what can be done with a scheduler, over the parts that it is made of.
import type { JobActions } from '../jobs/job.ts';
import { JobDirectory } from './job-directory.ts';
import { SchedulerJobs } from './scheduler-jobs.ts';
import { SchedulerRuns } from './scheduler-runs.ts';
import type { Assembly } from './setup/assembly.ts';

/** Operations on the jobs and on the runs of a scheduler; `actions` is what its handles call, `now` the moment in epoch ms. */
export function operationsOn(
  assembly: Assembly,
  actions: JobActions,
  now: () => number,
): { readonly jobs: SchedulerJobs; readonly runs: SchedulerRuns } {
  const { stores, executors, tasks, events } = assembly;
  const directory = new JobDirectory(stores);
  const wake = () => assembly.engine?.wake();
  return {
    jobs: new SchedulerJobs({
      ...{ directory, executors, tasks, events, wake, now, actions },
      configuration: () => assembly.configuration,
      isOpen: () => assembly.engine !== null,
    }),
    runs: new SchedulerRuns({
      ...{ directory, events, wake, now },
      timezone: () => assembly.configuration.timezone,
      abort: (runId, detail) => assembly.engine?.abort(runId, detail),
    }),
  };
}
