// The limit of a server through the same driver: a claim of due rows, an insert of their runs and a finish of these, written
// by hand for nothing but this, in batches of the same size.
import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';
import mysql from 'mysql2/promise';
import pg from 'pg';
import type { Backend } from './backends.ts';

/** Due jobs worked off in one round of claim, insert and finish; answers how many a second. */
export const RAW: { readonly [backend: string]: (backend: Backend, count: number, batch: number) => Promise<number> } =
  {
    PostgreSQL: rawPostgres,
    MariaDB: rawMysql,
    Redis: rawRedis,
    MongoDB: rawMongodb,
  };

/** What a job carries along, as long as ours. */
const PAYLOAD = JSON.stringify({ trigger: 'x'.repeat(120), policies: 'x'.repeat(220), args: [] });

async function timed(count: number, round: () => Promise<number>): Promise<number> {
  const start = performance.now();
  for (let done = 0; done < count; ) {
    const worked = await round();
    if (worked === 0) throw new Error('nothing was left to claim');
    done += worked;
  }
  return count / ((performance.now() - start) / 1000);
}

async function rawPostgres({ url }: Backend, count: number, batch: number): Promise<number> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    await client.query(`CREATE TEMP TABLE raw_job (id bigint PRIMARY KEY, due_at bigint, payload text);
      CREATE INDEX ON raw_job (due_at) WHERE due_at IS NOT NULL;
      CREATE TEMP TABLE raw_run (id bigint PRIMARY KEY, state text, payload text);
      CREATE INDEX ON raw_run (id) WHERE state = 'queued'`);
    await client.query('INSERT INTO raw_job SELECT i, 1, $2 FROM generate_series(1, $1) i', [count, PAYLOAD]);
    return await timed(count, async () => {
      const { rows } = await client.query({
        name: 'claim',
        text: `WITH c AS MATERIALIZED (SELECT id FROM raw_job WHERE due_at <= 2 ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED)
          UPDATE raw_job j SET due_at = NULL FROM c WHERE j.id = c.id RETURNING j.id, j.payload`,
        values: [batch],
      });
      const ids = rows.map((row) => row.id);
      await client.query({
        name: 'insert',
        text: "INSERT INTO raw_run SELECT i, 'queued', p FROM unnest($1::bigint[], $2::text[]) t (i, p)",
        values: [ids, rows.map((row) => row.payload)],
      });
      await client.query({
        name: 'start',
        text: `WITH c AS MATERIALIZED (SELECT id FROM raw_run WHERE state = 'queued' ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED)
          UPDATE raw_run r SET state = 'running' FROM c WHERE r.id = c.id RETURNING r.id, r.payload`,
        values: [batch],
      });
      await client.query({
        name: 'finish',
        text: "UPDATE raw_run SET state = 'succeeded' WHERE id = ANY($1::bigint[])",
        values: [ids],
      });
      return ids.length;
    });
  } finally {
    await client.end();
  }
}

async function rawMysql({ url }: Backend, count: number, batch: number): Promise<number> {
  const connection = await mysql.createConnection(url);
  try {
    await connection.query(
      'CREATE TEMPORARY TABLE raw_job (id INT PRIMARY KEY, due_at BIGINT, payload TEXT, KEY (due_at)) ENGINE = InnoDB',
    );
    await connection.query(
      "CREATE TEMPORARY TABLE raw_run (id INT PRIMARY KEY, state VARCHAR(10) DEFAULT 'queued', payload TEXT, KEY (state, id)) ENGINE = InnoDB",
    );
    for (let first = 0; first < count; first += 1000) {
      const rows = Array.from({ length: Math.min(1000, count - first) }, (_, index) => [first + index, 1, PAYLOAD]);
      await connection.query('INSERT INTO raw_job VALUES ?', [rows]);
    }
    return await timed(count, async () => {
      await connection.query('BEGIN');
      const [rows] = await connection.query<mysql.RowDataPacket[]>(
        'SELECT id, payload FROM raw_job WHERE due_at <= 2 ORDER BY due_at LIMIT ? FOR UPDATE SKIP LOCKED',
        [batch],
      );
      const ids = rows.map((row) => row['id']);
      await connection.query('UPDATE raw_job SET due_at = NULL WHERE id IN (?)', [ids]);
      await connection.query('INSERT INTO raw_run (id, payload) VALUES ?', [
        rows.map((row) => [row['id'], row['payload']]),
      ]);
      await connection.query('COMMIT');
      await connection.query('BEGIN');
      await connection.query(
        "SELECT id, payload FROM raw_run WHERE state = 'queued' ORDER BY id LIMIT ? FOR UPDATE SKIP LOCKED",
        [batch],
      );
      await connection.query("UPDATE raw_run SET state = 'running' WHERE id IN (?)", [ids]);
      await connection.query('COMMIT');
      await connection.query("UPDATE raw_run SET state = 'succeeded' WHERE id IN (?)", [ids]);
      return ids.length;
    });
  } finally {
    await connection.end();
  }
}

