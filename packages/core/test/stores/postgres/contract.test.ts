// The PostgreSQL store against the contract, on a real server.
import { describe, it } from 'vitest';
import { PostgresStore } from '../../../src/stores/postgres/index.ts';
import { storeContract } from '../../../src/testing/index.ts';
import { PostgresBench, server } from './postgres-bench.ts';

const bench = new PostgresBench();

describe.skipIf(server === '')('on PostgreSQL', () => {
  // One set of tables for all cases: to make them takes longer than most cases.
  const tablePrefix = 'contract_';
  const open = () => new PostgresStore({ url: bench.url, tablePrefix, clock: 'host', listen: false });
  storeContract(
    {
      name: 'PostgresStore',
      create: open,
      reopen: open,
      dispose: () => bench.run('TRUNCATE contract_job, contract_run, contract_process').then(() => {}),
    },
    { describe, it },
  );
});
