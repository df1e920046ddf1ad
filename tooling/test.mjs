// `npm test`: sets up, builds, and runs every test of every package; everything after `--` is handed to vitest.
import { setUp, turbo } from './setup.mjs';
import { command, show } from './steps.mjs';
import { binary } from './workspace.mjs';

await command(async () => {
  await setUp();
  const isBuilt = await turbo('build', 'build', '--continue');
  const code = await show(binary('vitest'), ['run', ...process.argv.slice(2)]);
  return isBuilt ? code : 1;
});
