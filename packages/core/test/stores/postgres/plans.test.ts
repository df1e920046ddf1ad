// How the server finds rows, as it says itself: by an index that has them in order, whatever else is in the tables.
import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { PostgresStore } from '../../../src/stores/postgres/index.ts';
import { commitOf, NODE, newJob } from '../../../src/testing/store-contract/bench.ts';
import { DUE, PostgresBench, SLOTS, server } from './postgres-bench.ts';

/** Jobs that are not due; half as many runs that are not available, and as many that have ended. */
const IDLE = 100_000;

/** Pages of the tables and indexes that one statement about two jobs may look at, however many others there are. */
const FEW_PAGES = 150;

/** A step of a plan, as `EXPLAIN` words it. */
interface PlanStep {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
  readonly Plans?: readonly PlanStep[];
}

interface Explained {
  readonly 'Query Text': string;
  readonly Plan: PlanStep;
}

describe.skipIf(server === '')('among 100,000 jobs and runs', { timeout: 60_000 }, () => {
  const bench = new PostgresBench();

  /** A store, and the plan of every statement it has the server run. */
  async function explainedStore(): Promise<[PostgresStore, Explained[]]> {
    const plans: Explained[] = [];
    const pool = new pg.Pool({ connectionString: bench.url, max: 2 });
    onTestFinished(() => pool.end());
    pool.on('connect', (client) => {
      void client.query(`LOAD 'auto_explain'; SET auto_explain.log_level = notice; SET auto_explain.log_min_duration = 0;
        SET auto_explain.log_format = json; SET auto_explain.log_analyze = on; SET auto_explain.log_buffers = on`);
      client.on('notice', ({ message }) => {
        if (message?.includes('Query Text')) plans.push(JSON.parse(message.slice(message.indexOf('{'))));
      });
    });
    return [await bench.open({ pool, listen: true }), plans];
  }

  /** Copies a job, and two runs of it, very often into the far future. */
  async function addIdle(store: PostgresStore): Promise<void> {
    await store.putJobs([newJob('idle')], 'fail');
    await store.addRun('idle', { reason: 'manual', key: 'idle' });
    await copy('[job]', `id = 'idle'`, { id: "'idle-' || n", next_fire_at: '4e12::bigint + n' });
    const run = { id: "'idle-' || n", job_id: "'idle-' || n % 1000", available_at: '4e12::bigint + n', fire_at: 'n' };
    await copy('[run]', `job_id = 'idle' AND n % 2 = 0`, run);
    await copy('[run]', `job_id = 'idle' AND n % 2 = 1`, { ...run, state: "'succeeded'", finished_at: 'n' });
  }

  async function copy(table: string, condition: string, changed: Readonly<Record<string, string>>): Promise<void> {
    const columns = await bench.run(
      `SELECT column_name AS name FROM information_schema.columns
      WHERE table_name = $1 AND is_generated = 'NEVER' AND is_identity = 'NO'`,
      [bench.named(table).replaceAll('"', '')],
    );
    const names = columns.map((column) => String(column['name']));
    const values = names.map((name) => changed[name] ?? name);
    await bench.run(
      `INSERT INTO ${table} (${names}) SELECT ${values} FROM ${table}, generate_series(1, ${IDLE}) AS n WHERE ${condition}`,
    );
  }

  function steps(step: PlanStep): PlanStep[] {
    return [step, ...(step.Plans ?? []).flatMap(steps)];
  }

  /** Works off two jobs that are due. */
  async function workOff(store: PostgresStore, round: string): Promise<void> {
    await bench.addDue(store, `due-${round}`, `too-${round}`);
    const { jobs } = await store.claimDue(DUE);
    expect(jobs).toHaveLength(2);
    await store.commitFires(jobs.map((job) => commitOf(job)));
    await store.nextWake(NODE);
    const { runs } = await store.claimRuns({ ...NODE, ...SLOTS });
    const claims = runs.map((run) => ({ runId: run.id, token: run.token }));
    await store.heartbeat(claims, 1000);
    const end = { outcome: 'succeeded' as const, error: null, retryInMs: null };
    await store.finishRuns(claims.map((claim) => ({ ...claim, ...end })));
    await store.unknownTasks(NODE.tasks);
  }

  /** Looks at a page of each list, and at the one behind it. */
  async function list(store: PostgresStore): Promise<void> {
    const ended = { states: ['succeeded' as const] };
    const [jobs, runs] = [await store.getJobs({}, { limit: 10 }), await store.getRuns(ended, { limit: 10 })];
    await store.getJobs({}, { limit: 10, cursor: jobs.cursor });
    await store.getRuns(ended, { limit: 10, cursor: runs.cursor });
    await store.getRuns({ jobId: 'idle-7' }, { limit: 10 });
    await store.getRuns({ states: ['lost', 'failed'] }, { limit: 10 });
  }

  it('finds by an index what is to be done, whether the tables were analysed or not', async () => {
    const [store, plans] = await explainedStore();
    await workOff(store, 'first');
    await addIdle(store);
    for (const analysed of ['never', 'now']) {
      if (analysed === 'now') await bench.run('ANALYZE [job], [run]');
      // Often enough for the server to plan once and for all.
      for (let n = 0; n < 6; n++) await workOff(store, `${analysed}-${n}`);
      plans.length = 0;
      await workOff(store, analysed);
      await list(store);
      const found = plans.filter((plan) => plan['Query Text'].includes(bench.prefix));
      expect(found.length).toBeGreaterThan(20);
      for (const { 'Query Text': text, Plan: plan } of found) {
        expect(plan['Shared Hit Blocks'] + plan['Shared Read Blocks'], text).toBeLessThan(FEW_PAGES);
        const types = steps(plan)
          .filter((step) => step['Relation Name'])
          .map((step) => step['Node Type']);
        expect(types, text).not.toContain('Seq Scan');
        const isOrdered = /LIMIT/.test(text) && !/lease_until <|state IN \('queued'/.test(text);
        if (isOrdered)
          expect(
            steps(plan).map((step) => step['Node Type']),
            text,
          ).not.toContain('Sort');
      }
    }
  });
});
