// Tells the log what nobody may be listening for: one line for each failed run and each change of a store's health.
import type { AnySchedulerEvent, EventHub } from './events.ts';

/** Takes messages: `console`, or the logger of a framework. */
export interface Logger {
  warn(message: string): void;
  error(message: string): void;
}

/** Writes warnings and errors to whatever logger is configured at the time. Arguments of jobs are never written. */
export function logEvents(events: EventHub, logger: () => Logger | null): void {
  const error = (event: AnySchedulerEvent) => logger()?.error(`[sched] ${sentence(event)}`);
  const warn = (event: AnySchedulerEvent) => logger()?.warn(`[sched] ${sentence(event)}`);
  events.on('run:failed', error);
  events.on('run:timed-out', error);
  events.on('run:lost', error);
  events.on('job:error', error);
  events.on('scheduler:error', error);
  events.on('job-store:degraded', error);
  events.on('job-store:recovered', warn);
  events.on('job-store:notice', warn);
  events.on('clock:jumped', warn);
  events.on('clock:skewed', warn);
  events.on('task:unknown', warn);
  events.on('executor:unknown', warn);
}

function sentence(event: AnySchedulerEvent): string {
  switch (event.type) {
    case 'run:failed':
    case 'run:timed-out':
      return `run ${event.run.id} ${event.run.state}: ${event.error.stack ?? event.error.message}`;
    case 'run:lost':
      return `run ${event.run.id} was lost: the process that executed it died or could not renew its lease`;
    case 'job:error':
      return `job '${event.jobId}' in '${event.jobStore}' was set aside: ${event.error}`;
    case 'scheduler:error':
      return `error in ${event.during}: ${event.error.stack ?? event.error.message}`;
    case 'job-store:degraded':
      return `job store '${event.alias}' fails and is tried again: ${event.error.message}`;
    case 'job-store:recovered':
      return `job store '${event.alias}' works again after ${Math.round(event.downMs)} ms`;
    case 'job-store:notice':
      return `job store '${event.alias}': ${event.notice}`;
    case 'clock:jumped':
      return `the system clock jumped by ${Math.round(event.byMs)} ms`;
    case 'clock:skewed':
      return `the clock of job store '${event.jobStore}' is ${event.byMs} ms ahead of this process's; jobs fire by the store's`;
    case 'task:unknown':
      return `${event.waiting} jobs or runs in '${event.jobStore}' wait for the task '${event.task}', which is not registered here`;
    case 'executor:unknown':
      return `${event.waiting} runs in '${event.jobStore}' wait for the executor '${event.executor}', which this scheduler lacks`;
    default:
      return event.type;
  }
}
