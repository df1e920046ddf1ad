// The public surface of `@sched/dashboard`, names only.

export { type RedactContext, redactSecrets } from './api/json/redact.ts';
export type * from './api/types.ts';
export type { AuditEntry, Authorize, Decision, Resource, ResourceKind } from './authorize.ts';
export { createDashboard, type DashboardHandler } from './dashboard.ts';
export type { Connection } from './http/gate.ts';
export type { DashboardOptions, RateLimit } from './options.ts';
