// The one build: ESM and CommonJS with types for both, from the entries a package names.
import { defineConfig, type Options } from 'tsup';

export function packageBuild(entry: Record<string, string>, more: Options = {}) {
  return defineConfig({
    entry,
    format: ['esm', 'cjs'],
    target: 'node20',
    platform: 'node',
    dts: true,
    sourcemap: true,
    clean: true,
    splitting: true,
    treeshake: true,
    // Without this tsup writes `sqlite` for `node:sqlite`, a module that does not exist.
    removeNodeProtocol: false,
    ...more,
  });
}
