// What is published, as its users meet it: the packed tarballs in an empty app, of both module kinds and both versions of Express.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as entry from '../src/index.ts';

const workspace = fileURLToPath(new URL('../../../', import.meta.url));
const own = join(workspace, 'packages/express/node_modules');
const PACKAGES = ['core', 'background', 'dashboard', 'express'];

/** An app of a user's, which ends by itself; a compiler that sees `any` in the place of a type fails at the expected errors. */
const APP = `
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BackgroundScheduler } from '@sched/background';
import { attachScheduler, schedulerMiddleware } from '@sched/express';
import express from 'express';

async function main(): Promise<void> {
  const scheduler = new BackgroundScheduler();
  const app = express();
  app.use(schedulerMiddleware(scheduler));
  app.get('/', async (req, res) => {
    const job = await req.scheduler.addJob(() => {}, 'interval', { minutes: 1, id: 'a' });
    // @ts-expect-error -- a job's id is text
    const id: number = job.id;
    res.json([id, req.scheduler.state]);
  });
  const server: Server = app.listen(0);
  const attached = attachScheduler(server, scheduler, { requestTimeout: { seconds: 5 } });
  await attached.started;
  const { port } = server.address() as AddressInfo;
  console.log(await (await fetch('http://127.0.0.1:' + port)).text());
  // @ts-expect-error -- the option is called signals
  const wrong = () => attachScheduler(server, scheduler, { signal: 'SIGTERM' });
  await attached.close();
  console.log(typeof wrong, scheduler.state);
}
void main();
`;
const ANSWER = '["a","running"]\nfunction shutdown\n';

describe.skipIf(!existsSync(new URL('../dist/index.js', import.meta.url)))('tarballs (`npm test` builds them)', () => {
  let directory: string;
  let files: readonly string[];
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'sched-express-'));
    for (const name of PACKAGES) files = install(name, directory);
    link('@types/express', own, directory);
    link('@types/node', join(workspace, 'node_modules'), directory);
  }, 120_000);
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  /** Runs a program and answers what it printed. */
  function run(tool: string, ...args: string[]): string {
    try {
      return execFileSync(process.execPath, [tool, ...args], { cwd: directory, encoding: 'utf8', stdio: 'pipe' });
    } catch (error) {
      if (error instanceof Error && 'stdout' in error) return `${error.message}\n${error.stdout}`;
      throw error;
    }
  }

  test('hold the build, the README, the licence and the manifest only', () => {
    expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'package.json', 'dist/index.js']));
    expect(files.filter((file) => !/^(dist\/.*|LICENSE|README\.md|package\.json)$/.test(file))).toEqual([]);
  });

  test.each([
    ['names.mjs', "import * as entry from '@sched/express';"],
    ['names.cjs', "const entry = require('@sched/express');"],
  ])('export the same names to import and to require: %s', (file, line) => {
    writeFileSync(join(directory, file), `${line} console.log(JSON.stringify(Object.keys(entry).sort()));`);
    expect(JSON.parse(run(file))).toEqual(Object.keys(entry).sort());
  });

  test.each([
    ['an ESM app of Express 5', 'mts', 'express'],
    ['a CommonJS app of Express 5', 'cts', 'express'],
    ['an ESM app of Express 4', 'mts', 'express4'],
  ])(
    'work in %s, under --strict',
    (_name, extension, version) => {
      rmSync(join(directory, 'node_modules/express'), { force: true });
      link('express', own, directory, version);
      writeFileSync(join(directory, `app.${extension}`), APP);
      const compilerOptions = {
        strict: true,
        exactOptionalPropertyTypes: true,
        target: 'ES2022',
        lib: ['ES2023', 'ESNext.Disposable'],
        module: 'nodenext',
        types: ['node'],
      };
      writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [`app.${extension}`] }));
      expect(run(join(workspace, 'node_modules/typescript/bin/tsc'), '-p', '.')).toBe('');
      expect(run(`app.${extension.replace('t', 'j')}`)).toBe(ANSWER);
    },
    120_000,
  );
});

/** Packs one package and unpacks it into node_modules, its dependencies linked; answers the files of the tarball. */
function install(name: string, directory: string): readonly string[] {
  const source = join(workspace, 'packages', name);
  const tarball = join(directory, `${name}.tgz`);
  const pnpm = join(workspace, 'node_modules/pnpm/bin/pnpm.cjs');
  execFileSync(process.execPath, [pnpm, 'pack', '--out', tarball], { cwd: source, stdio: 'pipe' });
  const target = join(directory, 'node_modules/@sched', name);
  mkdirSync(target, { recursive: true });
  execFileSync('tar', ['-xzf', tarball, '-C', target, '--strip-components=1']);
  const { dependencies = {} } = JSON.parse(readFileSync(join(target, 'package.json'), 'utf8'));
  for (const dependency of Object.keys(dependencies)) link(dependency, join(source, 'node_modules'), directory);
  const listed = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).trim().split('\n');
  return listed.map((path) => path.replace(/^package\//, ''));
}

function link(dependency: string, from: string, directory: string, version = dependency): void {
  const path = join(directory, 'node_modules', dependency);
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(join(from, version), path, 'junction');
}
