// What attackers try: each refused, and nothing done.
import { expect, test, vi } from 'vitest';
import { type AuditEntry, createDashboard } from '../../src/index.ts';
import { dashboard, LOCAL } from './bench.ts';

const JOB = { task: 'greet', trigger: { kind: 'interval', options: { hours: 1 } } };

test('there is no dashboard without a decision on who may do what', async () => {
  const { scheduler } = await dashboard();
  for (const options of [{}, { authorize: true }, { authorize: 'local' }, { authorize: null }])
    expect(() => createDashboard(scheduler, options as never)).toThrow(expect.objectContaining({ field: 'authorize' }));
  expect(() => createDashboard(scheduler, { authorize: () => true, readonly: true } as never)).toThrow(
    expect.objectContaining({ field: 'readonly' }),
  );
  await scheduler.shutdown();
});

test('everything is asked for, whatever the address looks like; what is denied is not even looked up', async () => {
  const authorize = vi.fn((_request: Request, action: string) => action === 'read' && false);
  const { send, scheduler } = await dashboard({ authorize });
  const getJobs = vi.spyOn(scheduler, 'getJobs');
  const paths = [
    ...[
      '/',
      '/index.html',
      '/page.js',
      '/api/v1/jobs',
      '/api/v1//jobs',
      '//api/v1/jobs',
      '/api/v1/jobs/',
      '/API/V1/jobs',
    ],
    ...[
      '/api/v1/JOBS',
      '/api/v1/%6aobs',
      '/api/v1/jobs%2f',
      '/api/v1/x/%2e%2e/jobs',
      '/api/v1/./jobs',
      '/api/v1/jobs/.',
      '/api/v1/..;/jobs',
    ],
    ...[
      '/api/v1/jobs%00',
      '/api/v1/jobs;x=1',
      '/api/v1/metrics',
      '/api/v1/openapi.json',
      '/api/v1/session',
      '/api/v1/events',
      '/x/api/v1/api/v1/jobs',
    ],
    ...[
      '/api/v1/%E0%A4%A',
      '/..%2fapi/v1/jobs',
      '/api/v1/jobs?_method=DELETE',
      '/api%2fv1/jobs',
      '/page.js/../../../etc/passwd.txt',
    ],
  ];
  for (const path of paths) {
    const { status } = await send(path);
    expect([path, [400, 403, 404, 307].includes(status)]).toEqual([path, true]);
    const removed = await send(path, {
      method: 'DELETE',
      headers: { 'x-http-method-override': 'GET', 'x-method-override': 'GET' },
    });
    expect([path, [400, 403, 404, 405, 307].includes(removed.status)]).toEqual([path, true]);
  }
  expect(getJobs).not.toHaveBeenCalled();
  await scheduler.shutdown();
});

test('a method cannot be put in the place of another', async () => {
  const { send, scheduler, api } = await dashboard({
    authorize: (_request, action) => action === 'read' || action === 'create' || action === 'change',
  });
  await api('/jobs/a', { method: 'PUT', body: JOB });
  for (const name of ['x-http-method-override', 'x-http-method', 'x-method-override'])
    await send('/api/v1/jobs/a?_method=DELETE', {
      method: 'POST',
      body: { _method: 'DELETE' },
      headers: { [name]: 'DELETE' },
    });
  expect((await api('/jobs/a', { method: 'DELETE' })).status).toBe(403);
  expect(await scheduler.getJob('a')).not.toBeNull();
  const answer = await send('/api/v1/jobs/a', { method: 'POST', body: {} });
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, PUT, PATCH, DELETE, HEAD, OPTIONS']);
  expect((await send('/api/v1/jobs', { method: 'OPTIONS' })).headers.get('allow')).toBe('GET, POST, HEAD, OPTIONS');
  const head = await send('/api/v1/jobs', { method: 'HEAD' });
  expect([head.status, await head.text()]).toEqual([200, '']);
  await scheduler.shutdown();
});

