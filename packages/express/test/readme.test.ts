// The examples of the README are programs: they compile under `strict`, and they run on the package as it is built.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { afterAll, afterEach, describe, expect, test } from 'vitest';

const home = fileURLToPath(new URL('..', import.meta.url));
const built = existsSync(join(home, 'dist/index.js'));
const page = readFileSync(join(home, 'README.md'), 'utf8');
const examples = [...page.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code);
const cluster = examples.filter((code) => code.includes('cluster.fork'));
const [first = '', ...others] = examples.filter((code) => !code.includes('cluster.fork'));

/** The first example as it stands; each further one in a block of its own, so that it may use the names of the first. */
const app = [first, ...others.map((code) => `{\n${code}}`), "console.log('ready');"].join('\n');

// Inside the package, so that its imports are found.
const builds = join(home, '.sched');
afterAll(() => rmSync(builds, { recursive: true, force: true }));

function fileOf(source: string, name: string): string {
  mkdirSync(builds, { recursive: true });
  const file = join(mkdtempSync(join(builds, 'readme-')), name);
  writeFileSync(file, source);
  return file;
}

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
    const options: ts.CompilerOptions = {
      noEmit: true,
      strict: true,
      target: ts.ScriptTarget.ES2022,
      lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      types: ['node'],
    };
    const faults = ts.getPreEmitDiagnostics(ts.createProgram([fileOf(source, 'example.mts')], options));
    expect(faults.map((fault) => ts.flattenDiagnosticMessageText(fault.messageText, '\n'))).toEqual([]);
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

async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
