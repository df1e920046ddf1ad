import { packageBuild } from '../../tooling/tsup.ts';

const entries = {
  index: 'src/index.ts',
  testing: 'src/testing/index.ts',
  opentelemetry: 'src/opentelemetry/index.ts',
  'stores/sqlite': 'src/stores/sqlite/index.ts',
  'stores/postgres': 'src/stores/postgres/index.ts',
  'stores/mysql': 'src/stores/mysql/index.ts',
  'stores/redis': 'src/stores/redis/index.ts',
  'stores/mongodb': 'src/stores/mongodb/index.ts',
};

/** Files that are started by others, and looked for beside them: at the root of the build. */
const started = { worker: 'src/executors/pool/worker.js', 'contract-tasks': 'src/testing/contract-tasks.js' };

export default packageBuild(
  { ...entries, ...started },
  {
    // Bundled because it is ESM only, which Jest's CommonJS loader, the default of Nest projects, cannot require.
    noExternal: ['devalue'],
    dts: { entry: entries },
  },
);
