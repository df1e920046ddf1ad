// The MongoDB store beside others, and through outages of its server.
import { MongodbStore } from '../../../src/stores/mongodb/index.ts';
import { serverStoreCases } from '../server-store-cases.ts';

await serverStoreCases({
  kind: 'mongodb',
  make: (url, name) => new MongodbStore({ url, collectionPrefix: `${name}_` }),
  hears: true,
});
