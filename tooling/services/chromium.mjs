// A browser for tests of pages: no server, only a program that the tests start themselves.
import { existsSync } from 'node:fs';
import { findProgram } from './programs.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const ON_MACOS = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

export const chromium = {
  title: 'Chromium',
  variable: 'SCHED_TEST_CHROMIUM',
  advice: 'put chromium or google-chrome on PATH (on Debian, as root: apt-get install chromium)',
  packages: () => ['chromium'],
  find: () => NAMES.map((name) => findProgram(name)).find(Boolean) ?? [ON_MACOS].find((path) => existsSync(path)),
};
