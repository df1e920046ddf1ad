// The options of the MongoDB store: what is refused before anything is sent, and without a password in the message.
import { describe, expect, it } from 'vitest';
import { MongodbStore, type MongodbStoreOptions } from '../../../src/stores/mongodb/index.ts';

const CLIENT = { db() {}, connect: async () => {}, startSession() {} };

describe('options', () => {
  it.each([
    ['an unknown option', { uri: 'mongodb://host' }, 'uri'],
    ['a host', { host: 'localhost' }, 'host'],
    ['a password', { password: 'secret' }, 'password'],
    ["another library's collection", { collection: 'jobs' }, 'collection'],
    ['another kind of database', { url: 'postgres://me:secret@host/db' }, 'url'],
    ['what is no URL', { url: 'mongodb://' }, 'url'],
    ['a URL that is none', { url: 7 }, 'url'],
    ['url and client', { url: 'mongodb://me:secret@host', client: CLIENT }, 'url'],
    ['something that is no client', { client: { db: 'jobs' } }, 'client'],
    ['writes to less than a majority', { url: 'mongodb://me:secret@host/jobs?w=1' }, 'url'],
    ['reads from secondaries', { url: 'mongodb://host/?readPreference=nearest' }, 'url'],
    ['writes that are not tried again', { url: 'mongodb://host/?retryWrites=false' }, 'url'],
    ['a database with a dot', { database: 'a.b' }, 'database'],
    ['a database with a $', { url: 'mongodb://me:secret@host/a$b' }, 'database'],
    ['a database beyond 63 characters', { database: 'a'.repeat(64) }, 'database'],
    ["the server's own database", { url: 'mongodb://host/admin' }, 'database'],
    ['no database', { database: '' }, 'database'],
    ['a prefix that begins the names of system collections', { collectionPrefix: 'system.' }, 'collectionPrefix'],
    ['a prefix with quotes', { collectionPrefix: 'a";' }, 'collectionPrefix'],
    ['an empty prefix', { collectionPrefix: '' }, 'collectionPrefix'],
    ['a prefix beyond 40 characters', { collectionPrefix: 'a'.repeat(41) }, 'collectionPrefix'],
    ['no pause between polls', { pollInterval: 0 }, 'pollInterval'],
    ['an unknown clock', { clock: 'utc' }, 'clock'],
    ['an unknown way to migrate', { migrate: true }, 'migrate'],
  ])('refuses %s', (_, options, field) => {
    const make = () => new MongodbStore(options as MongodbStoreOptions);
    expect(make).toThrow(expect.objectContaining({ code: 'invalid-option', field }));
    expect(make).not.toThrow(/secret/);
  });

  it.each([
    {},
    { url: 'mongodb://a:1,b:2,c:3/jobs?replicaSet=rs0&w=majority&retryWrites=true' },
    { url: 'mongodb+srv://me:p%40ss@cluster.example.net/?authSource=admin', database: 'jobs' },
    { client: CLIENT, database: 'my-jobs_1', collectionPrefix: '_x9' },
    { clock: 'host', migrate: 'never' },
  ] satisfies MongodbStoreOptions[])('takes %j', (options) => {
    expect(new MongodbStore(options)).toMatchObject({ kind: 'mongodb', durable: true });
  });

  it('takes the poll interval in seconds', () => {
    expect(new MongodbStore({ pollInterval: 0.5 }).pollMs).toBe(500);
    expect(new MongodbStore().pollMs).toBe(5000);
  });
});
