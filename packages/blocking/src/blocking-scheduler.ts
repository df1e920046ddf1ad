// A scheduler that is the program: start() holds until shutdown, and the signals of an orderly end drain it.
import {
  type FlatConfiguration,
  holdProcess,
  readSignals,
  Scheduler,
  type SchedulerOptions,
  type ShutdownOptions,
  shutdownLimitMs,
} from '@sched/core';

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
  override async start({ signals, shutdown = {}, ...options }: BlockingOptions = {}): Promise<void> {
    shutdownLimitMs(shutdown);
    const hold = this.#holdUntilSignal(readSignals(signals), shutdown);
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

  /** Shuts down on the first of the signals; from then on their default applies again: a second one ends the process. */
  #holdUntilSignal(signals: readonly NodeJS.Signals[], options: ShutdownOptions) {
    const release = holdProcess(this.clock);
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
