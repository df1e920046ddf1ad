// The PostgresStore beside others, and through outages of its server.
import { PostgresStore } from '../../../src/stores/postgres/index.ts';
import { serverStoreCases } from '../server-store-cases.ts';

await serverStoreCases({
  kind: 'postgres',
  make: (url, tablePrefix) => new PostgresStore({ url, tablePrefix }),
  hears: true,
});
