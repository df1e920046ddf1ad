// MariaDB, for what speaks MySQL's protocol: commits reach the operating system, which a killed process does not take with it.
import { driver } from './drivers.mjs';
import { runToEnd } from './processes.mjs';
import { findProgram } from './programs.mjs';

const DATABASE = 'sched_test';
const server = (port) => `mysql://root@127.0.0.1:${port}`;
const user = () => (process.getuid?.() === 0 ? ['--user=root'] : []);

/** @type {import('./recipes.mjs').Recipe} */
export const mysql = {
  title: 'MariaDB',
  advice: 'put mariadbd on PATH (Debian: apt-get install mariadb-server; macOS: brew install mariadb)',
  packages: () => ['mariadb-server'],
  find() {
    const [install, daemon] = [findProgram('mariadb-install-db'), findProgram('mariadbd')];
    return install === undefined || daemon === undefined ? undefined : { install, daemon };
  },
  async prepare({ install }, place) {
    const how = ['--auth-root-authentication-method=normal', '--skip-test-db', '--skip-name-resolve'];
    const args = ['--no-defaults', ...user(), `--datadir=${place.directory}/data`, ...how];
    await runToEnd({ program: install, args }, place);
  },
  command: ({ daemon }, { directory, port }) => ({
    program: daemon,
    args: [
      '--no-defaults',
      ...user(),
      `--datadir=${directory}/data`,
      `--socket=${directory}/socket`,
      `--pid-file=${directory}/pid`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      '--skip-name-resolve',
      '--max-connections=300',
      '--innodb-buffer-pool-size=64M',
      '--innodb-flush-log-at-trx-commit=2',
    ],
  }),
  url: (port) => `${server(port)}/${DATABASE}`,
  async probe(port) {
    const connection = await driver('mysql2/promise').createConnection({ uri: server(port), connectTimeout: 5_000 });
    try {
      await connection.query(`CREATE DATABASE IF NOT EXISTS ${DATABASE} CHARACTER SET utf8mb4`);
    } finally {
      connection.destroy();
    }
  },
};
