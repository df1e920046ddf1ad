// The program as it is built: it copies, it drains, and it goes on where it was.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
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

/** Starts the program; `wrote` resolves once it has written something. */
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

/** A directory with something in it to copy. */
function place(): string {
  const directory = mkdtempSync(join(tmpdir(), 'sched-blocking-'));
  mkdirSync(join(directory, 'docs', 'more'), { recursive: true });
  writeFileSync(join(directory, 'docs', 'a.md'), 'one');
  writeFileSync(join(directory, 'docs', 'more', 'b.md'), 'two');
  return directory;
}

describe('the backup service', () => {
  it('copies, drains on SIGTERM, goes on after a restart, and notices damage', { timeout: 90_000 }, async () => {
    const directory = place();
    const first = start(directory);
    await first.wrote(/copy +\S+ is complete/);
    first.child.kill('SIGTERM');
    expect(await first.ended, first.output()).toEqual([0, null]);
    expect(first.output()).toMatch(/stop +drained, with \d copies in \S+\n$/);
    const copies = join(directory, '.sched', 'blocking', 'copies');
    const [name = ''] = readdirSync(copies);
    expect(readFileSync(join(copies, name, 'files', 'more', 'b.md'), 'utf8')).toBe('two');

    writeFileSync(join(copies, name, 'files', 'a.md'), 'changed');
    const second = start(directory);
    await second.wrote(/where there are \d\n/);
    await second.wrote(new RegExp(`check +failed: ${name} is damaged`));
    await second.wrote(/copy +\S+ is complete/);
    second.child.kill('SIGINT');
    expect(await second.ended, second.output()).toEqual([0, null]);
  });

  it('ends by itself when its time is over', { timeout: 60_000 }, async () => {
    const { ended, output } = start(place(), '--for', '1', '--data', 'elsewhere');
    expect(await ended, output()).toEqual([0, null]);
    expect(output()).toMatch(/stop +drained, with \d copies in elsewhere.copies\n$/);
  });

  it.each([
    [['--for', 'ever'], "--for: expected a number of seconds above 0, got 'ever'"],
    [['--source', 'nowhere'], 'ENOENT'],
  ])('refuses %j', async (args, message) => {
    const { ended, output } = start(place(), ...args);
    expect(await ended).toEqual([1, null]);
    expect(output()).toContain(message);
  });
});
