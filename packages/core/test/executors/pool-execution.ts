// Runs of the tasks in pool-tasks.mjs, handed to an executor directly.
import type { RunInfo } from '../../src/executors/current-run.ts';
import type { Execution, Executor } from '../../src/executors/executor.ts';
import { VirtualClock } from '../../src/testing/index.ts';

export const poolTasksUrl = new URL('./pool-tasks.mjs', import.meta.url).href;

/** A run of a task of pool-tasks.mjs. */
export function execution(task: string, args: readonly unknown[] = [], run: Partial<RunInfo> = {}): Execution {
  const info: RunInfo = {
    runId: 'a/1/0',
    jobId: 'a',
    fireTime: new Date(0),
    startedAt: new Date(1),
    attempt: 1,
    reason: 'scheduled',
    coalesced: 0,
    idempotencyKey: 'a/1/0',
    fencingToken: 7,
    signal: new AbortController().signal,
    log: () => {},
    progress: () => {},
    ...run,
  };
  return { task, call: () => {}, module: { url: poolTasksUrl, export: task }, args, run: info };
}

/** Starts an executor; answers its time. */
export async function startUnder(executor: Executor): Promise<VirtualClock> {
  const clock = new VirtualClock();
  await executor.start({ setTimer: (delayMs, fire) => clock.setTimer(delayMs, fire) });
  return clock;
}

/** Calls `begin` and resolves when what it was given is called. */
export function called(begin: (call: (text: string) => void) => unknown): Promise<string> {
  return new Promise((resolve) => begin(resolve));
}
