import { packageBuild } from '../../tooling/tsup.ts';

export default packageBuild(
  { index: 'src/index.ts', dashboard: 'src/dashboard.ts' },
  // The sources name what they inject; only the tests are compiled with the metadata of decorators.
  { tsconfig: 'tsconfig.build.json' },
);
