// The examples of the README are programs: they compile under `strict`, and the first runs, on the package as it is built.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { faultsOf, freePort, programsOf } from '../../core/test/readme-programs.ts';

const home = fileURLToPath(new URL('..', import.meta.url));
const isBuilt = existsSync(join(home, 'dist/index.js'));
const page = readFileSync(join(home, 'README.md'), 'utf8');
const examples = [...page.matchAll(/^```js\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code);
const [first = ''] = examples;

/** What an example takes from the app around it, by what only this example says. */
const AROUND: Readonly<Record<string, string>> = {
  'createServer(toNodeHandler(dashboard))': '',
  'authorize: async (request, action, resource)': `
    import type { Scheduler } from '@sched/core';
    import { createDashboard } from '@sched/dashboard';
    declare const scheduler: Scheduler;
    declare function userOf(cookie: string | null): Promise<{ name: string; isOperator: boolean } | null>;
    declare function log(...values: unknown[]): void;`,
  schedRouter: `
    import type { Scheduler } from '@sched/core';
    import type { Authorize } from '@sched/dashboard';
    import express from 'express';
    const app = express();
    declare const scheduler: Scheduler;
    declare const authorize: Authorize;`,
  'SchedDashboardModule.forRoot': `
    import { Module } from '@nestjs/common';
    import type { Authorize } from '@sched/dashboard';
    import { SchedModule } from '@sched/nestjs';
    import { SchedDashboardModule } from '@sched/nestjs/dashboard';
    declare const authorize: Authorize;`,
  'dashboard(context.req.raw': `
    import type { HttpBindings } from '@hono/node-server';
    import type { DashboardHandler } from '@sched/dashboard';
    import { Hono } from 'hono';
    const app = new Hono<{ Bindings: HttpBindings }>();
    declare const dashboard: DashboardHandler;`,
};

/** The packages that depend on this one, and so cannot be dependencies of it. */
const paths = {
  '@sched/express': ['../express/src/index.ts'],
  '@sched/nestjs': ['../nestjs/src/index.ts'],
  '@sched/nestjs/dashboard': ['../nestjs/src/dashboard.ts'],
  '@nestjs/common': ['../nestjs/node_modules/@nestjs/common/index.d.ts'],
};

const fileOf = programsOf(home);
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

test('each example is known here', () => {
  const known = Object.keys(AROUND);
  expect(examples.map((code) => known.filter((words) => code.includes(words)))).toEqual(known.map((words) => [words]));
});

test.skipIf(!isBuilt)('the examples compile (`npm test` builds it)', { timeout: 120_000 }, () => {
  const files = examples.map((code, index) =>
    fileOf(`${Object.values(AROUND)[index]}\n${code}\nexport {};`, `example-${index}.mts`),
  );
  const ofSources = { skipLibCheck: true, allowImportingTsExtensions: true, paths, pathsBasePath: home };
  expect(faultsOf(files, { ...ofSources, experimentalDecorators: true })).toEqual([]);
});

test.skipIf(!isBuilt)(
  'the first example serves page and API, and takes the job of the last (`npm test` builds it)',
  {
    timeout: 60_000,
  },
  async () => {
    const port = await freePort();
    const source = first.replace('listen(3000,', `listen(${port},`);
    expect(source).not.toBe(first);
    const child = spawn(process.execPath, [fileOf(source, 'example.mjs')], { stdio: 'inherit' });
    children.push(child);
    const site = `http://127.0.0.1:${port}`;
    await expect.poll(() => fetch(site).then((page) => page.status, String), { timeout: 30_000 }).toBe(200);

    const [, method = '', path = '', body = ''] = /curl -X (\w+) localhost:3000(\S+) [\s\S]*-d '(.*)'/.exec(page) ?? [];
    const headers = { 'content-type': 'application/json' };
    const put = await fetch(`${site}${path}`, { method, headers, body });
    expect([put.status, await put.json()]).toMatchObject([201, { id: 'report', task: 'report' }]);
    expect(await (await fetch(`${site}/api/v1/jobs`)).json()).toMatchObject({ items: [{ id: 'report' }] });
  },
);
