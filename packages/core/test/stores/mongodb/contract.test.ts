// The MongoDB store against the contract, on a real server.
import { describe, it } from 'vitest';
import { storeContract } from '../../../src/testing/index.ts';
import { serviceUrl } from '../../services.ts';
import { MongodbBench } from './mongodb-bench.ts';

const server = await serviceUrl('mongodb');

describe.skipIf(server === '')('on a real server', () => {
  const bench = new MongodbBench(server);
  storeContract({ name: 'MongodbStore', create: () => bench.store(), reopen: () => bench.store() }, { describe, it });
});
