// A process that has nothing else to do ends, though the store is open: its connections do not keep it alive.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { canStart, freshName, startServer } from '../../services.ts';

const built = new URL('../../../dist/', import.meta.url);

/** Waits for what it asked, listens, and is done. */
const PROGRAM = `
  import { systemClock } from '${new URL('index.js', built)}';
  import { RedisStore } from '${new URL('stores/redis.js', built)}';
  const [url, prefix] = process.argv.slice(1);
  const store = new RedisStore({ url, prefix });
  await store.open({ clock: systemClock({ keepAlive: false }) });
  store.subscribe(() => undefined);
  for (let n = 0; n < 20; n++) await store.nextWake({ owner: 'a', tasks: new Set() });
  console.log('asked');
`;

describe.skipIf(!(await canStart('redis')))('a process with an open store', () => {
  async function run(more: string, url: string, onAsked: () => void = () => undefined): Promise<[number, string]> {
    const args = ['--input-type=module', '--eval', PROGRAM + more, url, freshName()];
    const child = spawn(process.execPath, args, { cwd: fileURLToPath(built), stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    let output = '';
    child.stdout.on('data', (text) => {
      output += text;
      if (output.includes('asked')) onAsked();
    });
    const [code] = await once(child, 'exit');
    return [code, output];
  }

  it('ends when it has nothing else to do', async () => {
    await using server = await startServer('redis');
    expect(await run('', server.url)).toEqual([0, 'asked\n']);
  });

  it('ends though the server is away', async () => {
    await using server = await startServer('redis');
    const away = run('setTimeout(() => console.log("done"), 1500);', server.url, () => void server.kill());
    expect(await away).toEqual([0, 'asked\ndone\n']);
  });
});
