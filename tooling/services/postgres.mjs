// PostgreSQL: without fsync, which only a loss of power could make worse than killing the process.
import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { driver } from './drivers.mjs';
import { runToEnd } from './processes.mjs';
import { findProgram, versionedDirectories } from './programs.mjs';

const SETTINGS = {
  fsync: 'off',
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '300',
  // Kept in the data directory, which is removed, not in /dev/shm, where a killed server would leave it.
  dynamic_shared_memory_type: 'mmap',
};

const url = (port) => `postgres://postgres@127.0.0.1:${port}/postgres`;
const dataIn = (directory) => join(directory, 'data');

/** @type {import('./recipes.mjs').Recipe} */
export const postgres = {
  title: 'PostgreSQL',
  advice: 'put initdb and postgres on PATH (Debian: apt-get install postgresql; macOS: brew install postgresql)',
  packages: () => ['postgresql'],
  find() {
    const initdb = findProgram('initdb', ...versionedDirectories('/usr/lib/postgresql', 'bin'));
    return initdb === undefined ? undefined : dirname(realpathSync(initdb));
  },
  async prepare(bin, place) {
    const user = ordinaryUser();
    const data = dataIn(place.directory);
    mkdirSync(data, { mode: 0o700 });
    if (user.uid !== undefined) chownSync(data, user.uid, user.gid);
    const args = [
      '-D',
      data,
      '-U',
      'postgres',
      '-A',
      'trust',
      '-E',
      'UTF8',
      '--locale=C',
      '--no-sync',
      '--no-instructions',
    ];
    await runToEnd({ program: join(bin, 'initdb'), args, user }, place);
  },
  command: (bin, { directory, port }) => ({
    program: join(bin, 'postgres'),
    args: ['-D', dataIn(directory), '-p', `${port}`].concat(
      Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ),
    user: ordinaryUser(),
  }),
  url,
  async probe(port) {
    const client = new (driver('pg').Client)({ connectionString: url(port), connectionTimeoutMillis: 5_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('SELECT 1');
    } finally {
      await client.end();
    }
  },
  // Ends the server's own processes too, and gives its shared memory back.
  stopSignal: 'SIGQUIT',
  settle: (_bin, { directory }) => removeSharedMemory(join(dataIn(directory), 'postmaster.pid')),
};

/** PostgreSQL refuses to run as root. */
function ordinaryUser() {
  if (process.getuid?.() !== 0) return {};
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const account = accounts.find(([name]) => name === 'postgres') ?? accounts.find(([name]) => name === 'nobody');
  if (account === undefined)
    throw new Error('PostgreSQL does not run as root, and there is no user postgres or nobody.');
  return { uid: Number(account[2]), gid: Number(account[3]) };
}

/** The segment that a killed server leaves in the system; its number is on the last but one line of the lock file. */
function removeSharedMemory(lockFile) {
  if (!existsSync(lockFile)) return;
  const [, id] = readFileSync(lockFile, 'utf8').split('\n')[6]?.trim().split(/\s+/) ?? [];
  if (id === undefined) return;
  try {
    execFileSync('ipcrm', ['-m', id], { stdio: 'ignore' });
  } catch {
    // It went with the last of its processes, or there is no ipcrm: a few bytes until the next boot.
  }
}
