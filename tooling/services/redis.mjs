// Redis: keeps an append-only file, each reply after its write, so that killing the process loses nothing.
import { driver } from './drivers.mjs';
import { findProgram } from './programs.mjs';

const url = (port) => `redis://127.0.0.1:${port}`;

/** @type {import('./recipes.mjs').Recipe} */
export const redis = {
  title: 'Redis',
  advice: 'put redis-server on PATH (Debian: apt-get install redis-server; macOS: brew install redis)',
  packages: () => ['redis-server'],
  find: () => findProgram('redis-server'),
  command: (program, { directory, port }) => {
    const place = ['--dir', directory, '--bind', '127.0.0.1', '--port', `${port}`];
    // Not `everysec`: that puts writes off while an earlier one is being synced.
    const durability = ['--save', '', '--appendonly', 'yes', '--appendfsync', 'no'];
    return { program, args: [...place, ...durability] };
  },
  url,
  async probe(port) {
    const client = new (driver('ioredis').Redis)(url(port), {
      lazyConnect: true,
      connectTimeout: 5_000,
      commandTimeout: 5_000,
      retryStrategy: () => null,
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.ping();
    } finally {
      client.disconnect();
    }
  },
};
