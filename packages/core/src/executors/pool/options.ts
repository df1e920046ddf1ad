// The options of the executors that have workers, checked once.
import { availableParallelism } from 'node:os';
import { InvalidOptionError } from '../../errors.ts';

/** Options of executors that have workers, threads or processes. */
export interface PoolOptions {
  /** How many runs at a time, each in a worker of its own. @default os.availableParallelism(): how many can compute at once */
  readonly maxWorkers?: number;
  /**
   * How long a task may go on after its run's signal has aborted, in seconds; then its worker is killed. With 0 it is killed
   * at once. @default 5
   */
  readonly killGrace?: number;
  /** How long a worker waits for another run before it is ended, in seconds. @default 60 */
  readonly idleTimeout?: number;
  /** The most memory for the JavaScript objects of one worker, in MiB: beyond it, its run is lost. @default Node's own limit */
  readonly maxMemory?: number;
  /**
   * Node's flags for workers. For TypeScript a loader that registers itself in every thread, which `--import tsx` alone does not on
   * Node 20: `['--import', './register.mjs']`, with `import { register } from 'tsx/esm/api'; register();` in that file.
   *
   * @default those of this process
   */
  readonly execArgv?: readonly string[];
}

/** The options with their defaults. */
export interface PoolSettings {
  readonly maxWorkers: number;
  readonly killGraceMs: number;
  readonly idleTimeoutMs: number;
  readonly maxMemory: number | undefined;
  readonly execArgv: readonly string[] | undefined;
}

/** The names of the options. */
export const POOL_OPTIONS: readonly string[] = ['maxWorkers', 'killGrace', 'idleTimeout', 'maxMemory', 'execArgv'];

/** @throws InvalidOptionError naming the option that is unknown or of the wrong type, and what was expected */
export function poolSettings(options: PoolOptions): PoolSettings {
  const unknown = Object.keys(options).find((name) => !POOL_OPTIONS.includes(name));
  if (unknown !== undefined)
    throw new InvalidOptionError(unknown, Reflect.get(options, unknown), `one of ${POOL_OPTIONS.join(', ')}`);
  const { maxWorkers = availableParallelism(), killGrace = 5, idleTimeout = 60, maxMemory, execArgv } = options;
  checkCount('maxWorkers', maxWorkers);
  if (maxMemory !== undefined) checkCount('maxMemory', maxMemory);
  if (execArgv !== undefined && !(Array.isArray(execArgv) && execArgv.every((flag) => typeof flag === 'string')))
    throw new InvalidOptionError('execArgv', execArgv, 'an array of strings');
  const [killGraceMs, idleTimeoutMs] = [milliseconds('killGrace', killGrace), milliseconds('idleTimeout', idleTimeout)];
  return { maxWorkers, killGraceMs, idleTimeoutMs, maxMemory, execArgv };
}

function checkCount(name: string, value: unknown): void {
  if (!Number.isSafeInteger(value) || Number(value) < 1)
    throw new InvalidOptionError(name, value, 'a whole number of at least 1');
}

function milliseconds(name: string, seconds: unknown): number {
  if (typeof seconds !== 'number' || !(seconds >= 0 && seconds < Number.POSITIVE_INFINITY))
    throw new InvalidOptionError(name, seconds, 'a number of seconds, not negative');
  return seconds * 1000;
}
