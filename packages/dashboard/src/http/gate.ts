// What a request has to be before anybody looks at what it asks for: from where, under which name, of which site.
import { HttpProblem } from './problems.ts';

/** What the server knows of a request besides the request itself. */
export interface Connection {
  /** Address of whoever is connected. */
  readonly remoteAddress?: string | undefined;
  /** Address of the client, where a trusted proxy stands in between. @default remoteAddress */
  readonly clientAddress?: string | undefined;
  /** Where the dashboard is mounted, if the server knows. */
  readonly basePath?: string | undefined;
}

/** Methods that change nothing. */
export function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
}

/** @throws HttpProblem `wrong-host`: another name leads here, and a page of that name would be of one origin with us */
export function checkHost(url: URL, allowed: ReadonlySet<string> | null): void {
  if (allowed === null || allowed.has(url.hostname.toLowerCase())) return;
  throw new HttpProblem('wrong-host', `It answers to ${[...allowed].join(', ')}: see the option allowedHosts.`);
}

/** @throws HttpProblem `cross-site` for a change that a page of another site may have sent */
export function checkSameOrigin(request: Request, url: URL): void {
  const site = request.headers.get('sec-fetch-site');
  const origin = request.headers.get('origin');
  const isOwn = origin === null ? site === null || site === 'same-origin' : hostOf(origin) === url.host;
  if (isOwn && (site === null || site === 'same-origin')) return;
  throw new HttpProblem('cross-site', 'The request comes from another site.');
}

/** By host alone: in front of us there may be a proxy that speaks another protocol. */
function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}

const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'];

/** @throws HttpProblem `not-allowed` for a request that does not come straight from this machine */
export function checkLocal(request: Request, { remoteAddress }: Connection): void {
  const isForwarded = FORWARDED.some((name) => request.headers.has(name));
  if (remoteAddress !== undefined && isLoopback(remoteAddress) && !isForwarded) return;
  const why =
    remoteAddress === undefined
      ? 'the address of the client is not known'
      : 'the request does not come straight from this machine';
  throw new HttpProblem('not-allowed', `authorize is 'local-only', and ${why}.`);
}

function isLoopback(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(address);
}
