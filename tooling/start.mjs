// `npm start`: sets up, builds, and becomes the background app; everything after `--` is handed to it.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, setUp } from './setup.mjs';
import { command } from './steps.mjs';
import { root } from './workspace.mjs';

const shell = process.ppid;

await command(async () => {
  await setUp();
  await build('@sched/app-background');
  const main = join(root, 'apps', 'background', 'dist', 'main.js');
  // The app runs in this very process: signals, standard streams and the exit code are its own.
  process.argv.splice(1, 1, main);
  process.setSourceMapsEnabled(true);
  endWithShell();
  await import(pathToFileURL(main).href);
});

/**
 * Ends the app as SIGTERM would once npm's shell is gone: a signal sent to npm alone kills that shell, which hands nothing on.
 * An app that had a signal of its own is on its way out already and gets no second one.
 */
function endWithShell() {
  let isEnding = false;
  let wasOrphan = false;
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => {
      isEnding = true;
    });
  }
  const watch = () => {
    // Seen twice, so that a signal to the whole process group has arrived here too.
    if (wasOrphan && !isEnding) process.kill(process.pid, 'SIGTERM');
    wasOrphan = process.ppid !== shell;
  };
  setInterval(watch, 250).unref();
}
