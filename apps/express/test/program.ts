// The built program as a child process, what it printed, and what its job store says.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Run, Scheduler } from '@sched/core';
import { afterEach } from 'vitest';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));

const children: ChildProcess[] = [];
afterEach(() => {
  // A primary's replicas end with it.
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** An empty directory for one test. */
export function emptyDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'sched-'));
}

/** Starts the program on a free port, in a directory of its own. */
export function startProgram(args: readonly string[], cwd = emptyDirectory()) {
  if (!existsSync(main)) throw new Error(`${main} is missing: build first, as \`npm test\` does`);
  const child = spawn(process.execPath, [main, '--port', '0', ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own, to which Ctrl-C can be sent as a terminal does.
    detached: true,
  });
  children.push(child);
  const ended = once(child, 'exit').then(([code, signal]) => code ?? signal);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  /** Resolves with what matches, once it is printed. */
  const wrote = async (expected: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const found = expected.exec(text);
      if (found !== null) return found;
      if (child.exitCode !== null) throw new Error(`it ended before it wrote ${expected}:\n${text}`);
      await Promise.race([once(child.stdout, 'data'), ended]);
    }
  };
  return { child, ended, wrote, output: () => text };
}

/** Asks the program over HTTP; status and JSON of the answer. */
export async function ask(url: string, method = 'GET', body?: object): Promise<[status: number, json: unknown]> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const text = await response.text();
  return [response.status, text === '' ? null : JSON.parse(text)];
}

/** All runs that a job store remembers, and the jobs. */
export async function readStore(jobStore: { readonly type: string; readonly url: string }) {
  await using scheduler = new Scheduler({ jobStores: { default: jobStore }, logger: null });
  await scheduler.start({ paused: true });
  const runs: Run[] = [];
  let cursor: string | null = null;
  do {
    const page: readonly Run[] & { cursor: string | null } = await scheduler.getRuns({ limit: 5000, cursor });
    runs.push(...page);
    cursor = page.cursor;
  } while (cursor !== null);
  return { jobs: await scheduler.getJobs(), runs };
}
