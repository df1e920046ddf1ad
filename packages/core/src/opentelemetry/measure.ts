// The metrics of a scheduler. Times are in seconds, as OpenTelemetry has them.
import type { Meter, ObservableResult } from '@opentelemetry/api';
import type { RunEvent } from '../scheduler/events.ts';
import type { Health } from '../scheduler/health.ts';
import type { Scheduler } from '../scheduler/scheduler.ts';

const ENDS = [
  'run:succeeded',
  'run:failed',
  'run:timed-out',
  'run:missed',
  'run:skipped',
  'run:cancelled',
  'run:lost',
] as const;

/** Keeps the metrics until it is told to stop. */
export function measure(scheduler: Scheduler, meter: Meter): () => void {
  const stops = [...countRuns(scheduler, meter), ...observe(scheduler, meter)];
  return () => {
    for (const stop of stops) stop();
  };
}

function countRuns(scheduler: Scheduler, meter: Meter): (() => void)[] {
  const runs = meter.createCounter('sched.runs', { description: 'Runs that have ended, by outcome' });
  const claims = meter.createCounter('sched.claims', { description: 'Attempts of runs that were claimed and started' });
  const retries = meter.createCounter('sched.retries', { description: 'Attempts that ended badly and are repeated' });
  const lateness = meter.createHistogram('sched.run.lateness', {
    unit: 's',
    description: 'From the fire time to the start of the first attempt',
  });
  const duration = meter.createHistogram('sched.run.duration', {
    unit: 's',
    description: 'From the start of the last attempt to its end',
  });
  const ended = ({ run, jobStore, type }: RunEvent & { readonly type: string }) => {
    const about = { 'sched.task': run.task, 'sched.job_store': jobStore, 'sched.outcome': type.slice('run:'.length) };
    runs.add(1, about);
    if (run.startedAt === null || run.finishedAt === null) return;
    duration.record((run.finishedAt.getTime() - run.startedAt.getTime()) / 1000, about);
  };
  const started = ({ run, jobStore }: RunEvent) => {
    const about = { 'sched.task': run.task, 'sched.job_store': jobStore };
    claims.add(1, about);
    if (run.attempt === 1 && run.lateMs !== null) lateness.record(run.lateMs / 1000, about);
  };
  return [
    ...ENDS.map((name) => scheduler.on(name, ended)),
    scheduler.on('run:started', started),
    scheduler.on('run:retrying', ({ run, jobStore }) =>
      retries.add(1, { 'sched.task': run.task, 'sched.job_store': jobStore }),
    ),
  ];
}

/** What is asked for when metrics are collected. */
function observe(scheduler: Scheduler, meter: Meter): (() => void)[] {
  const watch = (
    instrument: ReturnType<Meter['createObservableGauge']>,
    report: (health: Health, result: ObservableResult) => void,
  ) => {
    const callback = (result: ObservableResult) => report(scheduler.health(), result);
    instrument.addCallback(callback);
    return () => instrument.removeCallback(callback);
  };
  const lag = meter.createObservableGauge('sched.due.lag', {
    unit: 's',
    description: 'How late the newest due job was found',
  });
  const running = meter.createObservableGauge('sched.running', { description: 'Runs in execution in this process' });
  const free = meter.createObservableGauge('sched.executor.free', {
    description: 'How many more runs an executor takes',
  });
  const errors = meter.createObservableCounter('sched.store.errors', {
    description: 'Operations of a job store that failed',
  });
  return [
    watch(lag, ({ lagMs }, result) => result.observe(lagMs / 1000)),
    watch(running, (health, result) => result.observe(health.running)),
    watch(free, ({ executors }, result) => {
      for (const [alias, executor] of Object.entries(executors))
        result.observe(executor.free, { 'sched.executor': alias });
    }),
    watch(errors, ({ jobStores }, result) => {
      for (const [alias, store] of Object.entries(jobStores))
        result.observe(store.failures, { 'sched.job_store': alias });
    }),
  ];
}
