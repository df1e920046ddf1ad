// The scheduler on every request: `req.scheduler`.
import type { Scheduler } from '@sched/core';
import { tiesOf } from './ties.ts';

declare global {
  // biome-ignore lint/style/noNamespace: requests of Express 4 and 5 are typed through this namespace and no other way.
  namespace Express {
    interface Request {
      /** The scheduler given to `schedulerMiddleware`. */
      scheduler: Scheduler;
    }
  }
}

/** Middleware of Express 4 and 5. */
export type SchedulerMiddleware = (
  request: Express.Request,
  response: unknown,
  next: (error?: unknown) => void,
) => void;

/**
 * Puts the scheduler on each request as `req.scheduler`. A request that comes while `attachScheduler` starts the
 * scheduler waits for it; when the start failed, its error goes to the app's error handler.
 */
export function schedulerMiddleware(scheduler: Scheduler): SchedulerMiddleware {
  const ties = tiesOf(scheduler);
  return (request, _response, next) => {
    request.scheduler = scheduler;
    if (ties.starting === null) next();
    else ties.starting.then(() => next(), next);
  };
}
