// Which NestJS the other tests are on: one that is meant for another version would else pass on this one.
import manifest from '@nestjs/core/package.json' with { type: 'json' };
import { expect, test } from 'vitest';

const expected = process.env['SCHED_TEST_NEST'] ?? '11';

test(`is ${expected}`, () => {
  expect(manifest.version.split('.', 1)).toEqual([expected]);
});
