// A scheduler that is the program: start() holds until shutdown, and the signals of an orderly end drain it.
import { constants } from 'node:os';
import {
  type FlatConfiguration,
  InvalidOptionError,
  Scheduler,
  type SchedulerOptions,
  type ShutdownOptions,
  shutdownLimitMs,
} from '@sched/core';

/** How long each timer holds the process, in milliseconds. */
const HOLD_MS = 3_600_000;

const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM'];
/** No process can listen for these. */
const UNSTOPPABLE: readonly NodeJS.Signals[] = ['SIGKILL', 'SIGSTOP'];

/** How {@link BlockingScheduler.start} behaves. */
export interface BlockingOptions {
  /** Starts without firing until `resume()`. @default false */
  readonly paused?: boolean;
  /** Signals that shut down; a second one ends the process at once. @default ['SIGINT', 'SIGTERM'] */
  readonly signals?: readonly NodeJS.Signals[];
  /** How to shut down on a signal. @default { wait: true, timeout: 30 } */
  readonly shutdown?: ShutdownOptions;
}

/** Holds the process: `await scheduler.start()` resolves only when the scheduler has shut down. */
export class BlockingScheduler extends Scheduler {
  readonly #ended: Promise<void>;
  #end: () => void = () => {};

  /** @throws InvalidOptionError as {@link Scheduler} does. */
  constructor(options: SchedulerOptions | FlatConfiguration = {}) {
    super(options);
    this.#ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  /**
   * Starts, and resolves when the scheduler has shut down: by `shutdown()`, or because a signal asked for it.
   *
   * @throws InvalidOptionError naming the option that is wrong, before anything is opened.
   */
  override async start({ signals = SIGNALS, shutdown = {}, ...options }: BlockingOptions = {}): Promise<void> {
    const isSignals =
      Array.isArray(signals) && signals.every((name) => name in constants.signals && !UNSTOPPABLE.includes(name));
    if (!isSignals)
      throw new InvalidOptionError('signals', signals, `an array of signals such as ${SIGNALS.join(', ')}`);
    shutdownLimitMs(shutdown);
    const hold = this.#holdUntilSignal(signals, shutdown);
    try {
      await super.start(options);
      await Promise.race([this.#ended, hold.signalled]);
    } finally {
      hold.release();
    }
  }

  override async shutdown(options: ShutdownOptions = {}): Promise<void> {
    await super.shutdown(options);
    // Before the start there was nothing to end: it can still begin.
    if (this.state === 'shutdown') this.#end();
  }

  /** A promise does not keep the process alive; a timer does, also while the scheduler is paused and sets none. */
  #hold(): () => void {
    let timer = this.clock.setTimer(HOLD_MS, () => again());
    const again = () => {
      timer = this.clock.setTimer(HOLD_MS, () => again());
    };
    return () => timer.cancel();
  }

  /** Shuts down on the first of the signals; from then on their default applies again: a second one ends the process. */
  #holdUntilSignal(signals: readonly NodeJS.Signals[], options: ShutdownOptions) {
    const release = this.#hold();
    let onSignal = () => {};
    const unlisten = () => {
      for (const name of signals) process.off(name, onSignal);
    };
    const signalled = new Promise<void>((resolve, reject) => {
      onSignal = () => {
        unlisten();
        this.shutdown(options).then(resolve, reject);
      };
    });
    for (const name of signals) process.on(name, onSignal);
    return {
      signalled,
      release: () => {
        unlisten();
        release();
      },
    };
  }
}
