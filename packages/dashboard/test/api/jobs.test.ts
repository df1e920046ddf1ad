// Jobs over HTTP: conditions, validation, arguments, words.
import { expect, test } from 'vitest';
import { dashboard } from './bench.ts';

const HOURLY = { task: 'greet', trigger: { kind: 'cron', options: { minute: 0, timezone: 'Europe/Berlin' } } };

test('a change that rests on what the job was is refused once somebody else changed it; a fire is no change', async () => {
  const { api, clock, scheduler } = await dashboard();
  const { headers } = await api('/jobs/a', { method: 'PUT', body: HOURLY });
  const etag = headers.get('etag') ?? '';
  await clock.advance(2 * 3_600_000);
  expect((await api('/jobs/a')).headers.get('etag')).toBe(etag);
  expect((await api('/jobs/a', { headers: { 'if-none-match': etag } })).status).toBe(304);
  const mine = { method: 'PATCH', headers: { 'if-match': etag } };
  expect((await api('/jobs/a', { ...mine, body: { name: 'first' } })).status).toBe(200);
  expect(await api('/jobs/a', { ...mine, body: { name: 'second' } })).toMatchObject({
    status: 412,
    body: { code: 'job-changed' },
  });
  expect((await api('/jobs/a', { method: 'DELETE', headers: { 'if-match': etag } })).status).toBe(412);
  expect((await api('/jobs/a', { method: 'PUT', body: HOURLY, headers: { 'if-match': etag } })).status).toBe(412);
  expect((await api('/jobs/a', { method: 'PUT', body: HOURLY, headers: { 'if-none-match': '*' } })).status).toBe(412);
  expect((await api('/jobs/new', { method: 'PUT', body: HOURLY, headers: { 'if-match': etag } })).status).toBe(412);
  expect((await api('/jobs/a')).body.name).toBe('first');
  await scheduler.shutdown();
});

test('what is wrong is named, with what was expected', async () => {
  const { api, scheduler } = await dashboard();
  await api('/jobs/a', { method: 'PUT', body: HOURLY });
  const refused: [path: string, method: string, body: unknown, status: number, field: string | undefined][] = [
    ['/jobs/a', 'PATCH', { nmae: 'x' }, 422, 'nmae'],
    ['/jobs/a', 'PATCH', { policies: { maxInstances: 0 } }, 422, 'policies.maxInstances'],
    ['/jobs/a', 'PATCH', { policies: { bogus: 1 } }, 422, 'bogus'],
    ['/jobs/a', 'PATCH', { trigger: { kind: 'cron', options: { hour: 25 } } }, 422, 'hour'],
    ['/jobs/a', 'PATCH', { args: [{ $date: 'no' }] }, 422, 'args[0]'],
    ['/jobs/a', 'PATCH', { args: ['[redacted]'] }, 422, 'args'],
    ['/jobs/a', 'PATCH', { executor: 'none' }, 422, undefined],
    ['/jobs/b', 'PUT', { task: 'unknown' }, 422, undefined],
    ['/jobs', 'POST', { ...HOURLY, id: 'a' }, 409, undefined],
    ['/jobs/none/pause', 'POST', {}, 404, undefined],
    ['/preview', 'POST', { trigger: { kind: 'cron', options: { crontab: '0 0 * * 8-' } } }, 422, 'dayOfWeek'],
  ];
  for (const [path, method, body, status, field] of refused) {
    const answer = await api(path, { method, body });
    expect([path, JSON.stringify(body), answer.status, answer.body.field]).toEqual([
      path,
      JSON.stringify(body),
      status,
      field,
    ]);
  }
  for (const query of ['limit=0', 'limit=1000', 'limit=x', 'state=odd', 'bogus=1', 'search=a&search=b', 'cursor=bogus'])
    expect([query, (await api(`/jobs?${query}`)).status]).toEqual([query, 400]);
  await scheduler.shutdown();
});

