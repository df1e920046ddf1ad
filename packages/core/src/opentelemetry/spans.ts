// A span for each attempt of a run.
import { ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, type Tracer } from '@opentelemetry/api';
import { toError } from '../errors.ts';
import type { Execution } from '../executors/executor.ts';
import type { RunOutcome } from '../jobs/records.ts';
import { outcomeOf } from '../scheduler/engine/active-run.ts';
import type { RunWrapper } from '../scheduler/engine/enclosed.ts';

/** Makes a span around an attempt. It is a root: what woke the scheduler has nothing to do with the run. */
export function tracedRun(tracer: Tracer): RunWrapper {
  return (execution, execute) => {
    const options = { kind: SpanKind.CONSUMER, attributes: attributesOf(execution) };
    return tracer.startActiveSpan(`run ${execution.task}`, options, ROOT_CONTEXT, (span) => ended(span, execute));
  };
}

async function ended(span: Span, execute: () => Promise<unknown>): Promise<unknown> {
  let outcome: RunOutcome = 'succeeded';
  try {
    return await execute();
  } catch (thrown) {
    const error = toError(thrown);
    outcome = outcomeOf(error);
    span.recordException(error);
    if (outcome !== 'cancelled') span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
    throw thrown;
  } finally {
    span.setAttribute('sched.outcome', outcome);
    span.end();
  }
}

function attributesOf({ task, run, jobStore = 'default' }: Execution) {
  return {
    'sched.task': task,
    'sched.job.id': run.jobId,
    'sched.run.id': run.runId,
    'sched.run.attempt': run.attempt,
    'sched.run.reason': run.reason,
    'sched.run.fire_time': run.fireTime.toISOString(),
    'sched.job_store': jobStore,
  };
}
