import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider, ConsoleSpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { defineTask, Scheduler } from '@sched/core';
import { instrument } from '@sched/core/opentelemetry';

// The SDK, as your program sets it up: here it prints spans.
context.setGlobalContextManager(new AsyncLocalStorageContextManager());
trace.setGlobalTracerProvider(
  new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(new ConsoleSpanExporter())] }),
);

const report = defineTask('report', async () => {
  // A child of the span of the run.
  trace.getTracer('app').startActiveSpan('query', (span) => span.end());
});

const scheduler = new Scheduler({ tasks: [report] });
instrument(scheduler);
await scheduler.start();
await scheduler.addJob(report, 'date', { id: 'once' });
await new Promise((resolve) => scheduler.on('run:succeeded', resolve));
await scheduler.shutdown();
