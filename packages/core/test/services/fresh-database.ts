// Databases and names that no other test has, so that test files can run side by side on one server.
import { randomBytes } from 'node:crypto';

/** A part of a server that belongs to the caller. */
export interface FreshDatabase extends AsyncDisposable {
  /** URL of the database; for Redis that of the server. */
  readonly url: string;
  /** Name of the database; for Redis what the caller's keys are to begin with. */
  readonly name: string;
  /** Removes all that is in it. */
  drop(): Promise<void>;
}

type Spaces = { readonly create: () => Promise<void>; readonly drop: () => Promise<void> };

/** A lower-case identifier that was never used before, short enough to go before a table's or key's name in any store. */
export function freshName(): string {
  return `t${randomBytes(6).toString('hex')}`;
}

/** Makes an empty database on the server of a URL. */
export async function freshDatabase(url: string): Promise<FreshDatabase> {
  const name = freshName();
  const { create, drop } = spacesOf(url, name);
  await create();
  return { url: isRedis(url) ? url : withDatabase(url, name), name, drop, [Symbol.asyncDispose]: drop };
}

function spacesOf(url: string, name: string): Spaces {
  if (isRedis(url)) return { create: async () => undefined, drop: () => dropKeys(url, name) };
  if (/^postgres(ql)?:/.test(url)) {
    return {
      create: () => postgres(url, `CREATE DATABASE ${name}`),
      drop: () => postgres(url, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
    };
  }
  if (/^(mysql|mariadb):/.test(url)) {
    return {
      create: () => mysql(url, `CREATE DATABASE ${name} CHARACTER SET utf8mb4`),
      drop: () => mysql(url, `DROP DATABASE IF EXISTS ${name}`),
    };
  }
  // MongoDB makes a database with its first document.
  return { create: async () => undefined, drop: () => dropMongoDatabase(url, name) };
}

const isRedis = (url: string) => /^rediss?:/.test(url);

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

async function postgres(url: string, sql: string): Promise<void> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

async function mysql(url: string, sql: string): Promise<void> {
  const { createConnection } = await import('mysql2/promise');
  const connection = await createConnection(url);
  await connection.query(sql).finally(() => connection.end());
}

async function dropKeys(url: string, name: string): Promise<void> {
  const { Redis } = await import('ioredis');
  const client = new Redis(url);
  try {
    for await (const keys of client.scanStream({ match: `*${name}*`, count: 1_000 })) {
      if (keys.length > 0) await client.unlink(keys);
    }
  } finally {
    client.disconnect();
  }
}

async function dropMongoDatabase(url: string, name: string): Promise<void> {
  const { MongoClient } = await import('mongodb');
  const client = new MongoClient(url);
  await client
    .db(name)
    .dropDatabase()
    .finally(() => client.close());
}
