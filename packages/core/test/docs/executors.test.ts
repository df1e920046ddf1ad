// The example of docs/executors.md is a program: it is these files, and it does what the page says.
import { readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { POOL_OPTIONS } from '../../src/executors/pool/options.ts';
import { blocks, readPage } from './snippets.ts';

const page = readPage('executors.md');
const textOf = (file: string) => readFileSync(new URL(file, import.meta.url), 'utf8');

test('the example of the page computes in a thread, and ends what never does', async () => {
  expect(blocks(page, 'ts')).toEqual([textOf('./executors-example.ts')]);
  expect(blocks(page, 'js')[0]).toBe(textOf('./count-primes.js'));
  const print = vi.spyOn(console, 'log').mockImplementation(() => {});
  const { scheduler } = await import('./executors-example.ts');
  await vi.waitUntil(() => print.mock.calls.length === 2, { timeout: 60_000 });
  expect(print.mock.calls).toEqual([
    ['small', 168],
    ['endless', 'timed out'],
  ]);
  print.mockRestore();
  await scheduler.shutdown();
}, 90_000);

test('names every option of pools', () => {
  expect(POOL_OPTIONS.filter((name) => !page.includes(name))).toEqual([]);
});
