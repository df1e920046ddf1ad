// The dashboard as one function from a request to its answer.
import type { Scheduler } from '@sched/core';
import { answerRoute, type Desk } from './answer-route.ts';
import type { Context } from './api/route.ts';
import { Figures } from './figures/figures.ts';
import { PAGE_POLICY, toResponse } from './http/answer.ts';
import { type Connection, checkHost, isSafe } from './http/gate.ts';
import { placeOf } from './http/place.ts';
import { HttpProblem, problemOf } from './http/problems.ts';
import { RateLimiter } from './http/rate-limit.ts';
import { describe } from './live/describe.ts';
import { LiveEvents } from './live/live-events.ts';
import { checkScheduler, type DashboardOptions, dashboardSettings } from './options.ts';
import { pageFile } from './page-files.ts';

/**
 * Answers a request to the dashboard. `connection` is what the server knows besides: the address of the client, and where the dashboard is
 * mounted.
 */
export type DashboardHandler = (request: Request, connection?: Connection) => Promise<Response>;

/**
 * The REST API of a scheduler under `api/v1`, and the web page on it, as one fetch-style handler: at the root or below any path.
 *
 * @throws InvalidOptionError naming the option that is missing, unknown or wrong; there is no default for `authorize`.
 */
export function createDashboard(scheduler: Scheduler, options: DashboardOptions): DashboardHandler {
  checkScheduler(scheduler);
  const settings = dashboardSettings(options);
  const { redact, readOnly, title, rateLimit } = settings;
  const live: LiveEvents = new LiveEvents(scheduler, (event) => describe(context, event));
  const context: Context = {
    ...{ scheduler, live, redact, readOnly, title, figures: new Figures(scheduler) },
    get clock() {
      return scheduler.clock;
    },
  };
  const limiter = (perMinute: number | undefined) =>
    perMinute === undefined ? null : new RateLimiter(perMinute, () => scheduler.clock);
  const desk: Desk = { settings, context, changes: limiter(rateLimit?.changes) };
  const requests = limiter(rateLimit?.requests);
  return async (request, connection = {}) => {
    try {
      const url = new URL(request.url);
      checkHost(url, settings.allowedHosts);
      requests?.take(connection.clientAddress ?? connection.remoteAddress ?? '');
      const place = placeOf(url.pathname, connection.basePath ?? settings.basePath);
      if (place.kind === 'redirect') return toResponse({ status: 307, headers: { Location: place.to } });
      if (place.kind === 'api') return await answerRoute(desk, { request, url, connection }, place.segments);
      return await answerRoute(desk, { request, url, connection }, null, () => file(request, place.name));
    } catch (thrown) {
      return refusal(scheduler, request, thrown);
    }
  };
}

/** The error as it is answered; what nobody foresaw goes to the log. */
function refusal(scheduler: Scheduler, request: Request, thrown: unknown): Response {
  const { problem, headers } = problemOf(thrown, isSafe(request.method));
  if (problem.status === 500) {
    const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    scheduler.configuration.logger?.error(
      `[sched] the dashboard failed at ${request.method} ${new URL(request.url).pathname}: ${text}`,
    );
  }
  const answer = { status: problem.status, type: 'application/problem+json', body: JSON.stringify(problem), headers };
  return toResponse(answer, request.method);
}

/** A file of the page. Its name says nothing of its content, so that a browser has to ask whether it is still the same. */
async function file(request: Request, name: string): Promise<Response> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    const headers = { Allow: 'GET, HEAD' };
    if (request.method === 'OPTIONS') return toResponse({ status: 204, headers });
    throw new HttpProblem('method-not-allowed', 'The page is only to be read.', { headers });
  }
  const found = await pageFile(name);
  if (found === null) throw new HttpProblem('not-found', 'There is nothing at this address.');
  const headers = { ETag: found.etag, 'Cache-Control': 'no-cache', 'Content-Security-Policy': PAGE_POLICY };
  if (request.headers.get('if-none-match') === found.etag) return toResponse({ status: 304, headers });
  return toResponse({ status: 200, headers, type: found.contentType, body: found.body }, request.method);
}
