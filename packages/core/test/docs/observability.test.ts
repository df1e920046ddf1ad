// The example of docs/observability.md is a program: it is this file, and it does what the page says.
import { readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { blocks, readPage } from './snippets.ts';

test('the example of the page makes a span of the run, and a child of it', async () => {
  const example = readFileSync(new URL('./observability-example.ts', import.meta.url), 'utf8');
  expect(blocks(readPage('observability.md'), 'ts')).toEqual([example]);
  const print = vi.spyOn(console, 'dir').mockImplementation(() => {});
  await import('./observability-example.ts');
  const spans = print.mock.calls.map(([span]) => span);
  const run = spans.find((span) => span.name === 'run report');
  const query = spans.find((span) => span.name === 'query');
  expect(run.attributes).toMatchObject({ 'sched.task': 'report', 'sched.outcome': 'succeeded' });
  expect(query.parentSpanContext.spanId).toBe(run.id);
  print.mockRestore();
});
