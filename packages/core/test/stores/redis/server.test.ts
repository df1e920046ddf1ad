// The RedisStore beside others, and through outages of its server.
import { RedisStore } from '../../../src/stores/redis/index.ts';
import { serverStoreCases } from '../server-store-cases.ts';

await serverStoreCases({
  kind: 'redis',
  make: (url, prefix) => new RedisStore({ url, prefix }),
  hears: true,
});
