// The table of routes.
import { JOB_ACTION_ROUTES } from './handlers/job-actions.ts';
import { JOB_ROUTES } from './handlers/jobs.ts';
import { OVERVIEW_ROUTES } from './handlers/overview.ts';
import { PREVIEW_ROUTES } from './handlers/preview.ts';
import { RUN_ROUTES } from './handlers/runs.ts';
import { SYSTEM_ROUTES } from './handlers/system.ts';
import { TIMELINE_ROUTES } from './handlers/timeline.ts';
import { openApiDocument, openApiRoute } from './openapi.ts';
import type { Route } from './route.ts';

const HANDLED: readonly Route[] = [
  ...JOB_ROUTES,
  ...JOB_ACTION_ROUTES,
  ...PREVIEW_ROUTES,
  ...RUN_ROUTES,
  ...TIMELINE_ROUTES,
  ...OVERVIEW_ROUTES,
  ...SYSTEM_ROUTES,
];

/** Every route there is. */
export const ROUTES: readonly Route[] = [...HANDLED, openApiRoute(() => openApiDocument(HANDLED))];

const SPLIT = ROUTES.map((route) => ({ route, pattern: route.path.slice(1).split('/') }));

/** The routes of a path, one for each method, and what its parameters are. */
export function routesAt(segments: readonly string[]): {
  routes: readonly Route[];
  params: Readonly<Record<string, string>>;
} {
  const matching = SPLIT.filter(({ pattern }) => matches(pattern, segments));
  const [first] = matching;
  const params = (first?.pattern ?? []).flatMap((part, index) =>
    part.startsWith(':') ? [[part.slice(1), segments[index] ?? ''] as const] : [],
  );
  return { routes: matching.map(({ route }) => route), params: Object.fromEntries(params) };
}

function matches(pattern: readonly string[], segments: readonly string[]): boolean {
  return (
    pattern.length === segments.length &&
    pattern.every((part, index) => part.startsWith(':') || part === segments[index])
  );
}