/** The four steps as scripts over a sorted set and a hash for each job and run. */
const RAW_CLAIM = `local ids = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', 2, 'LIMIT', 0, ARGV[1])
  local out = {}
  for i, id in ipairs(ids) do
    redis.call('ZADD', KEYS[1], 10, id)
    out[#out + 1] = id
    out[#out + 1] = redis.call('HGET', ARGV[2] .. id, 'payload')
  end
  return out`;
const RAW_INSERT = `for i = 2, #ARGV, 2 do
    redis.call('ZREM', KEYS[1], ARGV[i])
    redis.call('HSET', ARGV[1] .. ARGV[i], 'state', 'queued', 'payload', ARGV[i + 1])
    redis.call('ZADD', KEYS[2], 1, ARGV[i])
  end`;
const RAW_START = `local ids = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', 2, 'LIMIT', 0, ARGV[1])
  local out = {}
  for i, id in ipairs(ids) do
    redis.call('ZREM', KEYS[1], id)
    redis.call('ZADD', KEYS[2], 99, id)
    redis.call('HSET', ARGV[2] .. id, 'state', 'running')
    out[i] = redis.call('HGET', ARGV[2] .. id, 'payload')
  end
  return out`;
const RAW_FINISH = `for i = 2, #ARGV do
    redis.call('ZREM', KEYS[1], ARGV[i])
    redis.call('HSET', ARGV[1] .. ARGV[i], 'state', 'succeeded')
  end`;

async function rawRedis({ url }: Backend, count: number, batch: number): Promise<number> {
  const redis = new Redis(url);
  const key = (name: string) => `{raw${process.pid}}${name}`;
  try {
    const script = async (text: string) => String(await redis.script('LOAD', text));
    const [claim, insert, begin, finish] = await Promise.all(
      [RAW_CLAIM, RAW_INSERT, RAW_START, RAW_FINISH].map(script),
    );
    for (let first = 0; first < count; first += 1000) {
      const pipeline = redis.pipeline();
      for (let id = first; id < Math.min(first + 1000, count); id++)
        pipeline.hset(key(`job:${id}`), 'payload', PAYLOAD).zadd(key('due'), 1, id);
      await pipeline.exec();
    }
    return await timed(count, async () => {
      const claimed = (await redis.evalsha(claim ?? '', 1, key('due'), batch, key('job:'))) as string[];
      const ids = claimed.filter((_, index) => index % 2 === 0);
      await redis.evalsha(insert ?? '', 2, key('due'), key('queue'), key('run:'), ...claimed);
      await redis.evalsha(begin ?? '', 2, key('queue'), key('leases'), batch, key('run:'));
      await redis.evalsha(finish ?? '', 1, key('leases'), key('run:'), ...ids);
      return ids.length;
    });
  } finally {
    redis.disconnect();
  }
}

async function rawMongodb({ url }: Backend, count: number, batch: number): Promise<number> {
  const client = await MongoClient.connect(url);
  const database = client.db(`raw${process.pid}`);
  try {
    const jobs = database.collection<{ _id: number; due: number | null; payload: string }>('job');
    const runs = database.collection<{ _id: number; state: string; payload: string }>('run');
    await jobs.createIndex({ due: 1 });
    await runs.createIndex({ state: 1, _id: 1 });
    for (let first = 0; first < count; first += 1000) {
      const size = Math.min(1000, count - first);
      await jobs.insertMany(
        Array.from({ length: size }, (_, index) => ({ _id: first + index, due: 1, payload: PAYLOAD })),
      );
    }
    return await timed(count, async () => {
      const due = await jobs.find({ due: 1 }).sort({ due: 1 }).limit(batch).toArray();
      const ids = due.map((job) => job._id);
      await jobs.updateMany({ _id: { $in: ids }, due: 1 }, { $set: { due: null } });
      await runs.insertMany(due.map((job) => ({ _id: job._id, state: 'queued', payload: job.payload })));
      await runs.find({ state: 'queued' }).limit(batch).toArray();
      await runs.updateMany({ _id: { $in: ids } }, { $set: { state: 'running' } });
      await runs.updateMany({ _id: { $in: ids } }, { $set: { state: 'succeeded' } });
      return ids.length;
    });
  } finally {
    await database.dropDatabase();
    await client.close();
  }
}
