// The one test configuration: each package and app is a project, run from its sources.
import { join } from 'node:path';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

// What Node itself would take, but for our own packages: their sources.
const source = { conditions: ['@sched/source', 'node'] };

const project = (name: string, dir: string) => ({
  resolve: source,
  ssr: { resolve: source },
  test: {
    name,
    root: dir,
    include: ['test/**/*.test.ts'],
    environment: 'node' as const,
    testTimeout: process.env['SCHED_FULL_SWEEP'] === '1' ? 600_000 : 30_000,
    typecheck: { enabled: false },
  },
});

/** `@nestjs/*`, whoever imports it, as the workspace member in `dir` has it. */
const nestOf = (dir: string): Plugin => ({
  name: `nest of ${dir}`,
  enforce: 'pre',
  resolveId(path, _importer, options) {
    const importer = join(import.meta.dirname, dir, 'package.json');
    return path.startsWith('@nestjs/') ? this.resolve(path, importer, { ...options, skipSelf: true }) : null;
  },
});

/** The tests of `@sched/nestjs` that need no process of their own, on another version of NestJS. */
const onNest = (version: number) => {
  const { test, ...others } = project(`@sched/nestjs-on-${version}`, 'packages/nestjs');
  const names = 'dashboard,decorators,enhancers,health,lifecycle,module,nest-version,persistence,refusals,registry';
  const env = { SCHED_TEST_NEST: String(version) };
  const plugins = [nestOf(`packages/nestjs/compat/nest${version}`)];
  return { ...others, plugins, test: { ...test, include: [`test/{${names}}.test.ts`], env } };
};

export default defineConfig({
  test: {
    globalSetup: ['tooling/services/global-setup.mjs'],
    projects: [
      project('@sched/core', 'packages/core'),
      project('@sched/background', 'packages/background'),
      project('@sched/blocking', 'packages/blocking'),
      project('@sched/rxjs', 'packages/rxjs'),
      project('@sched/bullmq', 'packages/bullmq'),
      project('@sched/nestjs', 'packages/nestjs'),
      onNest(10),
      onNest(12),
      project('@sched/express', 'packages/express'),
      project('@sched/dashboard', 'packages/dashboard'),
      project('@sched/app-background', 'apps/background'),
      project('@sched/chaos', 'apps/chaos'),
      project('@sched/app-blocking', 'apps/blocking'),
      project('@sched/app-rxjs', 'apps/rxjs'),
      project('@sched/app-nestjs', 'apps/nestjs'),
      project('@sched/app-express', 'apps/express'),
      project('@sched/app-dashboard', 'apps/dashboard'),
    ],
  },
});
