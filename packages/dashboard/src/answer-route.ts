// One request through its route: whether it may, what it says, who answers, and what the audit is told.
import { checkBody, readQuery } from './api/query.ts';
import type { Call, Context, Route } from './api/route.ts';
import { routesAt } from './api/routes.ts';
import type { Action } from './api/types.ts';
import { decide, type Permit, type Resource } from './authorize.ts';
import { toResponse } from './http/answer.ts';
import { readJson } from './http/body.ts';
import { type Connection, checkLocal, checkSameOrigin, isSafe } from './http/gate.ts';
import { nothingHere } from './http/place.ts';
import { HttpProblem, problemOf } from './http/problems.ts';
import type { RateLimiter } from './http/rate-limit.ts';
import type { DashboardSettings } from './options.ts';

/** What requests are answered with. */
export interface Desk {
  readonly settings: DashboardSettings;
  readonly context: Context;
  /** How often somebody may change something; null = without limit. */
  readonly changes: RateLimiter | null;
}

/** A request, and what is known of it. */
export interface Asked {
  readonly request: Request;
  readonly url: URL;
  readonly connection: Connection;
}

/** Answers for a path of the API or, without one, with the file of the page that `file` reads. */
export async function answerRoute(
  desk: Desk,
  asked: Asked,
  segments: readonly string[] | null,
  file: (() => Promise<Response>) | null = null,
): Promise<Response> {
  if (segments === null) {
    const permit = await permitFor(desk, asked, 'read', { kind: 'page' });
    if (!permit.allow) return permit.answer ?? refuse();
    return (await file?.()) ?? refuse();
  }
  const { request } = asked;
  const { routes, params } = routesAt(segments);
  if (routes.length === 0) throw nothingHere();
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const headers = { Allow: allowedMethods(routes).join(', ') };
  if (method === 'OPTIONS') return toResponse({ status: 204, headers });
  const route = routes.find((each) => each.method === method);
  if (route === undefined) throw new HttpProblem('method-not-allowed', `There is ${headers.Allow} here.`, { headers });
  return await pass(desk, asked, route, params);
}

function allowedMethods(routes: readonly Route[]): string[] {
  const methods: string[] = routes.map(({ method }) => method);
  return [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'];
}

type Params = Readonly<Record<string, string>>;

/** What somebody does, as the audit tells it. */
interface Deed {
  readonly resource: Resource;
  user: string | null;
  input: unknown;
  isBegun: boolean;
}

async function pass(desk: Desk, asked: Asked, route: Route, params: Params): Promise<Response> {
  const deed: Deed = {
    resource: await resourceOf(desk.context, route, params, asked.url),
    user: null,
    input: null,
    isBegun: false,
  };
  try {
    const response = await admitted(desk, asked, { route, params, deed });
    audit(desk, asked, { ...deed, action: route.action }, { status: response.status, code: null });
    return response;
  } catch (thrown) {
    const { problem } = problemOf(thrown, isSafe(asked.request.method));
    audit(desk, asked, { ...deed, action: route.action }, problem);
    throw thrown;
  }
}

async function admitted(
  desk: Desk,
  asked: Asked,
  { route, params, deed }: { readonly route: Route; readonly params: Params; readonly deed: Deed },
): Promise<Response> {
  const { settings, context } = desk;
  const { request, url, connection } = asked;
  if (!isSafe(request.method)) checkSameOrigin(request, url);
  if (settings.readOnly && route.action !== 'read') throw new HttpProblem('read-only', 'Nothing can be changed here.');
  const permit = await permitFor(desk, asked, route.action, deed.resource);
  deed.user = permit.user;
  if (!permit.allow) return permit.answer ?? refuse();
  if (route.action !== 'read')
    desk.changes?.take(permit.user ?? connection.clientAddress ?? connection.remoteAddress ?? '');
  const query = readQuery(route.query, url.searchParams);
  const body = await bodyOf(desk, request, route);
  deed.input = body;
  deed.isBegun = true;
  const may = async (action: Action) =>
    (action === 'read' || !settings.readOnly) && (await permitFor(desk, asked, action, deed.resource)).allow;
  const call: Call = {
    params,
    query,
    body,
    may,
    headers: request.headers,
    user: permit.user,
    signal: request.signal,
    locales: localesOf(request, url),
  };
  return toResponse(await route.handler(context, call as Call<never, never>), request.method);
}

async function permitFor(
  { settings, context }: Desk,
  asked: Asked,
  action: Action,
  resource: Resource,
): Promise<Permit> {
  const { authorize } = settings;
  if (authorize === 'local-only') {
    checkLocal(asked.request, asked.connection);
    return { allow: true, user: null, answer: null };
  }
  try {
    return await decide(() => authorize(asked.request, action, resource));
  } catch (thrown) {
    const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    context.scheduler.configuration.logger?.error(`[sched] the dashboard's authorize failed: ${text}`);
    return { allow: false, user: null, answer: null };
  }
}

function refuse(): never {
  throw new HttpProblem('not-allowed', 'You may not do this.');
}

/** What the request is about; of a run also the job, so that rights on jobs hold for their runs. */
async function resourceOf({ scheduler }: Context, route: Route, params: Params, url: URL): Promise<Resource> {
  const { id } = params;
  const jobStore = url.searchParams.get('jobStore');
  const where = jobStore === null ? {} : { jobStore };
  if (id === undefined) return { kind: route.resource, ...where };
  if (route.resource !== 'run') return { kind: route.resource, id, ...where };
  const run = await scheduler.getRun(id).catch(() => null);
  return run === null ? { kind: 'run', id } : { kind: 'run', id, jobId: run.jobId, jobStore: run.jobStore };
}

async function bodyOf({ settings, context }: Desk, request: Request, route: Route): Promise<unknown> {
  if (isSafe(request.method) || request.method === 'DELETE' || route.body === null) return null;
  const limits = { maxBytes: settings.maxBodyBytes, timeoutMs: settings.bodyTimeoutMs, clock: context.clock };
  return checkBody(route.body, await readJson(request, limits));
}

/** Languages of the viewer: the one asked for, then those the browser has. */
function localesOf(request: Request, url: URL): string[] {
  const accepted = (request.headers.get('accept-language') ?? '').slice(0, 500).split(',');
  const asked = [url.searchParams.get('locale') ?? '', ...accepted.map((part) => part.split(';')[0] ?? '')];
  return asked.map((tag) => tag.trim()).filter((tag) => /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i.test(tag));
}

/** Tells what somebody did, or was not let do. What is only read is not told. */
function audit(
  desk: Desk,
  asked: Asked,
  deed: Deed & { readonly action: Action },
  { status, code }: { readonly status: number; readonly code: string | null },
): void {
  if (deed.action === 'read') return;
  const { settings, context } = desk;
  const { clientAddress, remoteAddress } = asked.connection;
  const isDone = code === null && status < 400 && deed.isBegun;
  const entry = {
    ...{ at: new Date(context.clock.now()), user: deed.user, address: clientAddress ?? remoteAddress ?? null },
    ...{ action: deed.action, resource: deed.resource, status, code },
    input: settings.redact(deed.input, { kind: 'input' }),
    outcome: isDone ? ('done' as const) : deed.isBegun ? ('failed' as const) : ('refused' as const),
  };
  const logger = context.scheduler.configuration.logger;
  try {
    if (settings.onAudit !== null) settings.onAudit(entry);
    else logger?.warn(`[sched] dashboard: ${JSON.stringify({ ...entry, input: undefined })}`);
  } catch (thrown) {
    logger?.error(
      `[sched] the dashboard's onAudit failed: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
    );
  }
}
