// The built program: it fires, answers, ends in order on SIGTERM, and remembers what it was told before a kill -9.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));

/** The program as a process. */
class Program {
  readonly child: ChildProcess;
  output = '';

  constructor(directory: string, args: readonly string[] = []) {
    if (!existsSync(main)) throw new Error(`${main} is missing: build first, as \`npm test\` does`);
    const all = [main, '--port', '0', '--data', directory, ...args];
    this.child = spawn(process.execPath, all, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NO_COLOR: '1' },
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
      });
    }
  }

  /** Waits until the output has this, and answers the match. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.output);
      if (match !== null) return match;
      if (this.child.exitCode !== null) throw new Error(`it ended before it said ${pattern}:\n${this.output}`);
      await sleep(20);
    }
  }

  /** Asks its HTTP interface. */
  async ask(method: string, path: string, body?: object): Promise<{ status: number; answer: unknown }> {
    const [, url] = await this.says(/reminders on (http:\S+),/);
    const content =
      body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    const response = await fetch(`${url}${path}`, { method, ...content });
    const text = await response.text();
    return { status: response.status, answer: text === '' ? null : JSON.parse(text) };
  }

  /** How it ended, after a signal if there is one. */
  async ended(signal?: NodeJS.Signals): Promise<number | NodeJS.Signals | null> {
    if (signal !== undefined) this.child.kill(signal);
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'exit');
    return this.child.exitCode ?? this.child.signalCode;
  }
}

let directory: string;
const programs: Program[] = [];
const start = (...args: string[]) => {
  const program = new Program(directory, args);
  programs.push(program);
  return program;
};
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sched-nestjs-'));
});
afterEach(async () => {
  for (const program of programs.splice(0)) await program.ended('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
});

test('fires, and ends in order on SIGTERM', async () => {
  const program = start();
  await program.says(/first: 0 reminders were waiting/);
  await program.says(/this is how a reminder looks/);
  await program.says(/summary: /);
  expect(await program.ask('GET', '/health')).toMatchObject({ status: 200, answer: { scheduler: { status: 'up' } } });
  expect(await program.ended('SIGTERM')).toBe(0);
  expect(program.output).not.toMatch(/ERROR|WARN/);
}, 60_000);

test('ends by itself after so many seconds', async () => {
  const program = start('--for', '1');
  await program.says(/reminders on/);
  expect(await program.ended(), program.output).toBe(0);
}, 60_000);

test('keeps reminders over kill -9, and takes and forgets them over HTTP', async () => {
  const first = start();
  expect((await first.ask('POST', '/reminders', { text: 'tea is ready', seconds: 4 })).status).toBe(201);
  const later = await first.ask('POST', '/reminders', { text: 'much later', seconds: 3600 });
  const { id } = later.answer as { id: string };
  expect((await first.ask('POST', '/reminders', { text: '', seconds: 1 })).status).toBe(400);
  expect((await first.ask('POST', '/reminders', { text: 'a', seconds: -1 })).status).toBe(400);
  expect(await first.ended('SIGKILL')).toBe('SIGKILL');

  const second = start();
  await second.says(/first: [12] reminders were waiting|tea is ready/);
  await second.says(/tea is ready/);
  expect(await second.ask('GET', '/reminders')).toMatchObject({
    answer: expect.arrayContaining([expect.objectContaining({ id, text: 'much later' })]),
  });
  expect((await second.ask('DELETE', `/reminders/${id}`)).status).toBe(200);
  expect((await second.ask('DELETE', `/reminders/${id}`)).status).toBe(404);
  expect((await second.ask('DELETE', '/reminders/summary')).status).toBe(404);
  expect(await second.ended('SIGINT')).toBe(0);
}, 60_000);

test.each([
  ['--for', 'ever', 'a number of seconds above 0'],
  ['--port', 'x', 'a number from 0 to 65535'],
])('refuses %s %s', async (option, value, expected) => {
  const program = start(option, value);
  expect(await program.ended()).toBe(1);
  expect(program.output).toContain(`${option}: expected ${expected}, got '${value}'`);
});
