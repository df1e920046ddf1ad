// Where the workspace is, and the environment its tools run in: quiet, local, without the network.
import { accessSync, constants, existsSync, mkdirSync, readFileSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The workspace's top directory. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The path of an installed tool. */
export const binary = (name) => join(root, 'node_modules', '.bin', process.platform === 'win32' ? `${name}.cmd` : name);

/** A JSON file of the workspace, parsed. */
export const readJson = (path) => JSON.parse(readFileSync(join(root, path), 'utf8'));

/** The environment of every child process. */
export function toolEnvironment() {
  return {
    ...process.env,
    PATH: [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
    HOME: writableHome(),
    TURBO_TELEMETRY_DISABLED: '1',
    DO_NOT_TRACK: '1',
    npm_config_update_notifier: 'false',
    ...nodeHeaders(),
  };
}

/** HOME, or a directory of the workspace's own where HOME cannot be written to: tools keep caches there. */
function writableHome() {
  try {
    accessSync(homedir(), constants.W_OK);
    return homedir();
  } catch {
    const own = join(root, 'node_modules', '.home');
    mkdirSync(own, { recursive: true });
    return own;
  }
}

/** Points node-gyp to the headers Node came with, so that compiling the SQLite driver downloads nothing. */
function nodeHeaders() {
  const prefix = dirname(dirname(realpathSync(process.execPath)));
  return existsSync(join(prefix, 'include', 'node', 'node.h')) ? { npm_config_nodedir: prefix } : {};
}

/** Whether this Node is of a version or newer. */
export function isNodeAtLeast(major, minor) {
  const [ownMajor = 0, ownMinor = 0] = process.versions.node.split('.').map(Number);
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}
