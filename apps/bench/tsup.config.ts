import { defineConfig } from 'tsup';

export default defineConfig({
  entry: {
    triggers: 'src/triggers.ts',
    jobs: 'src/jobs.ts',
    engine: 'src/engine.ts',
    stores: 'src/stores.ts',
    dashboard: 'src/dashboard.ts',
    worker: 'src/stores/worker.ts',
  },
  format: ['esm'],
  target: 'node20',
  clean: true,
});
