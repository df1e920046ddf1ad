// The dashboard on an app: wherever it is mounted, and never without a decision on who may do what.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Scheduler } from '@sched/core';
import { expect, test } from 'vitest';
import { schedRouter } from '../src/index.ts';
import { VERSIONS } from './apps.ts';

test.each(VERSIONS)('%s serves it below any router, behind whatever parsed the body', async (_name, express) => {
  const scheduler = new Scheduler({ logger: null });
  await scheduler.start();
  const router = express
    .Router()
    .use('/sched', schedRouter(scheduler, { authorize: (_request, action) => action !== 'remove' }));
  const server = createServer(express().use(express.json()).use('/ops', router));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const api = `http://127.0.0.1:${(server.address() as AddressInfo).port}/ops/sched/api/v1`;
  const body = JSON.stringify({ trigger: { kind: 'cron', options: { hour: 9 } }, count: 2 });
  const preview = await fetch(`${api}/preview`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json' },
  });
  expect(await preview.json()).toMatchObject({ fires: [{}, {}] });
  expect((await fetch(`${api}/jobs/a`, { method: 'DELETE' })).status).toBe(403);
  expect((await fetch(`${api.replace('/ops', '')}/jobs`)).status).toBe(404);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await scheduler.shutdown();
});

test('refuses to be made without authorize', () => {
  expect(() => schedRouter(new Scheduler(), {} as never)).toThrow(expect.objectContaining({ field: 'authorize' }));
});
