// docs/runs.md tells the truth: its programs compile and do what they say, and it leaves out no policy.
import { expect, test } from 'vitest';
import { DEFAULT_POLICIES, policyOptions } from '../../src/jobs/policies.ts';
import { faults, play, readPage, snippets } from './snippets.ts';

const page = readPage('runs.md');
const programs = snippets(page);

test('names every policy', () => {
  const rows = page.split('\n').filter((line) => line.startsWith('| `'));
  const missing = Object.keys(policyOptions(DEFAULT_POLICIES)).filter(
    (name) => !rows.some((row) => row.split('|')[1]?.includes(`\`${name}\``)),
  );
  expect(missing).toEqual([]);
});

test('its programs compile', () => {
  expect(programs.length).toBeGreaterThan(4);
  expect(faults(programs)).toEqual([]);
}, 120_000);

test.each(programs)('$title', async (program) => {
  expect(await play(program, '2026-01-01T00:00:00Z')).toEqual([]);
});
