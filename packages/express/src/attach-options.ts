// How a scheduler ends with its server: the options, checked before anything is tied.
import { constants } from 'node:os';
import { type DurationInput, InvalidOptionError, type ShutdownOptions, shutdownLimitMs } from '@sched/core';

const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM'];
/** No process can listen for these. */
const UNSTOPPABLE: readonly NodeJS.Signals[] = ['SIGKILL', 'SIGSTOP'];

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

const OPTION_NAMES: readonly string[] = ['signals', 'shutdown', 'requestTimeout'];

/** @throws InvalidOptionError naming the option that is unknown or wrong. */
export function attachSettings(options: AttachOptions): AttachSettings {
  if (typeof options !== 'object' || options === null) throw new InvalidOptionError('options', options, 'an object');
  for (const [name, value] of Object.entries(options)) {
    if (!OPTION_NAMES.includes(name))
      throw new InvalidOptionError(name, value, `one of the options ${OPTION_NAMES.join(', ')}`);
  }
  const { signals = SIGNALS, shutdown = {}, requestTimeout = 10 } = options;
  return {
    signals: checkSignals(signals),
    runsMs: shutdownLimitMs(shutdown),
    requestsMs: requestLimitMs(requestTimeout),
  };
}

function checkSignals(signals: unknown): readonly NodeJS.Signals[] {
  const isSignals =
    Array.isArray(signals) && signals.every((name) => name in constants.signals && !UNSTOPPABLE.includes(name));
  if (!isSignals) throw new InvalidOptionError('signals', signals, `an array of signals such as ${SIGNALS.join(', ')}`);
  return signals;
}

/** The time limit of a shutdown, under this option's name. */
function requestLimitMs(timeout: DurationInput): number {
  try {
    return shutdownLimitMs({ timeout });
  } catch {
    throw new InvalidOptionError('requestTimeout', timeout, 'a number of seconds or an object such as { minutes: 2 }');
  }
}