test('a decision that is none, or fails, refuses; an answer of the host’s own is sent', async () => {
  for (const decision of [undefined, null, 1, 'yes', {}, { allow: 'yes' }, Promise.resolve(undefined)])
    expect((await (await dashboard({ authorize: () => decision as never })).send('/api/v1/jobs')).status).toBe(403);
  const thrower = await dashboard({
    authorize: () => {
      throw new Error('down');
    },
  });
  expect((await thrower.send('/api/v1/jobs')).status).toBe(403);
  const login = await dashboard({
    authorize: () => new Response(null, { status: 302, headers: { location: '/login' } }),
  });
  expect((await login.send('/')).headers.get('location')).toBe('/login');
});

test('changes come from the own page, as JSON', async () => {
  const { send, scheduler } = await dashboard();
  const put = (headers: Record<string, string>, body: unknown = JOB) =>
    send('/api/v1/jobs/a', { method: 'PUT', body, headers });
  for (const headers of [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: 'http://localhost.evil.example' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'none' },
    { 'sec-fetch-site': 'cross-site', origin: 'http://localhost' },
  ])
    expect([headers, (await put(headers as Record<string, string>)).status]).toEqual([headers, 403]);
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/plain; application/json',
    'application/json+x',
  ])
    expect([type, (await put({ 'content-type': type })).status]).toEqual([type, 415]);
  expect((await put({ 'content-encoding': 'gzip' })).status).toBe(415);
  expect(await scheduler.getJobs()).toHaveLength(0);
  expect((await put({ origin: 'http://localhost', 'sec-fetch-site': 'same-origin' })).status).toBe(201);
  await scheduler.shutdown();
});

test('bodies are bounded in size, in time and in what they say', async () => {
  const { send, handler, scheduler, clock } = await dashboard({ maxBodyBytes: 1000, bodyTimeout: 5 });
  const put = (body: string) => send('/api/v1/jobs/a', { method: 'PUT', body });
  expect((await put(JSON.stringify({ ...JOB, name: 'x'.repeat(1000) }))).status).toBe(413);
  expect(
    (await send('/api/v1/jobs/a', { method: 'PUT', body: '{}', headers: { 'content-length': '10485760' } })).status,
  ).toBe(413);
  expect((await put('{"task":')).status).toBe(400);
  expect((await put('[]')).status).toBe(422);
  expect((await put('{"task":"greet","__proto__":{"polluted":1}}')).status).toBe(422);
  expect((await put(`{"task":"greet","args":${'['.repeat(400)}${']'.repeat(400)}}`)).status).toBeLessThan(500);
  expect(({} as { polluted?: number }).polluted).toBeUndefined();
  const slow = new Request('http://localhost/api/v1/jobs/a', {
    ...{ method: 'PUT', headers: { 'content-type': 'application/json' }, duplex: 'half' },
    body: new ReadableStream({ pull: () => new Promise(() => {}) }),
  } as RequestInit);
  const answer = handler(slow, LOCAL);
  for (let n = 0; n < 5; n++) await clock.turn();
  await clock.advance(5000);
  expect((await answer).status).toBe(408);
  await scheduler.shutdown();
});

test('local-only lets in who is here, under a local name, with no proxy in between', async () => {
  const { handler } = await dashboard({ authorize: 'local-only' });
  const status = async (url: string, remoteAddress: string | undefined, headers: Record<string, string> = {}) =>
    (await handler(new Request(url, { headers }), { remoteAddress })).status;
  const path = '/api/v1/session';
  for (const address of ['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1'])
    expect([address, await status(`http://localhost:3000${path}`, address)]).toEqual([address, 200]);
  expect(await status(`http://[::1]:3000${path}`, '::1')).toBe(200);
  expect(await status(`http://rebound.evil.example${path}`, '127.0.0.1')).toBe(421);
  expect(await status(`http://localhost${path}`, '10.0.0.1')).toBe(403);
  expect(await status(`http://localhost${path}`, undefined)).toBe(403);
  expect(await status(`http://localhost${path}`, '127.0.0.1', { 'x-forwarded-for': '127.0.0.1' })).toBe(403);
});

