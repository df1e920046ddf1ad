// Whether the executor that a job names is there and can run its task: what cannot run is refused when the job is added.
import { InvalidOptionError, SchedError } from '../errors.ts';
import type { Executor } from '../executors/executor.ts';
import { isLocalName, type TaskRegistry } from '../jobs/task.ts';

/** @throws SchedError `unknown-executor` if there is none of this alias */
export function checkExecutor(alias: string, executors: ReadonlyMap<string, Executor>): void {
  if (executors.has(alias)) return;
  const known = [...executors.keys()].join(', ');
  throw new SchedError('unknown-executor', `there is no executor '${alias}'; there are ${known}`);
}

/** What of a job says which code runs where. */
interface Placement {
  readonly name: string;
  readonly task: string;
  readonly executor: string;
}

/**
 * Makes sure that an executor can reach the code of a job's task, where both are known.
 *
 * @throws InvalidOptionError if it runs code elsewhere and the task does not say where its code is, or has no name.
 */
export function checkReach(job: Placement, executor: Executor | undefined, tasks: TaskRegistry): void {
  const task = tasks.get(job.task);
  if (executor?.needsName === true && isLocalName(job.task)) {
    throw new InvalidOptionError(
      'task',
      job.name,
      `a task with a name of its own, because executor '${job.executor}' (${executor.kind}) finds it by name in another ` +
        `process: defineTask('${job.name}', fn), known to that process too`,
    );
  }
  if (executor?.needsModule !== true || task === undefined || task.module !== undefined) return;
  const name = isLocalName(task.name) ? job.name : task.name;
  const module = `defineTask('${name}', { module: new URL('./${name}.js', import.meta.url) })`;
  throw new InvalidOptionError(
    'task',
    name,
    `a task that says where its code is, because executor '${job.executor}' (${executor.kind}) runs it outside this ` +
      `thread: ${module}; or name an executor of type 'local' for the job, where any function runs`,
  );
}
