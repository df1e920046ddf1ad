// The MariaDB or MySQL store against the contract, on a real server.
import { describe, it } from 'vitest';
import { MysqlStore } from '../../../src/stores/mysql/index.ts';
import type { JobStore } from '../../../src/stores/store.ts';
import { storeContract } from '../../../src/testing/index.ts';
import { freshDatabase, freshName, serviceUrl } from '../../services.ts';

const server = await serviceUrl('mysql');

describe.skipIf(server === '')('on MariaDB or MySQL', async () => {
  const { url } = server === '' ? { url: '' } : await freshDatabase(server);
  const prefixes = new Map<JobStore, string>();
  const openAt = (tablePrefix: string) => {
    const store = new MysqlStore({ url, tablePrefix, clock: 'host' });
    prefixes.set(store, tablePrefix);
    return store;
  };
  storeContract(
    {
      name: 'MysqlStore',
      create: () => openAt(freshName()),
      reopen: (closed) => openAt(prefixes.get(closed) ?? ''),
    },
    { describe, it },
  );
});
