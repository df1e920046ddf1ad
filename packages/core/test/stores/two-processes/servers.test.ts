// The store contract with every second operation done by another process, on each server there is.
import { afterAll, beforeAll, describe, it } from 'vitest';
import { MongodbStore } from '../../../src/stores/mongodb/index.ts';
import { MysqlStore } from '../../../src/stores/mysql/index.ts';
import { PostgresStore } from '../../../src/stores/postgres/index.ts';
import { RedisStore } from '../../../src/stores/redis/index.ts';
import type { JobStore } from '../../../src/stores/store.ts';
import { storeContract } from '../../../src/testing/index.ts';
import { freshDatabase, freshName, type ServiceKind, serviceUrl } from '../../services.ts';
import { inTwoProcesses, OtherProcess } from './two-process-store.ts';

/** A kind of store, the class in its module, and the option that keeps one store's rows apart from another's. */
interface Kind {
  readonly kind: ServiceKind;
  readonly Store: new (options: { readonly [option: string]: unknown }) => JobStore;
  readonly apart: string;
}

const KINDS: readonly Kind[] = [
  { kind: 'postgres', Store: PostgresStore, apart: 'tablePrefix' },
  { kind: 'mysql', Store: MysqlStore, apart: 'tablePrefix' },
  { kind: 'redis', Store: RedisStore, apart: 'prefix' },
  { kind: 'mongodb', Store: MongodbStore, apart: 'collectionPrefix' },
];

let other: OtherProcess;
beforeAll(() => {
  other = new OtherProcess();
});
afterAll(() => other.end());

for (const { kind, Store, apart } of KINDS) {
  const server = await serviceUrl(kind);
  const url = server === '' ? '' : (await freshDatabase(server)).url;
  const names = new Map<JobStore, string>();
  const openAt = (name: string) => {
    const options = { url, [apart]: name, clock: 'host' };
    const store = inTwoProcesses(new Store(options), other, { module: kind, className: Store.name }, options);
    names.set(store, name);
    return store;
  };
  describe.skipIf(server === '')(kind, () => {
    storeContract(
      {
        name: `${Store.name} in two processes`,
        create: () => openAt(freshName()),
        reopen: (closed) => openAt(names.get(closed) ?? ''),
      },
      { describe, it },
    );
  });
}
