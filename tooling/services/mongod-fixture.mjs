// Where `.ci/fetch-mongod.mjs` puts the mongod that tests run in wine.
import { join } from 'node:path';
import { toolEnvironment } from '../workspace.mjs';

const { XDG_CACHE_HOME, HOME } = toolEnvironment();

/** The file's path, whether it was fetched or not; kept over clones of the workspace. */
export const MONGOD_FIXTURE = join(XDG_CACHE_HOME || join(HOME, '.cache'), 'sched-test', 'mongod-7.0.15.exe');
