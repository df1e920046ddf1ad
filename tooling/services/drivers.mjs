// The drivers that core's stores use; the tooling has none of its own.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from '../workspace.mjs';

/** Loads a driver among core's development dependencies. */
export const driver = createRequire(join(root, 'packages', 'core', 'package.json'));
