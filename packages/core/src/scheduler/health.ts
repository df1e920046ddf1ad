// How a scheduler is: what `health()` answers.
import type { Clock } from '../clock.ts';
import type { Executor } from '../executors/executor.ts';
import type { Engine } from './engine/engine.ts';
import type { StoreHealth } from './engine/store-link.ts';

/** Where a scheduler stands in its life. After `shutdown` it cannot be used again. */
export type SchedulerState = 'stopped' | 'starting' | 'running' | 'paused' | 'stopping' | 'shutdown';

/** How a scheduler is at this moment. */
export interface Health {
  /** `degraded`: a job store fails. `stopped`: it does not fire, because it was not started, is paused or shut down. */
  readonly status: 'ok' | 'degraded' | 'stopped';
  readonly state: SchedulerState;
  /** Id of this start of the scheduler, as runs name their owner; null before it. */
  readonly schedulerId: string | null;
  /** How long ago the last tick ended, in milliseconds, of the job store where that is longest; null before the first. */
  readonly lastTickAgeMs: number | null;
  /** How late the newest due job was found, in milliseconds. */
  readonly lagMs: number;
  readonly jobStores: { readonly [alias: string]: StoreHealth };
  readonly executors: { readonly [alias: string]: { readonly type: string; readonly free: number } };
  /** Runs in execution in this process. */
  readonly running: number;
  /** Tasks that jobs wait for and this process does not know, with how many jobs and runs wait for each. */
  readonly unknownTasks: { readonly [task: string]: number };
  /** Executors that runs of this process's tasks wait for and it lacks, with how many wait for each. */
  readonly unknownExecutors: { readonly [alias: string]: number };
}

/** Puts together what the parts of a scheduler know. */
export function healthOf(
  state: SchedulerState,
  engine: Engine | null,
  executors: ReadonlyMap<string, Executor>,
  clock: Clock,
): Health {
  const lanes = engine?.lanes ?? [];
  const ticks = lanes.map(({ loop }) => loop.lastTickAt).filter((at) => at !== null);
  const degraded = lanes.some(({ link }) => link.health.status === 'degraded');
  return {
    status: state !== 'running' ? 'stopped' : degraded ? 'degraded' : 'ok',
    state,
    schedulerId: engine?.id ?? null,
    lastTickAgeMs: ticks.length === 0 ? null : clock.monotonic() - Math.min(...ticks),
    lagMs: Math.max(0, ...lanes.map((lane) => lane.lagMs)),
    jobStores: Object.fromEntries(lanes.map(({ link }) => [link.alias, link.health])),
    executors: Object.fromEntries([...executors].map(([alias, { kind, free }]) => [alias, { type: kind, free }])),
    running: lanes.reduce((sum, lane) => sum + lane.runner.size, 0),
    unknownTasks: sums(lanes.flatMap((lane) => [...lane.unknownTasks])),
    unknownExecutors: sums(lanes.flatMap((lane) => [...lane.unknownExecutors])),
  };
}

/** What waits for each name, over all stores. */
function sums(counts: readonly (readonly [name: string, waiting: number])[]): { readonly [name: string]: number } {
  const total = new Map<string, number>();
  for (const [name, waiting] of counts) total.set(name, (total.get(name) ?? 0) + waiting);
  return Object.fromEntries(total);
}
