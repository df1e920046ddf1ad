// Spans and metrics of a scheduler, with the SDKs of OpenTelemetry; and the channels of the process.
import { subscribe, tracingChannel, unsubscribe } from 'node:diagnostics_channel';
import { context, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defineTask, MemoryStore, Scheduler } from '../../src/index.ts';
import { instrument } from '../../src/opentelemetry/index.ts';
import { VirtualClock } from '../../src/testing/index.ts';

beforeAll(() => void context.setGlobalContextManager(new AsyncLocalStorageContextManager()));
afterAll(() => context.disable());

/** A scheduler with a job that succeeds and one that fails, both due after a second. */
async function scheduler() {
  const clock = new VirtualClock({ now: '2026-01-01T00:00:00Z' });
  const inside = { tracer: trace.getTracer('nobody') };
  const good = defineTask('good', async () => {
    await Promise.resolve();
    inside.tracer.startSpan('inside').end();
  });
  const bad = defineTask('bad', () => {
    throw new Error('no luck');
  });
  const store = new MemoryStore();
  const made = new Scheduler(
    { jobStores: { default: store }, tasks: [good, bad], timezone: 'UTC', logger: null },
    clock,
  );
  await made.start();
  await made.addJob(good, 'date', { id: 'a', runDate: '2026-01-01T00:00:01Z' });
  await made.addJob(bad, 'date', { id: 'b', runDate: '2026-01-01T00:00:01Z' });
  return { clock, store, scheduler: made, inside };
}

describe('spans', () => {
  test('one for each attempt, the parent of those that the task makes', async () => {
    const exporter = new InMemorySpanExporter();
    const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
    const { clock, scheduler: made, inside } = await scheduler();
    inside.tracer = tracerProvider.getTracer('test');
    const stop = instrument(made, { tracerProvider, meterProvider: null });
    await clock.advance(1000);
    const spans = exporter.getFinishedSpans();
    const [good, bad, nested] = ['run good', 'run bad', 'inside'].map((name) =>
      spans.find((span) => span.name === name),
    );
    expect(good?.attributes).toEqual({
      'sched.task': 'good',
      'sched.job.id': 'a',
      'sched.run.id': 'a/1/1767225601000',
      'sched.run.attempt': 1,
      'sched.run.reason': 'scheduled',
      'sched.run.fire_time': '2026-01-01T00:00:01.000Z',
      'sched.job_store': 'default',
      'sched.outcome': 'succeeded',
    });
    expect(good?.parentSpanContext).toBeUndefined();
    expect(nested?.parentSpanContext?.spanId).toBe(good?.spanContext().spanId);
    expect(bad?.status).toEqual({ code: SpanStatusCode.ERROR, message: 'no luck' });
    expect(bad?.attributes['sched.outcome']).toBe('failed');
    expect(bad?.events.map((event) => event.attributes?.['exception.message'])).toEqual(['no luck']);
    stop();
    await made.runJob('a');
    await clock.advance(1000);
    expect(exporter.getFinishedSpans().filter((span) => span.name === 'run good')).toHaveLength(1);
    await made.shutdown();
  });
});

test('metrics: runs by outcome, lateness, duration, lag, claims, errors of stores', async () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 1e8 });
  const meterProvider = new MeterProvider({ readers: [reader] });
  const { clock, store, scheduler: made } = await scheduler();
  const stop = instrument(made, { tracerProvider: null, meterProvider });
  await clock.advance(1000);
  const claimDue = store.claimDue.bind(store);
  store.claimDue = () => Promise.reject(new Error('the store is down'));
  made.wakeup();
  await clock.advance(1);
  store.claimDue = claimDue;
  await reader.forceFlush();
  const found = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics));
  const points = (name: string) =>
    found
      .find(({ descriptor }) => descriptor.name === name)
      ?.dataPoints.map(({ attributes, value }) => [
        attributes['sched.outcome'] ?? attributes['sched.job_store'] ?? '',
        typeof value === 'object' && 'count' in value ? [value.count, value.sum] : value,
      ])
      .sort();
  expect(points('sched.runs')).toEqual([
    ['failed', 1],
    ['succeeded', 1],
  ]);
  expect(points('sched.claims')).toEqual([
    ['default', 1],
    ['default', 1],
  ]);
  expect(points('sched.run.lateness')).toEqual([
    ['default', [1, 0]],
    ['default', [1, 0]],
  ]);
  expect(points('sched.run.duration')).toEqual([
    ['failed', [1, 0]],
    ['succeeded', [1, 0]],
  ]);
  expect(points('sched.due.lag')).toEqual([['', 0]]);
  expect(points('sched.running')).toEqual([['', 0]]);
  expect(points('sched.executor.free')).toEqual([['', 10]]);
  expect(points('sched.store.errors')).toEqual([['default', 1]]);
  stop();
  await made.shutdown();
  await meterProvider.shutdown();
});

test('without an SDK nothing comes of it', async () => {
  const { clock, scheduler: made } = await scheduler();
  instrument(made);
  await clock.advance(1000);
  expect((await made.getRuns()).map((run) => run.outcome).sort()).toEqual(['failed', 'succeeded']);
  await made.shutdown();
});

test('channels carry every event, and the tracing channel each execution', async () => {
  const { clock, scheduler: made } = await scheduler();
  const heard: unknown[] = [];
  const onEvent = (event: unknown) => heard.push((event as { type: string }).type);
  const names = ['sched:run:started', 'sched:run:succeeded', 'sched:run:failed'];
  for (const name of names) subscribe(name, onEvent);
  const traced: string[] = [];
  const note = (what: string) => (message: object) => traced.push(`${what} ${Reflect.get(message, 'task')}`);
  const subscribers = {
    start: note('start'),
    end: note('end'),
    asyncStart: note('asyncStart'),
    asyncEnd: note('asyncEnd'),
    error: note('error'),
  };
  tracingChannel('sched:run').subscribe(subscribers);
  await clock.advance(1000);
  tracingChannel('sched:run').unsubscribe(subscribers);
  for (const name of names) unsubscribe(name, onEvent);
  expect(heard.sort()).toEqual(['run:failed', 'run:started', 'run:started', 'run:succeeded']);
  expect(traced.filter((line) => line.endsWith('good'))).toEqual([
    'start good',
    'end good',
    'asyncStart good',
    'asyncEnd good',
  ]);
  expect(traced.filter((line) => line.endsWith('bad'))).toContain('error bad');
  await made.shutdown();
});

test('a wrapper is called around each attempt, the last added outermost', async () => {
  const { clock, scheduler: made } = await scheduler();
  const order: string[] = [];
  const stop = made.wrapRuns(async ({ task }, execute) => {
    order.push(`inner ${task}`);
    return await execute();
  });
  made.wrapRuns(async ({ task }, execute) => {
    order.push(`outer ${task}`);
    return await execute();
  });
  await clock.advance(1000);
  expect(order.filter((line) => line.endsWith('good'))).toEqual(['outer good', 'inner good']);
  stop();
  expect(() => made.wrapRuns('x' as never)).toThrow('wrapper: expected a function');
  await made.shutdown();
});
