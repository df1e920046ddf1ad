// The state of a scheduler as Prometheus reads it. No ids and no texts of jobs stand in it: their number has no bound.
import type { Context } from './route.ts';

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels, value: number];

export async function metricsText({ scheduler, figures }: Context): Promise<string> {
  const health = scheduler.health();
  const census = await figures.census();
  const stores = Object.entries(health.jobStores);
  const seconds = (ms: number | null): Sample[] => (ms === null ? [] : [[{}, ms / 1000]]);
  return [
    gauge('sched_up', 'Whether the scheduler fires: 1 or 0.', [[{}, Number(health.status !== 'stopped')]]),
    gauge('sched_last_tick_age_seconds', 'How long ago the last tick ended.', seconds(health.lastTickAgeMs)),
    gauge('sched_lag_seconds', 'How late the newest due job was found.', seconds(health.lagMs)),
    gauge('sched_running_runs', 'Runs in execution in this process.', [[{}, health.running]]),
    gauge(
      'sched_store_up',
      'Whether the job store answers: 1 or 0.',
      stores.map(([store, { status }]) => [{ store }, Number(status === 'ok')]),
    ),
    gauge(
      'sched_store_clock_skew_seconds',
      "How far the store's clock is ahead.",
      stores.flatMap(([store, { clockSkewMs }]): Sample[] =>
        clockSkewMs === null ? [] : [[{ store }, clockSkewMs / 1000]],
      ),
    ),
    gauge(
      'sched_executor_free_slots',
      'How many runs the executor could take.',
      Object.entries(health.executors).map(([executor, { type, free }]) => [{ executor, type }, free]),
    ),
    gauge(
      'sched_jobs',
      'Jobs by state, as counted last.',
      [...census.states].map(([state, jobs]) => [{ state }, jobs]),
    ),
    gauge(
      'sched_unknown_task_waiting',
      'Jobs and runs that wait for a task that this process does not know.',
      Object.entries(health.unknownTasks).map(([task, waiting]) => [{ task }, waiting]),
    ),
  ].join('');
}

function gauge(name: string, help: string, samples: readonly Sample[]): string {
  const lines = samples.map(
    ([labels, value]) => `${name}${labelText(labels)} ${Number.isFinite(value) ? value : '+Inf'}\n`,
  );
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.join('')}`;
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
