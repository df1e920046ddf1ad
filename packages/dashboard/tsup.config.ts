import { defineConfig, type Options } from 'tsup';
import { packageBuild } from '../../tooling/tsup.ts';

/** The web page: one script and one style sheet that need nothing else. */
const page: Options = {
  entry: { page: 'src/page/main.tsx' },
  outDir: 'dist/page',
  publicDir: 'src/page/public',
  format: 'esm',
  platform: 'browser',
  target: ['es2022', 'chrome123', 'firefox121', 'safari17.5'],
  tsconfig: 'src/page/tsconfig.json',
  outExtension: () => ({ js: '.js' }),
  // No source map: it would be as large as the page, and the browser would ask for it.
  sourcemap: false,
  minify: true,
  dts: false,
  splitting: false,
  treeshake: true,
  clean: true,
  noExternal: [/.*/],
  define: { 'process.env.NODE_ENV': '"production"' },
};

export default defineConfig([
  // The two builds go on side by side: each clears its own directory only.
  packageBuild({ index: 'src/index.ts', node: 'src/node.ts' }, { shims: true, clean: ['!page/**'] }) as Options,
  page,
]);
