// The MySQL store beside others, and through outages of its server.
import { MysqlStore } from '../../../src/stores/mysql/index.ts';
import { serverStoreCases } from '../server-store-cases.ts';

await serverStoreCases({
  kind: 'mysql',
  make: (url, tablePrefix) => new MysqlStore({ url, tablePrefix }),
  hears: false,
});