test('policies of every kind are written and read', async () => {
  const { api, scheduler } = await dashboard();
  await api('/jobs/a', { method: 'PUT', body: HOURLY });
  const policies = {
    ...{ killGrace: 5, keepResult: true, pauseOnFailure: 2, maxRuns: 10 },
    ...{ startDate: '2020-01-01T00:00:00.000Z', endDate: '2099-01-01T00:00:00.000Z' },
  };
  const patched = await api('/jobs/a', { method: 'PATCH', body: { policies } });
  expect([patched.status, (await api('/jobs/a')).body.policies]).toMatchObject([200, policies]);
  const none = {
    killGrace: null,
    keepResult: false,
    pauseOnFailure: null,
    maxRuns: null,
    startDate: null,
    endDate: null,
  };
  await api('/jobs/a', { method: 'PATCH', body: { policies: none } });
  expect((await api('/jobs/a')).body.policies).toMatchObject(none);
  await scheduler.shutdown();
});

test('arguments of every kind come and go', async () => {
  const { api, scheduler } = await dashboard();
  const args = [
    1,
    null,
    'x',
    { $date: '2026-01-01T00:00:00.000Z' },
    { $map: [['k', { $bigint: '12' }]] },
    { $set: [1] },
    { $bytes: 'AQI=' },
    { $object: [['$x', 1]] },
    { $number: 'NaN' },
    { $undefined: true },
  ];
  const { body } = await api('/jobs/a', { method: 'PUT', body: { ...HOURLY, args } });
  expect(body).toMatchObject({ args, argsRedacted: false });
  expect((await scheduler.getJob('a'))?.args[3]).toEqual(new Date('2026-01-01'));
  await scheduler.shutdown();
});

test('a preview marks where the clock changes, in the words of the viewer', async () => {
  const { api, scheduler } = await dashboard();
  const trigger = { kind: 'cron', options: { hour: 2, minute: 30, timezone: 'Europe/Berlin' } };
  const { body } = await api('/preview', {
    method: 'POST',
    body: { trigger, count: 3, from: '2026-03-28T00:00:00Z' },
    headers: { 'accept-language': 'xx,de;q=0.5' },
  });
  expect(body.explain).toContain('02:30');
  expect(body.explain).toMatch(/Uhr|um/);
  expect(
    body.fires.map(({ local, clockChange }: { local: string; clockChange: object | null }) => [local, clockChange]),
  ).toEqual([
    ['2026-03-28T02:30:00+01:00', null],
    [
      '2026-03-29T03:30:00+02:00',
      { at: '2026-03-29T01:00:00.000Z', timezone: 'Europe/Berlin', fromOffsetMinutes: 60, toOffsetMinutes: 120 },
    ],
    ['2026-03-30T02:30:00+02:00', null],
  ]);
  await scheduler.shutdown();
});

test('secrets are nowhere to be seen', async () => {
  const { api, clock, scheduler, send } = await dashboard();
  const events = await send('/api/v1/events');
  const reader = events.body?.getReader();
  await api('/jobs/a', {
    method: 'PUT',
    body: { task: 'fail', args: [{ password: 'hunter2', url: 'postgres://u:hunter2@h/db' }] },
  });
  await clock.advance(1000);
  const { body: runs } = await api('/runs');
  const run = await api(`/runs/${encodeURIComponent(runs.items[0].id)}`);
  const seen = [
    await api('/jobs'),
    await api('/jobs/a'),
    runs,
    run.body,
    await api('/metrics'),
    await api('/statistics'),
  ];
  let streamed = '';
  while (!streamed.includes('run:failed')) streamed += new TextDecoder().decode((await reader?.read())?.value);
  await reader?.cancel();
  expect(JSON.stringify(seen) + streamed).not.toContain('hunter2');
  expect(run.body.error).toContain('password=[redacted]');
  await scheduler.shutdown();
});

test('lists come by next run time or by id, in parts, each job once', async () => {
  const { api, scheduler } = await dashboard();
  for (const [id, hour] of [
    ['b', 1],
    ['a', 3],
    ['c', 2],
  ] as const)
    await api(`/jobs/${id}`, { method: 'PUT', body: { task: 'greet', trigger: { kind: 'cron', options: { hour } } } });
  const all = async (sort: string) => {
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = await api(
        `/jobs?limit=2&sort=${sort}${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
      );
      seen.push(...body.items.map(({ id }: { id: string }) => id));
      cursor = body.cursor ?? '';
    } while (cursor !== '');
    return seen;
  };
  expect(await all('nextRunTime')).toEqual(['b', 'c', 'a']);
  expect(await all('id')).toEqual(['a', 'b', 'c']);
  await scheduler.shutdown();
});
