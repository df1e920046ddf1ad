// Where a server's program is: on PATH, or in the directories that packages use beside it.
import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Debian keeps servers out of an ordinary user's PATH; Homebrew keeps versioned formulas out of everybody's. */
const BESIDE_PATH = ['/usr/sbin', '/usr/local/sbin', '/usr/bin', '/usr/local/bin', '/opt/homebrew/bin'];

/** The full path of a program, or undefined. */
export function findProgram(name, ...alsoIn) {
  const directories = [...(process.env.PATH ?? '').split(delimiter), ...BESIDE_PATH, ...alsoIn];
  return directories
    .filter(Boolean)
    .map((directory) => join(directory, name))
    .find(isExecutable);
}

/** Directories `<parent>/<version>/<child>` of what is installed in several versions, the newest first. */
export function versionedDirectories(parent, child) {
  return versionsIn(parent).map((version) => join(parent, version, child));
}

function versionsIn(parent) {
  try {
    return readdirSync(parent).sort((a, b) => Number(b) - Number(a));
  } catch {
    return [];
  }
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
