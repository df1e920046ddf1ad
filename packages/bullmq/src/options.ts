// What can be configured on either side of the queue, checked once.
import { type Executor, InvalidOptionError, isTask, LocalExecutor, type Logger, type Task } from '@sched/core';
import type { ConnectionOptions } from 'bullmq';

/** Where the queue is: the same for a scheduler and its workers. */
export interface QueuePlace {
  /** Redis: a URL, BullMQ's connection options, or a client of `ioredis`, which then stays yours to close. */
  readonly connection: string | ConnectionOptions;
  /** Name of the queue: one for each set of tasks that the same workers know. @default 'sched' */
  readonly queue?: string;
  /** What BullMQ begins its keys with. @default 'bull' */
  readonly prefix?: string;
  /**
   * Within how many seconds a run is `lost` whose worker has gone, 1 at least: killed, cut off, or with an event loop that was
   * held for half of that time. The same on both sides. @default 30
   */
  readonly stallInterval?: number;
}

/** Options of `bullmq()`, the executor on the side of the scheduler. */
export interface BullmqOptions extends QueuePlace {
  /**
   * How many runs this scheduler has in the queue at a time, waiting there or executing. About as many as the workers do
   * together: what exceeds it waits in the job store, where it can be cancelled, and goes by priority. @default 100
   */
  readonly maxWorkers?: number;
  /** How long a worker has to end a run whose signal has aborted, in seconds; then the run ends without it. @default 10 */
  readonly killGrace?: number;
  /** How often the state of runs under way is read besides listening to events, in seconds: what a lost event costs. @default 5 */
  readonly pollInterval?: number;
}

/** Options of `createWorker()`. */
export interface WorkerOptions extends QueuePlace {
  /** What it can run. A run of any other task fails with an error that names those it knows. */
  readonly tasks: readonly Task<never>[];
  /** How many runs at a time. @default 10 */
  readonly concurrency?: number;
  /**
   * What runs the tasks within the worker. A `ThreadPoolExecutor` or `ProcessPoolExecutor` takes tasks that say where their
   * code is, and can end one that does not heed its signal. @default a `LocalExecutor`: in the worker's event loop
   */
  readonly executor?: Executor;
  /** Takes warnings and errors; null = nobody. @default console */
  readonly logger?: Logger | null;
}

/** A place with its defaults. */
export interface PlaceSettings {
  readonly connection: ConnectionOptions;
  readonly queue: string;
  readonly prefix: string;
  readonly stallMs: number;
}

/** {@link BullmqOptions} with their defaults. */
export interface ExecutorSettings extends PlaceSettings {
  readonly maxWorkers: number;
  readonly killGraceMs: number;
  readonly pollMs: number;
}

/** {@link WorkerOptions} with their defaults. */
export interface WorkerSettings extends PlaceSettings {
  readonly tasks: ReadonlyMap<string, Task>;
  readonly concurrency: number;
  readonly executor: Executor;
  readonly logger: Logger | null;
}

const PLACE = ['connection', 'queue', 'prefix', 'stallInterval'];

/** @throws InvalidOptionError naming the option that is unknown or wrong, and what was expected */
export function executorSettings(options: BullmqOptions): ExecutorSettings {
  const {
    maxWorkers = 100,
    killGrace = 10,
    pollInterval = 5,
  } = known('bullmq', options, [...PLACE, ...['maxWorkers', 'killGrace', 'pollInterval']]);
  return {
    ...placeSettings(options),
    maxWorkers: count('maxWorkers', maxWorkers),
    killGraceMs: seconds('killGrace', killGrace, 0) * 1000,
    pollMs: seconds('pollInterval', pollInterval, 0.1) * 1000,
  };
}

/** @throws as {@link executorSettings} */
export function workerSettings(options: WorkerOptions): WorkerSettings {
  const given = known('createWorker', options, [...PLACE, 'tasks', 'concurrency', 'executor', 'logger']);
  const concurrency = count('concurrency', given.concurrency ?? 10);
  return {
    ...placeSettings(options),
    tasks: taskMap(given.tasks),
    concurrency,
    executor: executorOf(given.executor, concurrency),
    logger: given.logger === undefined ? console : given.logger,
  };
}

function known<Options extends object>(what: string, options: Options, names: readonly string[]): Options {
  if (typeof options !== 'object' || options === null)
    throw new InvalidOptionError(
      `the options of ${what}`,
      options,
      "an object such as { connection: 'redis://localhost' }",
    );
  const unknown = Object.keys(options).find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new InvalidOptionError(unknown, Reflect.get(options, unknown), `one of ${names.join(', ')}`);
  return options;
}

function placeSettings({
  connection,
  queue = 'sched',
  prefix = 'bull',
  stallInterval = 30,
}: QueuePlace): PlaceSettings {
  return {
    connection: connectionOf(connection),
    queue: name('queue', queue),
    prefix: name('prefix', prefix),
    stallMs: seconds('stallInterval', stallInterval, 1) * 1000,
  };
}

/** Between two attempts to reach Redis again, in milliseconds, at most. */
const LONGEST_RETRY_MS = 2000;

function connectionOf(connection: unknown): ConnectionOptions {
  const retryStrategy = (times: number) => Math.min(50 * 2 ** times, LONGEST_RETRY_MS);
  if (typeof connection === 'string') {
    if (/^rediss?:\/\//.test(connection) && URL.canParse(connection)) return { retryStrategy, url: connection };
  } else if (typeof connection === 'object' && connection !== null) {
    const isClient = 'duplicate' in connection || 'connect' in connection;
    return isClient ? connection : { retryStrategy, ...connection };
  }
  throw new InvalidOptionError(
    'connection',
    connection,
    "a URL such as 'redis://localhost:6379', connection options such as { host, port }, or a client of ioredis",
  );
}

/** BullMQ joins its keys by colons. */
function name(field: string, value: unknown): string {
  if (typeof value === 'string' && value !== '' && !value.includes(':')) return value;
  throw new InvalidOptionError(field, value, "a non-empty string without ':'");
}

function count(field: string, value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1) return value;
  throw new InvalidOptionError(field, value, 'a whole number of at least 1');
}

/** Longer than a day, nobody waits. */
const MOST_SECONDS = 86_400;

function seconds(field: string, value: unknown, least: number): number {
  if (typeof value === 'number' && value >= least && value <= MOST_SECONDS) return value;
  throw new InvalidOptionError(field, value, `a number of seconds from ${least} to ${MOST_SECONDS}`);
}

function executorOf(value: unknown, maxWorkers: number): Executor {
  if (value === undefined) return new LocalExecutor({ maxWorkers });
  if (typeof value === 'object' && value !== null && 'execute' in value) return value as Executor;
  throw new InvalidOptionError('executor', value, 'an executor such as new ProcessPoolExecutor({ maxWorkers: 4 })');
}

function taskMap(tasks: unknown): ReadonlyMap<string, Task> {
  if (!Array.isArray(tasks) || tasks.length === 0)
    throw new InvalidOptionError('tasks', tasks, 'an array of tasks made by defineTask');
  const map = new Map<string, Task>();
  for (const [index, task] of tasks.entries()) {
    if (!isTask(task)) throw new InvalidOptionError(`tasks[${index}]`, task, 'a task made by defineTask');
    if (map.has(task.name) && map.get(task.name) !== task)
      throw new InvalidOptionError(`tasks[${index}]`, task.name, 'a name that no other task has');
    map.set(task.name, task);
  }
  return map;
}
