// Answers as they leave: what every one of them carries, and how each kind of body is written.

/** The answer of a handler. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, unless `type` says otherwise; nothing is sent if it is undefined. */
  readonly body?: unknown;
  /** Content type of a body that is text, bytes or a stream as it is. */
  readonly type?: string;
}

/** On everything. Data is for nobody's cache; nothing of it is ever a page, a script or part of somebody's frame. */
const SAFE_HEADERS: Readonly<Record<string, string>> = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** For data: nothing may be loaded, whatever a browser takes it for. */
const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox";

/** For the page: its own script, style and data, and nothing else. */
export const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** The answer as it is sent; to a HEAD request, without its body. */
export function toResponse({ status, headers = {}, body, type }: Answer, method = 'GET'): Response {
  const isEmpty = body === undefined || method === 'HEAD';
  const bytes = isEmpty
    ? null
    : type === undefined
      ? JSON.stringify(body)
      : (body as string | ReadableStream<Uint8Array>);
  if (method === 'HEAD' && body instanceof ReadableStream) void body.cancel();
  return new Response(bytes, {
    status,
    headers: {
      ...SAFE_HEADERS,
      'Content-Security-Policy': DATA_POLICY,
      'Cache-Control': 'no-store',
      ...(body === undefined ? {} : { 'Content-Type': type ?? 'application/json; charset=utf-8' }),
      ...headers,
    },
  });
}