test('read-only means it, and previews still work', async () => {
  const { api, scheduler } = await dashboard({ readOnly: true });
  expect(await api('/jobs/a', { method: 'PUT', body: JOB })).toMatchObject({
    status: 403,
    body: { code: 'read-only' },
  });
  expect((await api('/preview', { method: 'POST', body: { trigger: JOB.trigger } })).status).toBe(200);
  expect((await api('/session')).body).toMatchObject({ readOnly: true, allowed: ['read'] });
  await scheduler.shutdown();
});

test('requests and changes have a rate', async () => {
  const { api, clock, scheduler } = await dashboard({ rateLimit: { requests: 100, changes: 3 } });
  for (let n = 0; n < 3; n++) expect((await api('/jobs/a', { method: 'PUT', body: JOB })).status).toBeLessThan(300);
  const refused = await api('/jobs/a', { method: 'PUT', body: JOB });
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '20']);
  await clock.advance(20_000);
  expect((await api('/jobs/a', { method: 'PUT', body: JOB })).status).toBe(200);
  const statuses = [];
  for (let n = 0; n < 140; n++) statuses.push((await api('/tasks')).status);
  expect(statuses.at(-1)).toBe(429);
  await scheduler.shutdown();
});

test('ids, errors and notes are data to every browser', async () => {
  const { api, send, scheduler } = await dashboard();
  const id = '"><img src=x onerror=alert(1)></script>';
  await api(`/jobs/${encodeURIComponent(id)}`, { method: 'PUT', body: { ...JOB, name: id } });
  for (const path of [
    '/api/v1/jobs',
    `/api/v1/jobs/${encodeURIComponent(id)}`,
    `/api/v1/jobs/${encodeURIComponent(`no${id}`)}`,
  ]) {
    const { headers } = await send(path);
    expect(headers.get('content-type')).toMatch(/^application\/(problem\+)?json/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('access-control-allow-origin')).toBeNull();
  }
  await scheduler.shutdown();
});

test('odd ids are taken to the letter, and the prototype is nobody', async () => {
  const { api, scheduler } = await dashboard();
  for (const id of [
    'a/b',
    '../x',
    "'; DROP TABLE run;--",
    '__proto__',
    'constructor',
    '%',
    'ü🚀',
    'a\r\nb',
    'api/v1/jobs',
  ]) {
    const path = `/jobs/${encodeURIComponent(id)}`;
    expect([id, (await api(path, { method: 'PUT', body: JOB })).status]).toEqual([id, 201]);
    expect((await api(path)).body.id).toBe(id);
  }
  expect((await api(`/jobs/${'x'.repeat(300)}`, { method: 'PUT', body: JOB })).status).toBe(422);
  expect((await api('/jobs/%00', { method: 'PUT', body: JOB })).status).toBe(422);
  await scheduler.shutdown();
});

test('the audit hears who did what, and who was not let', async () => {
  const entries: AuditEntry[] = [];
  const authorize = (request: Request, action: string) => ({
    allow: action !== 'remove',
    user: request.headers.get('x-user') ?? 'nobody',
  });
  const { api, scheduler } = await dashboard({ authorize, onAudit: (entry) => entries.push(entry) });
  const headers = { 'x-user': 'ada' };
  await api('/jobs/a', { method: 'PUT', body: { ...JOB, args: [{ token: 's3cret' }] }, headers });
  await api('/jobs/a/pause', { method: 'POST', body: { reason: 'x' }, headers });
  await api('/jobs/a', { method: 'DELETE', headers });
  await api('/jobs/none/pause', { method: 'POST', body: {}, headers });
  await api('/jobs', { headers });
  await api('/jobs/a/run', { method: 'POST', body: {}, headers: { ...headers, origin: 'http://evil.example' } });
  expect(
    entries.map(({ user, action, resource, outcome, code }) => [user, action, resource.id, outcome, code]),
  ).toEqual([
    ['ada', 'change', 'a', 'done', null],
    ['ada', 'pause', 'a', 'done', null],
    ['ada', 'remove', 'a', 'refused', 'not-allowed'],
    ['ada', 'pause', 'none', 'failed', 'job-not-found'],
    [null, 'run', 'a', 'refused', 'cross-site'],
  ]);
  expect(JSON.stringify(entries)).not.toContain('s3cret');
  await scheduler.shutdown();
});
