// The servers of a run: real ones, shared or private, that lose nothing when they are killed and leave nothing behind.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canStart, freshDatabase, freshName, type Server, serviceUrl, startServer } from '../services.ts';
import { connected } from './connections.ts';
import { openNotes } from './notes.ts';

const KINDS = ['redis', 'postgres', 'mysql', 'mongodb'] as const;
const urls = new Map(await Promise.all(KINDS.map(async (kind) => [kind, await serviceUrl(kind)] as const)));
const startable = new Map(await Promise.all(KINDS.map(async (kind) => [kind, await canStart(kind)] as const)));

for (const kind of KINDS) {
  const url = urls.get(kind) ?? '';

  describe.skipIf(url === '')(`the shared ${kind} server`, () => {
    it('answers its driver', async () => {
      await using database = await freshDatabase(url);
      const notes = await openNotes(database.url, database.name);
      await notes.add('first');
      expect(await notes.all()).toEqual(['first']);
      await notes.close();
    });

    it('is one for all who ask', async () => {
      expect(await serviceUrl(kind)).toBe(url);
    });
  });

  describe.skipIf(!startable.get(kind))(`a private ${kind} server`, () => {
    let server: Server;
    beforeAll(async () => {
      server = await startServer(kind);
    }, 120_000);
    afterAll(() => server.stop());

    it('is not the shared one', () => {
      expect(server.url).not.toBe(url);
    });

    it('keeps what it acknowledged each time it is killed', async () => {
      const name = freshName();
      for (const round of ['1', '2']) {
        const notes = await openNotes(server.url, name);
        for (const part of ['a', 'b', 'c']) await notes.add(round + part);
        await server.kill();
        await notes.close().catch(() => undefined);
        await server.restart();
      }
      const notes = await openNotes(server.url, name);
      expect(await notes.all()).toEqual(['1a', '1b', '1c', '2a', '2b', '2c']);
      await notes.close();
    }, 120_000);

    it('is really gone between kill and restart, and back on the same port', async () => {
      const { pid, port } = server;
      await server.kill();
      expect(isAlive(pid)).toBe(false);
      await expect(connected(port)).rejects.toThrow('ECONNREFUSED');
      await server.restart();
      expect(server.pid).not.toBe(pid);
      await connected(port);
    }, 120_000);

    it('restarts while it runs', async () => {
      const { pid } = server;
      await server.restart();
      expect(isAlive(pid)).toBe(false);
      await connected(server.port);
    }, 120_000);

    it('is gone after stop, which may be called again', async () => {
      const { pid, port } = server;
      await server.stop();
      expect(isAlive(pid)).toBe(false);
      await expect(connected(port)).rejects.toThrow('ECONNREFUSED');
      await server.stop();
      await expect(server.restart()).rejects.toThrow('stopped');
    });
  });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
