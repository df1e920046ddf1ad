// What a configuration of APScheduler says that has another name here, or no counterpart: it is refused with a word about what
// stands in its place.
import { InvalidOptionError } from '../../errors.ts';
import { camelCase } from './flat-configuration.ts';

/** For each name, in our spelling, what is expected in its place. */
type Elsewhere = { readonly [name: string]: string };

const SCHEDULER: Elsewhere = {
  jobstoreRetryInterval: 'to be left out: waits for a store that fails grow from 0.1 s to 5 s by themselves',
  daemon: 'to be left out: a BackgroundScheduler never keeps the process alive, a BlockingScheduler always does',
  eventLoop: 'to be left out: there is one event loop',
  ioLoop: 'to be left out: there is one event loop',
  reactor: 'to be left out: there is one event loop',
};

const JOB_STORE: Elsewhere = {
  tablename: 'the option tablePrefix in its place: there are several tables',
  tableschema: 'the option schema of PostgreSQL, or database of MySQL, in its place',
  metadata: 'to be left out: the store makes its tables',
  engine: 'the option pool, or database of SQLite, beside a type such as postgres',
  engineOptions: 'it as part of the url, or in the pool of yours that you hand in',
  connectArgs: 'it as part of the url, or in the pool or client of yours that you hand in',
  pickleProtocol: 'to be left out: nothing is pickled',
};

const EXECUTOR: Elsewhere = {
  poolKwargs: 'the options of the pool itself in its place: maxWorkers, idleTimeout, maxMemory, execArgv',
};

/** They may hold a password. */
const NOT_SHOWN: readonly string[] = ['engineOptions', 'connectArgs'];

const TABLES = { scheduler: SCHEDULER, 'job store': JOB_STORE, executor: EXECUTOR } as const;

/** @throws InvalidOptionError if one of the options goes by another name here, or by none; `path` ends in a dot, or is empty */
export function refuseElsewhere(kind: keyof typeof TABLES, options: object, path = ''): void {
  const table: Elsewhere = TABLES[kind];
  for (const name of Object.keys(options)) {
    const ours = camelCase(name);
    const expected = Object.hasOwn(table, ours) ? table[ours] : undefined;
    if (expected === undefined) continue;
    const value = NOT_SHOWN.includes(ours) ? '(not shown)' : Reflect.get(options, name);
    throw new InvalidOptionError(`${path}${name}`, value, expected);
  }
}
