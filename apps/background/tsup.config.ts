import { defineConfig } from 'tsup';

export default defineConfig({
  // The replica is for the tests, which run the program as it is built.
  entry: { main: 'src/main.ts', replica: 'test/replica.ts' },
  format: ['esm'],
  target: 'node20',
  clean: true,
});
