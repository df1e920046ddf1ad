// `npm start -- [app] [flags…]`: sets up, builds, and becomes one of the programs in apps/; without a name, the background app.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, setUp } from './setup.mjs';
import { command, Refusal } from './steps.mjs';
import { root } from './workspace.mjs';

const DEFAULT_APP = 'background';
const shell = process.ppid;

await command(async () => {
  const app = readApp(process.argv.slice(2));
  await setUp();
  await build(`@sched/app-${app}`);
  const main = join(root, 'apps', app, 'dist', 'main.js');
  // The app runs in this very process: signals, standard streams and the exit code are its own.
  process.argv.splice(1, process.argv[2] === app ? 2 : 1, main);
  process.setSourceMapsEnabled(true);
  endWithShell();
  await import(pathToFileURL(main).href);
});

/** The app to run: a first word that is no flag names it; everything else is for the app. */
function readApp([first = '']) {
  if (first === '' || first.startsWith('-')) return DEFAULT_APP;
  const apps = readdirSync(join(root, 'apps')).filter((name) => existsSync(join(root, 'apps', name, 'src', 'main.ts')));
  if (apps.includes(first)) return first;
  throw new Refusal(`No app "${first}"; there are ${apps.join(', ')}.`);
}

/**
 * Ends the app as SIGTERM would once npm's shell is gone: a signal sent to npm alone kills that shell, which hands nothing on.
 * An app that had a signal of its own is on its way out already and gets no second one.
 */
function endWithShell() {
  let isEnding = false;
  let wasOrphan = false;
  const signals = ['SIGINT', 'SIGTERM'];
  const end = () => {
    isEnding = true;
    // From here on, what a further signal does is the app's to say.
    for (const signal of signals) process.off(signal, end);
  };
  for (const signal of signals) process.on(signal, end);
  const watch = () => {
    // Seen twice, so that a signal to the whole process group has arrived here too.
    if (wasOrphan && !isEnding) process.kill(process.pid, 'SIGTERM');
    wasOrphan = process.ppid !== shell;
  };
  setInterval(watch, 250).unref();
}
