// Rows that another program spoilt, and how the server finds rows among very many.
import mysql from 'mysql2/promise';
import { describe, expect, it, onTestFinished } from 'vitest';
import { commitOf, NODE } from '../../../src/testing/store-contract/bench.ts';
import { DUE, MysqlBench, SLOTS, server } from './mysql-bench.ts';

describe.skipIf(server === '')('rows that cannot be read', () => {
  const bench = new MysqlBench();

  it.each([
    ['trigger_json', '{'],
    ['policies', '{"maxInstances":"many"}'],
    ['tags', '{"a":1}'],
    ['trigger_json', '{'.repeat(100_000)],
  ])('sets a job with %s = %.20s aside, and goes on with the rest', async (column, text) => {
    const store = await bench.open();
    await bench.addDue(store, 'good', 'spoilt', 'fine');
    await bench.run(`UPDATE [job] SET ${column} = ? WHERE id = 'spoilt'`, [text]);
    expect((await store.claimDue(DUE)).jobs.map((job) => job.id).sort()).toEqual(['fine', 'good']);
    const [row] = await bench.run(`SELECT state, note, ${column} AS text FROM [job] WHERE id = 'spoilt'`);
    expect(row).toMatchObject({ state: 'broken', note: expect.stringContaining('cannot be read'), text });
    expect((await store.getJobs({ states: ['broken'] }, {})).items.map((job) => job.id)).toEqual(['spoilt']);
  });

  it('records a run that cannot be read as failed', async () => {
    const store = await bench.open();
    await bench.addDue(store, 'a', 'b');
    await bench.fire(store);
    await bench.run("UPDATE [run] SET policies = 'x' WHERE job_id = 'a'");
    const { runs, ended } = await (await bench.open()).claimRuns({ ...NODE, ...SLOTS });
    expect(runs.map((run) => run.jobId)).toEqual(['b']);
    expect(ended).toMatchObject([{ jobId: 'a', state: 'failed', error: expect.stringContaining('cannot be read') }]);
  });
});

describe.skipIf(server === '')('among 20,000 jobs and runs', { timeout: 60_000 }, () => {
  const bench = new MysqlBench();
  /** Rows of tables and indexes that working off two jobs may read, however many others there are. */
  const FEW_ROWS = 500;

  it('reads few rows to find and to record what is due', async () => {
    const pool = mysql.createPool({ uri: bench.url, connectionLimit: 1 });
    onTestFinished(() => pool.end());
    const store = await bench.open({ pool });
    await bench.addDue(store, 'idle');
    await bench.fire(store);
    await store.addRun('idle', { reason: 'manual', key: 'idle' });
    const numbers = 'SELECT seq AS n FROM seq_1_to_20000';
    for (const [table, changed] of [
      ['[job]', { id: "CONCAT('idle-', n)", next_fire_at: '4000000000000 + n', generation: '1000000 + n' }],
      ['[run]', { id: "CONCAT('idle-', n)", seq: '1000 + n', available_at: '4000000000000 + n', fire_at: 'n' }],
    ] as const) {
      const columns = (await bench.run(`SHOW COLUMNS FROM ${table}`)).filter(
        ({ Extra: extra }) => !/GENERATED/.test(String(extra)),
      );
      const names = columns.map((column) => String(column['Field']));
      const values = names.map((name) => (changed as Record<string, string>)[name] ?? name);
      const one = table === '[job]' ? "id = 'idle'" : "state = 'queued'";
      await bench.run(
        `INSERT INTO ${table} (${names}) SELECT ${values} FROM (SELECT * FROM ${table} WHERE ${one} LIMIT 1) AS one, (${numbers}) AS numbers`,
      );
    }
    await bench.run('ANALYZE TABLE [job], [run]');
    await bench.addDue(store, 'due', 'too');
    await pool.query('FLUSH STATUS');
    const { jobs } = await store.claimDue(DUE);
    expect(jobs.map((job) => job.id)).toEqual(['due', 'too']);
    await store.commitFires(jobs.map((job) => commitOf(job)));
    await store.nextWake(NODE);
    const { runs } = await store.claimRuns({ ...NODE, ...SLOTS });
    const claims = runs.map((run) => ({ runId: run.id, token: run.token }));
    await store.heartbeat(claims, 1000);
    await store.finishRuns(
      claims.map((claim) => ({ ...claim, outcome: 'succeeded' as const, error: null, retryInMs: null })),
    );
    await store.unknownTasks(NODE.tasks);
    expect(runs.length).toBeGreaterThanOrEqual(2);
    expect(await rowsRead(pool)).toBeLessThan(FEW_ROWS);
    await pool.query('FLUSH STATUS');
    const { cursor } = await store.getJobs({}, { limit: 10 });
    expect((await store.getJobs({}, { limit: 10, cursor })).items).toHaveLength(10);
    expect((await store.getRuns({}, { limit: 10 })).items).toHaveLength(10);
    expect(await rowsRead(pool)).toBeLessThan(FEW_ROWS);
  });
});

/** How many rows of tables and indexes the connection has read since its counters were set to zero. */
async function rowsRead(pool: mysql.Pool): Promise<number> {
  const [read] = await pool.query<mysql.RowDataPacket[]>("SHOW SESSION STATUS LIKE 'Handler_read%'");
  return read.reduce((sum, { Value: value }) => sum + Number(value), 0);
}
