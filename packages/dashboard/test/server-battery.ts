// One battery over every server that the dashboard is put behind: at the root, and below a prefix that nobody told it.
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { dashboard } from './api/bench.ts';

/** A server that listens. */
export interface Served {
  readonly url: string;
  close(): Promise<unknown>;
}

/** Serves the dashboard of a scheduler below a prefix. */
export type Serve = (bench: Awaited<ReturnType<typeof dashboard>>, prefix: string) => Promise<Served>;

const JOB = { task: 'greet', trigger: { kind: 'interval', options: { hours: 1 } } };

/** The tests of one server. */
export function testServer(serve: Serve): void {
  test.each(['', '/ops/sched'])("at '%s/'", async (prefix) => {
    const bench = await dashboard({ authorize: 'local-only' });
    onTestFinished(() => bench.scheduler.shutdown());
    const served = await serve(bench, prefix);
    onTestFinished(async () => void (await served.close()));
    const api = `${served.url}${prefix}/api/v1`;
    const json = async (path: string, method = 'GET', body?: unknown, headers: Record<string, string> = {}) => {
      const response = await fetch(`${api}${path}`, {
        method,
        headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return {
        status: response.status,
        headers: response.headers,
        body: await response.text().then((text) => (text === '' ? null : JSON.parse(text))),
      };
    };
    const id = encodeURIComponent('a/b ü');
    expect((await json(`/jobs/${id}`, 'PUT', JOB)).status).toBe(201);
    expect((await json(`/jobs/${id}`)).body).toMatchObject({ id: 'a/b ü' });
    expect((await json(`/jobs/${id}/pause`, 'POST', {})).body).toMatchObject({ state: 'paused' });
    expect((await json(`/jobs/${id}`, 'PATCH', { nmae: 1 })).status).toBe(422);
    expect((await json('/jobs?limit=1')).body.items).toHaveLength(1);
    expect((await json('/jobs?bogus=1')).status).toBe(400);
    expect((await json('/nothing')).body).toMatchObject({ status: 404 });
    expect((await json(`/jobs/${id}`, 'PATCH', {}, { origin: 'http://evil.example' })).status).toBe(403);
    expect((await json('/jobs', 'PUT', {})).status).toBe(405);
    expect((await fetch(`${api}/jobs`, { method: 'HEAD' })).status).toBe(200);
    await oneOfManyChanges((name, headers) => json(`/jobs/${id}`, 'PUT', { ...JOB, name }, headers));
    expect((await json(`/jobs/${id}`, 'DELETE')).status).toBe(204);
    await pageIsServed(`${served.url}${prefix}/`);
    await eventsArrive(api, () => bench.scheduler.addJob('greet', 'interval', { hours: 1, id: 'live' }));
    await rawTricksAreRefused(served.url, prefix);
  });
}

/** Of changes that rest on the same revision, and come at once, one is made. */
async function oneOfManyChanges(
  put: (name: string, headers: Record<string, string>) => Promise<{ status: number; headers: Headers }>,
) {
  const etag = (await put('before', {})).headers.get('etag') ?? '';
  const answers = await Promise.all(Array.from({ length: 8 }, (_, n) => put(`by ${n}`, { 'if-match': etag })));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, ...new Array(7).fill(412)]);
}

async function pageIsServed(url: string) {
  const page = await fetch(url);
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
  const etag = page.headers.get('etag') ?? '';
  expect(await page.text()).toContain('page.js');
  expect((await fetch(url, { headers: { 'if-none-match': etag } })).status).toBe(304);
  expect((await fetch(`${url}page.js`)).headers.get('content-type')).toContain('javascript');
  expect((await fetch(`${url}other.js`)).status).toBe(404);
}

