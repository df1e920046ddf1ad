import { defineConfig } from 'tsup';

export default defineConfig({
  entry: { triggers: 'src/triggers.ts', jobs: 'src/jobs.ts' },
  format: ['esm'],
  target: 'node20',
  clean: true,
});
