// A fresh database belongs to one test file, whatever others do on the same server.
import { describe, expect, it } from 'vitest';
import { freshDatabase, freshName, serviceUrl } from '../services.ts';
import { openNotes } from './notes.ts';

describe('freshName', () => {
  it('is never the same, and a plain identifier', () => {
    const names = Array.from({ length: 1_000 }, freshName);
    expect(new Set(names).size).toBe(1_000);
    for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9]{1,15}$/);
  });
});

for (const kind of ['redis', 'postgres', 'mysql', 'mongodb'] as const) {
  const url = await serviceUrl(kind);

  describe.skipIf(url === '')(`a fresh database of ${kind}`, () => {
    const open = (database: { url: string; name: string }) => openNotes(database.url, `${database.name}_notes`);

    it('shares nothing with another one', async () => {
      await using ours = await freshDatabase(url);
      await using theirs = await freshDatabase(url);
      // The same name in both, where there are databases to keep them apart.
      const name = kind === 'redis' ? theirs.name : ours.name;
      const [a, b] = [await open(ours), await open({ url: theirs.url, name })];
      await a.add('ours');
      expect(await b.all()).toEqual([]);
      await Promise.all([a.close(), b.close()]);
    });

    it('is empty once it was dropped, and its neighbour is not', async () => {
      await using kept = await freshDatabase(url);
      const dropped = await freshDatabase(url);
      const neighbour = await open(kept);
      const notes = await open(dropped);
      await neighbour.add('kept');
      await notes.add('dropped');
      await notes.close();
      await dropped.drop();
      expect(await textsLeft(dropped)).toEqual([]);
      expect(await neighbour.all()).toEqual(['kept']);
      await neighbour.close();
    });

    /** What is still under the name; a database that is gone holds nothing. */
    async function textsLeft(database: { url: string; name: string }): Promise<readonly string[]> {
      const notes = await open(database).catch((error: unknown) => {
        expect(String(error)).toMatch(/does not exist|Unknown database/);
      });
      const texts = (await notes?.all()) ?? [];
      await notes?.close();
      return texts;
    }
  });
}
