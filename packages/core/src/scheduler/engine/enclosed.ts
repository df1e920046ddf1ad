// What encloses the execution of a run: wrappers of this scheduler, and whoever traces all of the process.
import { tracingChannel } from 'node:diagnostics_channel';
import type { Execution, Executor } from '../../executors/executor.ts';

/** Is called around each attempt of a run; hands on, or changes, what `execute` comes to. One that does not call it keeps the task from running. */
export type RunWrapper = (execution: Execution, execute: () => Promise<unknown>) => Promise<unknown>;

/** The channels `tracing:sched:run:start`, `:end`, `:asyncStart`, `:asyncEnd` and `:error`. Their message is the execution. */
const channel = tracingChannel<unknown, object>('sched:run');

/** Executes a run within its wrappers, the last added outermost. Costs nothing where nobody listens. */
export function executeEnclosed(
  executor: Executor,
  execution: Execution,
  wrappers: ReadonlySet<RunWrapper>,
): Promise<unknown> {
  if (wrappers.size === 0 && !channel.hasSubscribers) return executor.execute(execution);
  let execute = () => executor.execute(execution);
  for (const wrapper of wrappers) {
    const inner = execute;
    execute = () => wrapper(execution, inner);
  }
  return channel.hasSubscribers ? channel.tracePromise(execute, messageOf(execution)) : execute();
}

/** An object of its own, that subscribers may write on. */
function messageOf({ task, call, module, args, killGraceMs, jobStore, run }: Execution): object {
  return { task, call, module, args, killGraceMs, jobStore, run };
}
