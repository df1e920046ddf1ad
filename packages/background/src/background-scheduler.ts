// A scheduler that runs beside the program: its timers never keep the process alive.
import { type FlatConfiguration, Scheduler, type SchedulerOptions, systemClock } from '@sched/core';

/**
 * Runs beside your program: `start()` returns once jobs fire, and the process ends when nothing else keeps it alive.
 * Call `shutdown()` before that if runs are to come to their end.
 */
export class BackgroundScheduler extends Scheduler {
  /** @throws InvalidOptionError as {@link Scheduler} does. */
  constructor(options: SchedulerOptions | FlatConfiguration = {}) {
    super(options, systemClock({ keepAlive: false }));
  }
}
