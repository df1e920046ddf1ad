// MongoDB: a replica set of one, for transactions and change streams; mongod itself, or the Windows one that CI runs in wine.
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { driver } from './drivers.mjs';
import { MONGOD_FIXTURE } from './mongod-fixture.mjs';
import { runToEnd } from './processes.mjs';
import { findProgram } from './programs.mjs';

/** Where Debian's package wine64 puts it. */
const WINE = '/usr/lib/wine/wine64';
const WINE_SERVER = '/usr/lib/wine/wineserver64';
const WINE_LIBRARIES = '/usr/lib/x86_64-linux-gnu/wine/x86_64-windows';
const REPLICA_SET = 'rs0';

/** Wine lacks the performance counters that mongod gathers diagnostics from, and ends for want of, after 30 s. */
const WITHOUT_COUNTERS = ['--setParameter', 'diagnosticDataCollectionEnabled=false'];

/** @type {import('./recipes.mjs').Recipe} */
export const mongodb = {
  title: 'MongoDB',
  advice: 'put mongod on PATH, or, on Debian for amd64, run: node .ci/fetch-mongod.mjs',
  packages: () => (existsSync(MONGOD_FIXTURE) && process.arch === 'x64' ? ['wine64'] : []),
  find() {
    const mongod = findProgram('mongod');
    if (mongod !== undefined) return { program: mongod, isWindows: false };
    const isComplete = [MONGOD_FIXTURE, WINE, WINE_SERVER, WINE_LIBRARIES].every((path) => existsSync(path));
    return isComplete ? { program: WINE, isWindows: true } : undefined;
  },
  prepare({ isWindows }, { directory }) {
    mkdirSync(join(directory, 'data'));
    if (isWindows) makeWinePrefix(winePrefix(directory));
  },
  command({ program, isWindows }, { directory, port }) {
    const data = join(directory, 'data');
    const place = ['--bind_ip', '127.0.0.1', '--port', `${port}`, '--dbpath'];
    const kind = ['--replSet', REPLICA_SET, '--wiredTigerCacheSizeGB', '0.25'];
    if (!isWindows) return { program, args: [...place, data, ...kind] };
    const args = [MONGOD_FIXTURE, ...place, `Z:${data.replaceAll('/', '\\')}`, ...kind, ...WITHOUT_COUNTERS];
    return { program, args, env: wineEnvironment(directory) };
  },
  url: (port) => `mongodb://127.0.0.1:${port}/sched_test?replicaSet=${REPLICA_SET}`,
  async probe(port) {
    const address = `127.0.0.1:${port}`;
    const client = new (driver('mongodb').MongoClient)(`mongodb://${address}/?directConnection=true`, {
      serverSelectionTimeoutMS: 5_000,
    });
    try {
      const admin = client.db('admin');
      const { setName, isWritablePrimary } = await admin.command({ hello: 1 });
      if (setName === undefined) await admin.command(initiation(address));
      if (!isWritablePrimary) throw new Error('the replica set has no primary yet');
    } finally {
      await client.close();
    }
  },
  async settle({ isWindows }, place) {
    // Wine's own server ends by itself after the last program it served.
    const command = { program: WINE_SERVER, args: ['-w'], env: wineEnvironment(place.directory) };
    if (isWindows) await runToEnd(command, place);
  },
};

const initiation = (host) => ({ replSetInitiate: { _id: REPLICA_SET, members: [{ _id: 0, host }] } });

const winePrefix = (directory) => join(directory, 'wine');

const wineEnvironment = (directory) => ({
  WINEPREFIX: winePrefix(directory),
  WINEARCH: 'win64',
  WINEDEBUG: '-all',
  WINEDLLOVERRIDES: 'wineboot.exe=d;mscoree=d;mshtml=d',
});

/**
 * All of Windows that mongod needs: wine's libraries and two drives. Made by hand, because wine's own set-up takes 9 s,
 * fills 700 MB and starts half a dozen services.
 */
function makeWinePrefix(prefix) {
  mkdirSync(join(prefix, 'drive_c', 'windows'), { recursive: true });
  mkdirSync(join(prefix, 'dosdevices'));
  symlinkSync('../drive_c', join(prefix, 'dosdevices', 'c:'));
  symlinkSync('/', join(prefix, 'dosdevices', 'z:'));
  symlinkSync(WINE_LIBRARIES, join(prefix, 'drive_c', 'windows', 'system32'));
  writeFileSync(join(prefix, '.update-timestamp'), 'disable\n');
}
