// What viewers are told of an event.
import type { AnySchedulerEvent, Run } from '@sched/core';
import { redactedText, runJson } from '../api/json/run-json.ts';
import type { Context } from '../api/route.ts';
import type { LiveEvent } from '../api/types.ts';

/** The event as plain data, with its secrets hidden. The result of a run is for those who ask for the run. */
export function describe(context: Context, event: AnySchedulerEvent): Omit<LiveEvent, 'at'> {
  const { type, ...payload } = event;
  const {
    jobId,
    jobStore,
    runId,
    run,
    result: _,
    ...rest
  } = payload as {
    readonly jobId?: string;
    readonly jobStore?: string;
    readonly runId?: string;
    readonly run?: Run;
    readonly result?: unknown;
  };
  const data = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, plain(context, value, run)]));
  const id = run?.id ?? runId;
  return {
    type,
    ...(jobId === undefined ? {} : { jobId }),
    ...(jobStore === undefined ? {} : { jobStore }),
    ...(id === undefined ? {} : { runId: id }),
    data: { ...data, ...(run === undefined ? {} : { run: runJson(context, run) }) },
  };
}

function plain(context: Context, value: unknown, run: Run | undefined): unknown {
  if (value instanceof Error || typeof value === 'string') {
    const text = typeof value === 'string' ? value : value.message;
    return redactedText(context, run ?? { jobId: '', task: '' }, 'error', text);
  }
  return typeof value === 'number' || typeof value === 'boolean' ? value : null;
}
