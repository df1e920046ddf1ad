// A scheduler that is the program: start() holds until shutdown, and the signals of an orderly end drain it.
import { once } from 'node:events';
import { type FlatConfiguration, Scheduler, type SchedulerOptions, type ShutdownOptions } from '@sched/core';

/** How long each timer holds the process, in milliseconds. */
const HOLD_MS = 3_600_000;

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

  /** Starts, and resolves when the scheduler has shut down: by `shutdown()`, or because a signal asked for it. */
  override async start({
    signals = ['SIGINT', 'SIGTERM'],
    shutdown = {},
    ...options
  }: BlockingOptions = {}): Promise<void> {
    await super.start(options);
    const release = this.#hold();
    try {
      await Promise.race([this.#ended, this.#signalled(signals, shutdown)]);
    } finally {
      release();
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
  async #signalled(signals: readonly NodeJS.Signals[], options: ShutdownOptions): Promise<void> {
    const signal = new AbortController();
    const onSignal = () => signal.abort();
    for (const name of signals) process.once(name, onSignal);
    await Promise.race([this.#ended, once(signal.signal, 'abort')]);
    for (const name of signals) process.off(name, onSignal);
    if (signal.signal.aborted) await this.shutdown(options);
  }
}
