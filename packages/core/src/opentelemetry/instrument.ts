// Ties a scheduler to OpenTelemetry: by its events, its health and a wrapper around its runs, never in its hot path.
import { type MeterProvider, metrics, type TracerProvider, trace } from '@opentelemetry/api';
import type { Scheduler } from '../scheduler/scheduler.ts';
import { measure } from './measure.ts';
import { tracedRun } from './spans.ts';

/** Options of {@link instrument}. */
export interface InstrumentOptions {
  /** Makes the tracer; null = no spans. @default the one that the program has registered */
  readonly tracerProvider?: TracerProvider | null;
  /** Makes the meter; null = no metrics. @default the one that the program has registered */
  readonly meterProvider?: MeterProvider | null;
}

const NAME = '@sched/core';

/**
 * Makes a span of each attempt of a run, the parent of those that its task makes, and keeps the metrics of a scheduler. Without an
 * SDK both come to nothing. Answers how to stop.
 *
 * @example instrument(scheduler);
 */
export function instrument(
  scheduler: Scheduler,
  { tracerProvider = trace.getTracerProvider(), meterProvider = metrics.getMeterProvider() }: InstrumentOptions = {},
): () => void {
  const stops: (() => void)[] = [];
  if (tracerProvider !== null) stops.push(scheduler.wrapRuns(tracedRun(tracerProvider.getTracer(NAME))));
  if (meterProvider !== null) stops.push(measure(scheduler, meterProvider.getMeter(NAME)));
  return () => {
    for (const stop of stops.splice(0)) stop();
  };
}
