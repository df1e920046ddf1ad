// Tokens of runs that are claimed together.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { RunRecord } from '../../../src/jobs/records.ts';
import { keptToken, spreadTokens, tokenFrom } from '../../../src/stores/mongodb/tokens.ts';

const generation = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 10_000_000 }));
const owned = fc.record({ generation });

it('are all different, and of those that were set aside', () => {
  fc.assert(
    fc.property(fc.array(owned, { maxLength: 60 }), (runs) => {
      const { count, distances } = spreadTokens(runs);
      expect(new Set(distances).size).toBe(runs.length);
      for (const distance of distances) {
        expect(distance).toBeGreaterThanOrEqual(0);
        expect(distance).toBeLessThan(count);
      }
    }),
  );
});

it('come back from what is kept of them', () => {
  fc.assert(
    fc.property(owned, fc.integer({ min: 0, max: 2 ** 50 }), (run, token) => {
      expect(tokenFrom(keptToken({ ...run, token } as RunRecord), run)).toBe(token);
    }),
  );
});

it('of runs of different jobs are kept as the same number', () => {
  const runs = Array.from({ length: 1000 }, (_, n) => ({ generation: 70_000 - 7 * n }));
  const { distances, count } = spreadTokens(runs);
  const kept = runs.map((run, n) => keptToken({ ...run, token: 5 + (distances[n] ?? 0) } as RunRecord));
  expect(new Set(kept).size).toBe(1);
  expect(count).toBeLessThan(70_000);
});
