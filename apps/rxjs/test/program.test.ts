// The program as it is built: its streams tell, it drains, and it goes on where it was.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** Starts the program in a directory; `wrote` resolves once it has written something. */
function start(directory: string, ...args: string[]) {
  if (!existsSync(main)) throw new Error(`${main} is missing: build first, as \`npm test\` does`);
  const child = spawn(process.execPath, [main, ...args], { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  const ended = once(child, 'close');
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (text += data));
  const wrote = async (pattern: RegExp) => {
    while (!pattern.test(text) && child.exitCode === null) await sleep(20);
    expect(text).toMatch(pattern);
  };
  return { child, ended, wrote, output: () => text };
}

const place = () => mkdtempSync(join(tmpdir(), 'sched-rxjs-'));

describe('the watch', () => {
  it('tells averages, digests and alarms, drains on SIGTERM, and goes on after a restart', {
    timeout: 90_000,
  }, async () => {
    const directory = place();
    const first = start(directory, '--alarm', '1');
    await first.wrote(/alarm +more than 1 MiB are held: yes\n/);
    await first.wrote(/average +load \d/);
    await first.wrote(/digest +digest\/\d+\/manual-\S+ took \d+ ms\n/);
    first.child.kill('SIGTERM');
    expect(await first.ended, first.output()).toEqual([0, null]);
    expect(first.output()).toMatch(/stop +SIGTERM: .*\n.*stop +drained\n$/);
    const samples = readFileSync(join(directory, '.sched', 'rxjs', 'samples.jsonl'), 'utf8')
      .trimEnd()
      .split('\n');
    expect(new Set(samples.map((line) => JSON.parse(line).at)).size).toBe(samples.length);

    const second = start(directory);
    await second.wrote(/of which there are 2\n/);
    await second.wrote(/digest +\d+ samples since/);
    second.child.kill('SIGINT');
    expect(await second.ended, second.output()).toEqual([0, null]);
    expect(second.output()).toContain(`samples since ${JSON.parse(samples[0] ?? '{}').at}`);
  });

  it('ends by itself when its time is over', { timeout: 60_000 }, async () => {
    const { ended, output } = start(place(), '--for', '1');
    expect(await ended, output()).toEqual([0, null]);
    expect(output()).toMatch(/stop +1 s are over: .*\n.*stop +drained\n$/);
  });

  it('refuses what it does not understand', async () => {
    const { ended, output } = start(place(), '--for', 'ever');
    expect(await ended).toEqual([1, null]);
    expect(output()).toContain("--for: expected a number of seconds above 0, got 'ever'");
  });
});
