// The store contract with every second operation done by another process, on SQLite.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { SqliteStore } from '../../../src/stores/sqlite/index.ts';
import type { JobStore } from '../../../src/stores/store.ts';
import { storeContract } from '../../../src/testing/index.ts';
import { inTwoProcesses, OtherProcess } from './two-process-store.ts';

const directory = mkdtempSync(join(tmpdir(), 'sched-two-'));
let other: OtherProcess;
beforeAll(() => {
  other = new OtherProcess();
});
afterAll(() => {
  other.end();
  rmSync(directory, { recursive: true, force: true });
});

const files = new Map<JobStore, string>();

function openAt(url: string): JobStore {
  const store = inTwoProcesses(
    new SqliteStore({ url }),
    other,
    { module: 'sqlite', className: 'SqliteStore' },
    { url },
  );
  files.set(store, url);
  return store;
}

storeContract(
  {
    name: 'SqliteStore in two processes',
    create: () => openAt(join(directory, `${files.size}.sqlite`)),
    reopen: (closed) => openAt(files.get(closed) ?? ''),
  },
  { describe, it },
);
