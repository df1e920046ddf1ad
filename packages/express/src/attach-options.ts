// How a scheduler ends with its server: the options, checked before anything is tied.
import {
  type DurationInput,
  onlyOptions,
  readSignals,
  type ShutdownOptions,
  shutdownLimitMs,
  toDurationMs,
} from '@sched/core';

/** Options of {@link attachScheduler}. */
export interface AttachOptions {
  /** Signals that close server and scheduler; a second one ends the process at once. @default ['SIGINT', 'SIGTERM'] */
  readonly signals?: readonly NodeJS.Signals[];
  /** How the scheduler shuts down, the time for its runs counted from the beginning of the close. @default { wait: true, timeout: 30 } */
  readonly shutdown?: ShutdownOptions;
  /** How long requests under way may take before their connections are cut: seconds or units. @default 10 */
  readonly requestTimeout?: DurationInput;
}

/** The options with every default filled in. */
export interface AttachSettings {
  readonly signals: readonly NodeJS.Signals[];
  /** How long runs may take once the close has begun. */
  readonly runsMs: number;
  /** How long requests may take once the close has begun. */
  readonly requestsMs: number;
}

/** @throws InvalidOptionError naming the option that is unknown or wrong. */
export function attachSettings(options: AttachOptions): AttachSettings {
  onlyOptions(options, ['signals', 'shutdown', 'requestTimeout']);
  const { signals, shutdown = {}, requestTimeout = 10 } = options;
  return {
    signals: readSignals(signals),
    runsMs: shutdownLimitMs(shutdown),
    requestsMs: toDurationMs(requestTimeout, 'requestTimeout'),
  };
}
