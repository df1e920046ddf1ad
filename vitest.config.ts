// The one test configuration: each package and app is a project, run from its sources.
import { defineConfig } from 'vitest/config';

const source = { conditions: ['@sched/source', 'module', 'node', 'import', 'default'] };

const project = (name: string, dir: string) => ({
  resolve: source,
  ssr: { resolve: source },
  test: {
    name,
    root: dir,
    include: ['test/**/*.test.ts'],
    environment: 'node' as const,
    testTimeout: 30_000,
    typecheck: { enabled: false },
  },
});

export default defineConfig({
  test: {
    projects: [
      project('@sched/core', 'packages/core'),
      project('@sched/background', 'packages/background'),
      project('@sched/blocking', 'packages/blocking'),
      project('@sched/app-background', 'apps/background'),
    ],
  },
});
