// The dashboard behind node:http, and behind everything that hands on its requests and responses: Express, Nest, Fastify's raw ones.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DashboardHandler } from '../dashboard.ts';
import { toRequest } from './to-request.ts';
import { writeResponse } from './write-response.ts';

/** A listener of node:http; also middleware, which passes on nothing but failures to answer. */
export type NodeHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  next?: (error?: unknown) => void,
) => Promise<void>;

/** The handler as a listener of node:http, or middleware of Express and Nest. Where it is mounted it takes from the request. */
export function toNodeHandler(handler: DashboardHandler): NodeHandler {
  return async (incoming, outgoing, next) => {
    const gone = new AbortController();
    outgoing.once('close', () => gone.abort());
    try {
      const { request, connection } = toRequest(incoming, gone.signal);
      if (request === null) refuse(outgoing);
      else await writeResponse(await handler(request, connection), outgoing, gone.signal);
    } catch (thrown) {
      if (next !== undefined && !outgoing.headersSent) next(thrown);
      else outgoing.destroy();
    }
  };
}

/** What is no request that anybody could mean. */
function refuse(outgoing: ServerResponse): void {
  outgoing.writeHead(400, { 'Content-Type': 'application/problem+json', Connection: 'close' });
  const title = 'The request cannot be read';
  outgoing.end(
    JSON.stringify({ type: 'urn:sched:problem:bad-request', title, status: 400, code: 'bad-request', detail: title }),
  );
}
