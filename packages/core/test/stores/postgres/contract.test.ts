// The PostgreSQL store against the contract, on a real server.
import { describe, it } from 'vitest';
import { PostgresStore } from '../../../src/stores/postgres/index.ts';
import type { JobStore } from '../../../src/stores/store.ts';
import { storeContract } from '../../../src/testing/index.ts';
import { freshDatabase, freshName, serviceUrl } from '../../services.ts';

const server = await serviceUrl('postgres');

describe.skipIf(server === '')('on PostgreSQL', async () => {
  const { url } = server === '' ? { url: '' } : await freshDatabase(server);
  const prefixes = new Map<JobStore, string>();
  const openAt = (tablePrefix: string) => {
    const store = new PostgresStore({ url, tablePrefix, clock: 'host', listen: false });
    prefixes.set(store, tablePrefix);
    return store;
  };
  storeContract(
    {
      name: 'PostgresStore',
      create: () => openAt(freshName()),
      reopen: (closed) => openAt(prefixes.get(closed) ?? ''),
    },
    { describe, it },
  );
});