/** Hears an event, leaves, and hears after coming back what happened meanwhile. */
async function eventsArrive(api: string, happen: () => Promise<unknown>) {
  const leave = new AbortController();
  const stream = await fetch(`${api}/events`, { signal: leave.signal });
  expect(stream.headers.get('content-type')).toContain('text/event-stream');
  await happen();
  const text = await readUntil(stream, 'job:added');
  const [, lastId = ''] = /id: (\S+)/.exec(text) ?? [];
  leave.abort();
  const before = lastId.replace(/\d+$/, (number) => String(Number(number) - 1));
  const again = new AbortController();
  const resumed = await fetch(`${api}/events`, { signal: again.signal, headers: { 'last-event-id': before } });
  expect(await readUntil(resumed, 'job:added')).toContain(`id: ${lastId}`);
  again.abort();
  const lost = new AbortController();
  const reset = await fetch(`${api}/events`, { signal: lost.signal, headers: { 'last-event-id': 'other-1' } });
  expect(await readUntil(reset, 'event: ')).toContain('event: reset');
  lost.abort();
}

async function readUntil({ body }: Response, wanted: string): Promise<string> {
  const reader = body?.getReader();
  let text = '';
  while (!text.includes(wanted)) {
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
    if (done) break;
    text += new TextDecoder().decode(value);
  }
  expect(text).toContain(wanted);
  return text;
}

/** What no client library would send: the server must neither answer with data nor fall over. */
async function rawTricksAreRefused(url: string, prefix: string) {
  const { port, hostname } = new URL(url);
  const send = (text: string) =>
    new Promise<string>((resolve) => {
      const socket = connect(Number(port), hostname);
      let answer = '';
      socket.on('data', (chunk) => {
        answer += chunk;
        socket.end();
      });
      socket.on('close', () => resolve(answer));
      socket.on('error', () => resolve(answer));
      socket.end(text);
    });
  const head = 'Connection: close\r\n\r\n';
  const put = (headers: string, body: string) =>
    `PUT ${prefix}/api/v1/jobs/x HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n${headers}${head}${body}`;
  const tricks = [
    put('Origin: http://localhost\r\nOrigin: http://evil.example\r\n', JSON.stringify(JOB)),
    put('', JSON.stringify({ ...JOB, args: 0 }).replace('0', `${'['.repeat(20_000)}${']'.repeat(20_000)}`)),
    put('', JSON.stringify({ ...JOB, trigger: { kind: '__proto__', options: {} } })),
    `GET ${prefix}/api/v1/jobs. HTTP/1.1\r\nHost: localhost\r\n${head}`,
    `GET ${prefix}/api/v1/jobs?limit=1e9 HTTP/1.1\r\nHost: localhost\r\n${head}`,
    `GET ${prefix}/api/v1/jobs?cursor=e30 HTTP/1.1\r\nHost: localhost\r\n${head}`,
    `GET ${prefix}/api/v1/jobs HTTP/1.1\r\nHost: [::1\r\n${head}`,
    `GET ${prefix}/api/v1/jobs HTTP/1.1\r\nHost: rebound.evil.example\r\n${head}`,
    `GET ${prefix}/api/v1/jobs HTTP/1.1\r\nHost: 127.0.0.1/x@evil.example\r\n${head}`,
    `GET ${prefix}//api/v1//jobs HTTP/1.1\r\nHost: localhost\r\n${head}`,
    `GET http://evil.example${prefix}/api/v1/jobs HTTP/1.1\r\nHost: localhost\r\n${head}`,
    `TRACE ${prefix}/api/v1/jobs HTTP/1.1\r\nHost: localhost\r\n${head}`,
    `PUT ${prefix}/api/v1/jobs/x HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: -1\r\n${head}`,
    `PUT ${prefix}/api/v1/jobs/x HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}`,
  ];
  for (const trick of tricks) expect([trick, /^HTTP\/1.1 [45]\d\d/.test(await send(trick))]).toEqual([trick, true]);
  expect((await fetch(`${url}${prefix}/api/v1/jobs`)).status).toBe(200);
}
