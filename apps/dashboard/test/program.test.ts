// The built program: it has a day behind it, serves the page and the API, and ends when it is asked to.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));

it('serves a day of history and ends on SIGINT', { timeout: 180_000 }, async () => {
  const child = spawn(process.execPath, [MAIN, '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  try {
    const url = await new Promise<string>((resolve, reject) => {
      let output = '';
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
        output += chunk;
        const found = /dashboard on (\S+);/.exec(output)?.[1];
        if (found !== undefined) resolve(found);
      });
      child.once('exit', () => reject(new Error(`it ended: ${output}`)));
    });
    expect(await (await fetch(url)).text()).toContain('<script type="module" src="page.js">');
    const list = async (path: string) =>
      ((await (await fetch(`${url}api/v1/${path}`)).json()) as { items: unknown[] }).items;
    expect(await list('jobs?limit=200')).toHaveLength(15);
    expect(await list('jobs?state=paused')).toMatchObject([
      { id: 'legacy-export', note: expect.stringContaining('bank') },
    ]);
    for (const state of ['succeeded', 'failed', 'missed', 'skipped', 'timed-out']) {
      expect([state, await list(`runs?state=${state}&limit=1`)]).toEqual([state, [expect.objectContaining({ state })]]);
    }
  } finally {
    child.kill('SIGINT');
  }
  expect((await ended)[0]).toBe(0);
});

it('refuses a port that is none', async () => {
  const child = spawn(process.execPath, [MAIN, '--port', 'http'], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk;
  });
  expect((await once(child, 'close'))[0]).toBe(1);
  expect(said).toContain("--port: expected a number from 0 to 65535, got 'http'");
});
