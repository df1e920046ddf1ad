// The Redis store against the contract, on a real server.
import { describe, it } from 'vitest';
import { RedisStore } from '../../../src/stores/redis/index.ts';
import type { JobStore } from '../../../src/stores/store.ts';
import { storeContract } from '../../../src/testing/index.ts';
import { freshName, serviceUrl } from '../../services.ts';

const url = await serviceUrl('redis');
const prefixes = new Map<JobStore, string>();

function openAt(prefix: string): JobStore {
  const store = new RedisStore({ url, prefix, clock: 'host' });
  prefixes.set(store, prefix);
  return store;
}

describe.skipIf(url === '')('Redis', () => {
  storeContract(
    {
      name: 'RedisStore',
      create: () => openAt(freshName()),
      reopen: (closed) => openAt(prefixes.get(closed) ?? ''),
    },
    { describe, it },
  );
});
