// The examples of the README are programs: they compile under `strict`, and they run on the package as it is built.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { afterEach, describe, expect, test } from 'vitest';
import { faultsOf, freePort, programsOf } from '../../core/test/readme-programs.ts';

const home = fileURLToPath(new URL('..', import.meta.url));
const built = existsSync(join(home, 'dist/index.js'));
const page = readFileSync(join(home, 'README.md'), 'utf8');
const examples = [...page.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code);
const cluster = examples.filter((code) => code.includes('cluster.fork'));
const [first = '', ...others] = examples.filter((code) => !code.includes('cluster.fork'));

/** The first example as it stands; each further one in a block of its own, so that it may use the names of the first. */
const app = [first, ...others.map((code) => `{\n${code}}`), "console.log('ready');"].join('\n');

const fileOf = programsOf(home);

test('there are examples', () => {
  expect([cluster.length, others.length]).toEqual([1, 2]);
});

test('where the guide shows four replicas, it shows this program', () => {
  const guide = readFileSync(join(home, '../../README.md'), 'utf8');
  const shown = [...guide.matchAll(/^```\w+\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code);
  expect(shown.filter((code) => code.includes('cluster.fork') && code !== cluster[0])).toEqual([]);
});

describe.skipIf(!built).each([
  ['the app', app],
  ['four replicas', cluster[0] ?? ''],
])('%s (of the built package: `npm test` builds it)', (name, source) => {
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  test('compiles', { timeout: 120_000 }, () => {
    expect(faultsOf([fileOf(source, 'example.mts')])).toEqual([]);
  });

  test('runs', { timeout: 120_000 }, async () => {
    const port = await freePort();
    const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
    const file = fileOf(ts.transpileModule(source, { compilerOptions }).outputText, 'example.mjs');
    const child = spawn(process.execPath, [file], {
      cwd: mkdtempSync(join(tmpdir(), 'sched-')),
      env: { ...process.env, PORT: `${port}` },
      stdio: ['ignore', 'pipe', 'inherit'],
      // A process group of its own, to which Ctrl-C can be sent as a terminal does.
      detached: true,
    });
    children.push(child);
    let output = '';
    child.stdout.on('data', (text) => {
      output += text;
    });
    const wrote = async (expected: RegExp) => {
      while (!expected.test(output)) await once(child.stdout, 'data');
    };
    const ended = once(child, 'exit');
    if (name === 'the app') await useApp(`http://127.0.0.1:${port}/reminders`, wrote);
    else await wrote(/(by replica \d[\s\S]*){3}/);
    process.kill(-Number(child.pid), 'SIGINT');
    expect(await ended, output).toEqual([0, null]);
    const fires = [...output.matchAll(/^(\S+) by replica/gm)].map(([, fireTime]) => fireTime);
    expect(new Set(fires).size).toBe(fires.length);
  });
});

async function useApp(url: string, wrote: (expected: RegExp) => Promise<void>): Promise<void> {
  await wrote(/ready/);
  const body = JSON.stringify({ text: 'the milk', at: new Date().toISOString() });
  const headers = { 'content-type': 'application/json' };
  const added = await fetch(url, { method: 'POST', headers, body });
  expect(added.status).toBe(201);
  await wrote(/remember: the milk/);
  const jobs = await (await fetch(url)).json();
  expect(jobs).toEqual([expect.objectContaining({ id: 'tea', task: 'remind', state: 'active' })]);
  expect((await fetch(`${url}/tea`, { method: 'DELETE' })).status).toBe(204);
  expect(await (await fetch(url)).json()).toEqual([]);
}
