// What holds a process and what ends it, for packages whose schedulers do: the scheduler itself does neither.
import { constants } from 'node:os';
import type { Clock } from '../clock.ts';
import { InvalidOptionError } from '../errors.ts';

/** Signals that ask a process to end in order. */
const END_SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM'];
/** No process can listen for these. */
const UNSTOPPABLE: readonly NodeJS.Signals[] = ['SIGKILL', 'SIGSTOP'];

/** How long each timer holds the process, in milliseconds. */
const HOLD_MS = 3_600_000;

/** The signals of an option `signals`; SIGINT and SIGTERM where it is left out. @throws InvalidOptionError */
export function readSignals(signals: unknown = END_SIGNALS): readonly NodeJS.Signals[] {
  const isSignals =
    Array.isArray(signals) && signals.every((name) => name in constants.signals && !UNSTOPPABLE.includes(name));
  if (isSignals) return signals;
  throw new InvalidOptionError('signals', signals, `an array of signals such as ${END_SIGNALS.join(', ')}`);
}

/** Keeps the process alive, as a promise does not, until the answer is called. */
export function holdProcess(clock: Clock): () => void {
  const again = () => clock.setTimer(HOLD_MS, () => (timer = again()), true);
  let timer = again();
  return () => timer.cancel();
}
