import { packageBuild } from '../../tooling/tsup.ts';

export default packageBuild(
  {
    index: 'src/index.ts',
    testing: 'src/testing/index.ts',
    'stores/sqlite': 'src/stores/sqlite/index.ts',
    'stores/postgres': 'src/stores/postgres/index.ts',
    'stores/mysql': 'src/stores/mysql/index.ts',
    'stores/redis': 'src/stores/redis/index.ts',
  },
  // Bundled because it is ESM only, which Jest's CommonJS loader, the default of Nest projects, cannot require.
  { noExternal: ['devalue'] },
);
