// The dashboard as middleware of Express: mounted wherever the app likes, without being told where.
import type { Scheduler } from '@sched/core';
import { createDashboard, type DashboardOptions } from '@sched/dashboard';
import { type NodeHandler, toNodeHandler } from '@sched/dashboard/node';

/** Middleware of Express 4 and 5 that answers everything below the place it is mounted at. */
export type SchedRouter = NodeHandler;

/**
 * REST API and dashboard of a scheduler: `app.use('/ops/sched', schedRouter(scheduler, { authorize }))`. A body that the app has parsed
 * already is taken as it is, with the size limit of that parser; the address of the client is `req.ip`.
 *
 * @throws InvalidOptionError naming the option that is missing, unknown or wrong; there is no default for `authorize`.
 */
export function schedRouter(scheduler: Scheduler, options: Omit<DashboardOptions, 'basePath'>): SchedRouter {
  return toNodeHandler(createDashboard(scheduler, options));
}
