// The compiler that the SQLite driver may need: asked for on Node before 22.13, which has no SQLite of its own.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { step } from './steps.mjs';
import { isNodeAtLeast } from './workspace.mjs';

const TOOLS = ['python3', 'make', 'g++'];
const ADVICE =
  'The SQLite driver may have to be compiled: install python3, make and g++, or use Node.js 22.13 or newer, which needs none.';

/** Installs the compiler where this process may do so; resolves to what to tell the user should the installation fail. */
export async function provideCompiler() {
  if (isNodeAtLeast(22, 13) || TOOLS.every(isOnPath)) return '';
  const mayInstall = process.getuid?.() === 0 && isOnPath('apt-get');
  if (!mayInstall) return ADVICE;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await step('apt-get update', 'apt-get', ['update', '-qq'], env);
  const installed = await step(
    'apt-get install python3 make g++ (to compile the SQLite driver)',
    'apt-get',
    ['install', '-y', '-qq', '--no-install-recommends', ...TOOLS],
    env,
  );
  return installed ? '' : ADVICE;
}

function isOnPath(program) {
  return (process.env.PATH ?? '').split(delimiter).some((directory) => existsSync(join(directory, program)));
}
