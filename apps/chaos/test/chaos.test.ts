// Six processes and fifty jobs on each store that processes can share, while processes are killed and stopped, connections
// cut, replies lost and servers killed. SCHED_CHAOS_SECONDS says for how long, SCHED_CHAOS_SEED repeats the faults of a run.
import { afterAll, describe, expect, it } from 'vitest';
import { BACKENDS, freshBackend } from './rig/backends.ts';
import { type Chaos, chaos } from './rig/chaos.ts';
import { type Faults, faultsOf } from './rig/checks.ts';
import { SEED } from './rig/random.ts';
import { header, line } from './rig/report.ts';

const SECONDS = Number(process.env['SCHED_CHAOS_SECONDS'] ?? 11);
const LEAST_FAULTS = 20;

const lines: string[] = [];
afterAll(() => console.log([`chaos of ${SECONDS} s, SCHED_CHAOS_SEED=${SEED}`, header(), ...lines].join('\n')));

// As long as the machine takes: what stands still is found out by the rig.
describe('chaos', { timeout: (SECONDS + 600) * 1000 }, () => {
  for (const { type, isThere } of BACKENDS) {
    it.skipIf(!isThere)(`${type}: nothing is lost, nothing is done twice, no limit is passed`, async () => {
      await using backend = await freshBackend(type);
      await chaos(backend, SEED, SECONDS * 1000, (left) => judge(type, left));
    });
  }
});

function judge(type: string, left: Chaos): void {
  const faults = faultsOf(left);
  lines.push(line(type, left, faults));
  const isBad = left.deaths.length > 0 || Object.values(faults).some((found) => found.length > 0);
  const where = isBad ? `seed ${SEED}, files in ${left.keep()}` : '';
  expect(shortened(faults), where).toEqual(shortened(NO_FAULTS));
  expect(left.deaths, where).toEqual([]);
  expect(left.done.kill).toBeGreaterThanOrEqual(LEAST_FAULTS);
  expect(left.done.stop).toBeGreaterThanOrEqual(LEAST_FAULTS);
  expect(left.sampleCount).toBeGreaterThan(0);
}

const NO_FAULTS: Faults = {
  onceRecorded: [],
  noneLost: [],
  newestAccepted: [],
  limitKept: [],
  comesToRest: [],
  repeatedUnderNewToken: [],
};

/** The first of each kind: one fault may come with hundreds of its like. */
function shortened(faults: Faults): object {
  const entries = Object.entries(faults).map(([name, found]) => [
    name,
    { count: found.length, first: found.slice(0, 5) },
  ]);
  return Object.fromEntries(entries);
}
