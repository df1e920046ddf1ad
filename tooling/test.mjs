// `npm test`: sets up, builds, and runs every test of every package; everything after `--` is handed to vitest.
import { build, setUp } from './setup.mjs';
import { command, show } from './steps.mjs';
import { binary } from './workspace.mjs';

await command(async () => {
  await setUp();
  await build();
  return show(binary('vitest'), ['run', ...process.argv.slice(2)]);
});
