// A request of node:http as the fetch API has it.
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { Connection } from '../http/gate.ts';

/** What frameworks put on their requests. */
interface Framed {
  /** Where the router is mounted: Express. */
  readonly baseUrl?: unknown;
  /** The address before routers have cut it: Express, Nest. */
  readonly originalUrl?: unknown;
  /** The body, where a parser has read it. */
  readonly body?: unknown;
  /** The address of the client, with proxies that are trusted: Express. */
  readonly ip?: unknown;
}

const HOST = /^(?:[a-z0-9_.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;
/** Methods that no request of the fetch API may have, and nobody means here. */
const FORBIDDEN = new Set(['CONNECT', 'TRACE', 'TRACK']);

/** The request, and what is known besides; null for one that cannot be understood. */
export function toRequest(
  incoming: IncomingMessage & Framed,
  signal: AbortSignal,
): { readonly request: Request | null; readonly connection: Connection } {
  const { method = 'GET', headers, socket } = incoming;
  const path = typeof incoming.originalUrl === 'string' ? incoming.originalUrl : (incoming.url ?? '');
  const host = headers.host ?? headers[':authority'] ?? 'localhost';
  const connection: Connection = {
    remoteAddress: socket.remoteAddress,
    ...(typeof incoming.ip === 'string' ? { clientAddress: incoming.ip } : {}),
    ...(typeof incoming.baseUrl === 'string' && incoming.baseUrl !== '' ? { basePath: pathOf(incoming.baseUrl) } : {}),
  };
  const protocol = 'encrypted' in socket ? 'https' : 'http';
  const url = `${protocol}://${host}${path}`;
  const isSound = typeof host === 'string' && HOST.test(host) && path.startsWith('/') && !FORBIDDEN.has(method);
  if (!isSound || !URL.canParse(url)) return { request: null, connection };
  const body = method === 'GET' || method === 'HEAD' ? null : bodyOf(incoming);
  if (body === undefined) return { request: null, connection };
  const init = { method, headers: headersOf(incoming), signal, body, duplex: 'half' } as RequestInit;
  return { request: new Request(url, init), connection };
}

/** As it stands in the path of the URL. */
function pathOf(baseUrl: string): string {
  return new URL(`http://localhost${baseUrl}`).pathname.replace(/\/$/, '');
}

function headersOf(incoming: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (name.startsWith(':') || value === undefined) continue;
    for (const each of Array.isArray(value) ? value : [value]) headers.append(name, each);
  }
  // A body that was parsed is written anew, and has another length.
  if (wasParsed(incoming))
    for (const name of ['content-length', 'content-encoding', 'transfer-encoding']) headers.delete(name);
  return headers;
}

type RequestBody = NonNullable<RequestInit['body']>;

/** Whether somebody has read the body before us. */
function wasParsed(incoming: IncomingMessage & Framed): boolean {
  return incoming.body !== undefined && (incoming.readableEnded || incoming.readableDidRead);
}

/** The body, read or not; undefined for one that a parser has read and nobody can write: it is nested too deeply. */
function bodyOf(incoming: IncomingMessage & Framed): RequestBody | null | undefined {
  if (!wasParsed(incoming)) return Readable.toWeb(incoming) as ReadableStream<Uint8Array>;
  const { body } = incoming;
  if (typeof body === 'string' || body instanceof Uint8Array) return body as RequestBody;
  try {
    return body === null ? null : JSON.stringify(body);
  } catch {
    return undefined;
  }
}
