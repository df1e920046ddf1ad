// Writes and reads one kind of record on any server, through the driver that core's stores use.

interface Notes {
  /** Keeps a text; resolves when the server acknowledged it. */
  add(text: string): Promise<void>;
  /** The texts that are kept, sorted. */
  all(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Connects to the server of a URL; `name` is what the notes are kept under. */
export function openNotes(url: string, name: string): Promise<Notes> {
  if (url.startsWith('redis:')) return redisNotes(url, name);
  if (url.startsWith('postgres:')) return postgresNotes(url, name);
  if (url.startsWith('mysql:')) return mysqlNotes(url, name);
  return mongoNotes(url, name);
}

async function redisNotes(url: string, name: string): Promise<Notes> {
  const { Redis } = await import('ioredis');
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  client.on('error', () => undefined);
  await client.connect();
  return {
    add: async (text) => void (await client.sadd(name, text)),
    all: async () => (await client.smembers(name)).sort(),
    close: async () => client.disconnect(),
  };
}

async function postgresNotes(url: string, name: string): Promise<Notes> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  await client.query(`CREATE TABLE IF NOT EXISTS ${name} (note text)`);
  return {
    add: async (text) => void (await client.query(`INSERT INTO ${name} VALUES ($1)`, [text])),
    all: async () =>
      (await client.query<{ note: string }>(`SELECT note FROM ${name} ORDER BY 1`)).rows.map((it) => it.note),
    close: () => client.end(),
  };
}

async function mysqlNotes(url: string, name: string): Promise<Notes> {
  const { createConnection } = await import('mysql2/promise');
  const connection = await createConnection(url);
  connection.on('error', () => undefined);
  await connection.query(`CREATE TABLE IF NOT EXISTS ${name} (note varchar(200)) ENGINE = InnoDB`);
  return {
    add: async (text) => void (await connection.query(`INSERT INTO ${name} VALUES (?)`, [text])),
    async all() {
      const [rows] = await connection.query({ sql: `SELECT note FROM ${name} ORDER BY 1`, rowsAsArray: true });
      return (rows as unknown as string[][]).flat();
    },
    close: async () => connection.destroy(),
  };
}

async function mongoNotes(url: string, name: string): Promise<Notes> {
  const { MongoClient } = await import('mongodb');
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 2_000 });
  const notes = client.db().collection<{ note: string }>(name);
  await notes.findOne();
  return {
    add: async (note) => void (await notes.insertOne({ note }, { writeConcern: { w: 'majority' } })),
    all: async () => (await notes.find().toArray()).map((it) => it.note).sort(),
    close: () => client.close(),
  };
}
