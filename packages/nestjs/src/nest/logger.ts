// What the scheduler has to say, in Nest's log.
import type { Logger as NestLogger } from '@nestjs/common';
import type { Logger, Scheduler } from '@sched/core';

/** Warnings and errors of a scheduler as lines of Nest's log, which says itself where they come from. */
export function toNestLogger(logger: NestLogger): Logger {
  const text = (message: string) => message.replace(/^\[sched\] /, '');
  return { warn: (message) => logger.warn(text(message)), error: (message) => logger.error(text(message)) };
}

/** Writes what runs say by `currentRun().log(…)`, unless logging is off. */
export function logRuns(scheduler: Scheduler, logger: NestLogger): void {
  scheduler.on('run:log', ({ jobId, message }) => {
    if (scheduler.configuration.logger !== null) logger.log(`${jobId}: ${message}`);
  });
}
