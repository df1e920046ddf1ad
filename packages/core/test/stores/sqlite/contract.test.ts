// The SQLite store against the contract, with each driver that this Node.js has.
import { mkdtempSync, rmSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, it } from 'vitest';
import { SqliteStore } from '../../../src/stores/sqlite/index.ts';
import type { JobStore } from '../../../src/stores/store.ts';
import { storeContract } from '../../../src/testing/index.ts';

const directory = mkdtempSync(join(tmpdir(), 'sched-sqlite-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

for (const driver of ['better-sqlite3', 'node:sqlite'] as const) {
  if (driver === 'node:sqlite' && !isBuiltin(driver)) continue;
  const files = new Map<JobStore, string>();
  const openAt = (url: string) => {
    const store = new SqliteStore({ url, driver });
    files.set(store, url);
    return store;
  };
  storeContract(
    {
      name: `SqliteStore on ${driver}`,
      create: () => openAt(join(directory, `${driver.slice(0, 4)}-${files.size}.sqlite`)),
      reopen: (closed) => openAt(files.get(closed) ?? ''),
    },
    { describe, it },
  );
}
