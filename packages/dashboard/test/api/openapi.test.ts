// The OpenAPI document against the handlers: every route stands in it, and what each answers is what it says.
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect, test } from 'vitest';
import { ROUTES } from '../../src/api/routes.ts';
import { dashboard } from './bench.ts';

type Document = {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, { readonly responses: Record<string, { readonly content?: object }> }>>;
};

async function checked() {
  const bench = await dashboard();
  const { body } = await bench.api('/openapi.json');
  const document = body as Document;
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema({ ...document, $id: 'http://doc.example/doc' } as never);
  const seen = new Set<string>();
  /** Asks, and holds the answer to what the document says of the route. */
  const ask = async (
    method: string,
    route: string,
    path: string,
    more: { body?: unknown; headers?: Record<string, string> } = {},
  ) => {
    const answer = await bench.api(path, { method, ...more });
    const operation = document.paths[route]?.[method.toLowerCase()];
    const response = operation?.responses[answer.status] === undefined ? 'default' : String(answer.status);
    const content = operation?.responses[response]?.content;
    const type = answer.headers.get('content-type')?.split(';')[0] ?? '';
    if (answer.status !== 204) {
      expect(content, `${method} ${route} ${answer.status} ${JSON.stringify(answer.body)}`).toHaveProperty([type]);
      const pointer = ['paths', route, method.toLowerCase(), 'responses', response, 'content', type, 'schema'];
      const validate = ajv.getSchema(
        `http://doc.example/doc#/${pointer
          .map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1'))
          .map(encodeURIComponent)
          .join('/')}`,
      );
      expect(validate, pointer.join(' ')).toBeDefined();
      validate?.(answer.body);
      expect(validate?.errors ?? [], `${method} ${path}: ${JSON.stringify(answer.body)}`).toEqual([]);
    }
    seen.add(`${method} ${route}`);
    return answer;
  };
  return { ...bench, document, ask, seen };
}

test('every route is in the document, and every answer is as it says', async () => {
  const { document, ask, seen, scheduler, clock } = await checked();
  expect(document.openapi).toBe('3.1.0');
  const job = {
    task: 'greet',
    args: ['eu', { $date: '2026-01-01T00:00:00.000Z' }],
    tags: ['a'],
    trigger: { kind: 'cron', options: { minute: '*/10' } },
  };
  expect((await ask('PUT', '/jobs/{id}', '/jobs/a%2Fb', { body: job })).status).toBe(201);
  expect((await ask('PUT', '/jobs/{id}', '/jobs/a%2Fb', { body: job })).status).toBe(200);
  expect((await ask('POST', '/jobs', '/jobs', { body: { ...job, id: 'second', task: 'fail' } })).status).toBe(201);
  expect((await ask('GET', '/jobs', '/jobs?recent=5&search=s&state=active&tag=a')).body.items).toHaveLength(1);
  expect((await ask('GET', '/jobs/{id}', '/jobs/a%2Fb')).status).toBe(200);
  expect(
    (
      await ask('PATCH', '/jobs/{id}', '/jobs/a%2Fb', {
        body: { name: 'n', policies: { timeout: 5, retry: { maxAttempts: 2 } } },
      })
    ).status,
  ).toBe(200);
  expect(
    (await ask('POST', '/jobs/{id}/pause', '/jobs/a%2Fb/pause', { body: { reason: 'lunch' } })).body,
  ).toMatchObject({ state: 'paused', note: 'lunch' });
  expect((await ask('POST', '/jobs/{id}/resume', '/jobs/a%2Fb/resume', { body: {} })).body).toMatchObject({
    state: 'active',
  });
  expect((await ask('GET', '/jobs/{id}/fire-times', '/jobs/a%2Fb/fire-times?count=3')).body.fires).toHaveLength(3);
  expect((await ask('POST', '/preview', '/preview', { body: { trigger: job.trigger } })).status).toBe(200);
  const { body: run } = await ask('POST', '/jobs/{id}/run', '/jobs/second/run', { body: {} });
  await clock.advance(1000);
  const backfilled = await ask('POST', '/jobs/{id}/backfill', '/jobs/a%2Fb/backfill', {
    body: { from: '2025-12-31T00:00:00Z', to: '2025-12-31T03:00:00Z' },
  });
  expect(backfilled).toMatchObject({ status: 202, body: { added: 19, next: null } });
  await clock.advance(1000);
  expect((await ask('GET', '/runs', '/runs?jobId=second&state=failed')).body.items).toHaveLength(2);
  const path = `/runs/${encodeURIComponent(run.id)}`;
  expect((await ask('GET', '/runs/{id}', path)).body).toMatchObject({ state: 'failed', canRetry: true });
  expect((await ask('POST', '/runs/{id}/retry', `${path}/retry`, { body: {} })).status).toBe(202);
  await ask('POST', '/runs/{id}/cancel', `${path}/cancel`, { body: {} });
  const timeline = await ask('GET', '/timeline', '/timeline?from=2025-12-31T00:00:00Z&until=2026-01-01T02:00:00Z');
  expect(timeline.body.lanes.map(({ jobId }: { jobId: string }) => jobId).sort()).toEqual(['a/b', 'second']);
  expect((await ask('GET', '/statistics', '/statistics')).body).toMatchObject({ jobs: { total: 2, active: 2 } });
  const { body: heat } = await ask('GET', '/heatmap', '/heatmap?timezone=Asia/Kathmandu');
  expect(heat.cells.flat().reduce((sum: number, count: number) => sum + count, 0)).toBeGreaterThan(2000);
  for (const name of ['session', 'health', 'stores', 'executors', 'processes', 'tasks', 'metrics', 'openapi.json']) {
    expect([name, (await ask('GET', `/${name}`, `/${name}`)).status]).toEqual([name, 200]);
  }
  expect((await ask('DELETE', '/jobs/{id}', '/jobs/a%2Fb')).status).toBe(204);
  expect((await ask('GET', '/jobs/{id}', '/jobs/a%2Fb')).body).toMatchObject({ status: 404, code: 'job-not-found' });
  // The stream never ends; it has tests of its own.
  seen.add('GET /events');
  const routes = ROUTES.map(({ method, path: at }) => `${method} ${at.replaceAll(/:(\w+)/g, '{$1}')}`);
  expect([...seen].sort()).toEqual(routes.sort());
  const documented = Object.entries(document.paths).flatMap(([at, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${at}`),
  );
  expect(documented.sort()).toEqual(routes.sort());
  await scheduler.shutdown();
});
