// The worst moments, one by one, on each store: what is recorded, accepted and drained then is what was promised.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, it } from 'vitest';
import { freshDatabase, freshName, serviceUrl } from '../../../packages/core/test/services.ts';
import type { StoreAddress, StoreType } from '../src/stores.ts';
import { type Evidence, faultsOf } from './rig/checks.ts';
import { staleRejected } from './rig/report.ts';
import * as scenes from './rig/scenes.ts';

const directory = mkdtempSync(join(tmpdir(), 'sched-directed-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Leases of the processes in the scene of draining, in milliseconds: the first is enough where a machine has nothing else to do. */
const DRAIN_LEASES_MS = [2000, 6000, 20_000];

/** Types of store, with the URL of a server where they need one; '' where there is none. */
const STORES: readonly (readonly [type: StoreType, url: string | null])[] = [
  ['sqlite', null],
  ['postgres', await serviceUrl('postgres')],
  ['mysql', await serviceUrl('mysql')],
  ['redis', await serviceUrl('redis')],
  ['mongodb', await serviceUrl('mongodb')],
];

describe.concurrent.each(STORES)('%s', { timeout: 600_000 }, (type, url) => {
  const played = async (play: (scene: scenes.Scene) => Promise<Evidence>) => {
    await using place = await emptyPlace(type, url);
    return await play({ address: place.address, mutant: null });
  };

  it.skipIf(url === '')('records nothing from a process that slept since it claimed the job', async ({ expect }) => {
    const left = await played(scenes.stalledCommit);
    expect(faultsIn(left)).toEqual([]);
    expect(left.entries.filter(({ what }) => what === 'conflict')).not.toEqual([]);
  });

  it.skipIf(url === '')('accepts no end from a process that slept through its lease', async ({ expect }) => {
    const left = await played(scenes.stalledFinish);
    expect(faultsIn(left)).toEqual([]);
    expect(staleRejected(left)).toBeGreaterThan(0);
  });

  it.skipIf(url === '')('runs again what died with its process', async ({ expect }) => {
    const left = await played(scenes.deathInBody);
    expect(faultsIn(left)).toEqual([]);
    // More than twice where the machine was too busy to renew a lease in time.
    expect(left.runs.map(({ state }) => state)).toEqual(['succeeded']);
    expect(left.runs[0]?.attempt).toBeGreaterThan(1);
  });

  it.skipIf(url === '')('steals nothing from a process that drains', async ({ expect }) => {
    // On a machine that is busy with something else a process may fail to renew a short lease: then it gets a longer one.
    for (const leaseMs of DRAIN_LEASES_MS) {
      const left = await played((scene) => scenes.drain(scene, leaseMs));
      expect(faultsIn(left)).toEqual([]);
      expect(left.runs.filter(({ state }) => state === 'succeeded')).not.toEqual([]);
      if (left.runs.every(({ attempt }) => attempt <= 1)) return;
    }
    expect.unreachable(`runs were stolen, even with leases of ${DRAIN_LEASES_MS.at(-1)} ms`);
  });
});

function faultsIn(left: Evidence): string[] {
  return Object.values(faultsOf(left)).flat();
}

/** A place of the test's own with nothing in it. */
async function emptyPlace(
  type: StoreType,
  server: string | null,
): Promise<{ readonly address: StoreAddress } & AsyncDisposable> {
  if (server === null) {
    const address = { type, url: join(directory, `${freshName()}.sqlite`) };
    return { address, [Symbol.asyncDispose]: async () => undefined };
  }
  const { url, name, drop } = await freshDatabase(server);
  return { address: { type, url, ...(type === 'redis' ? { prefix: name } : {}) }, [Symbol.asyncDispose]: drop };
}
