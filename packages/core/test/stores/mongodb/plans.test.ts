// The plans by which the server finds what the store asks for: every search as it was sent.
import { type Document, MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MongodbStore } from '../../../src/stores/mongodb/index.ts';
import { existing, NODE, newJob } from '../../../src/testing/store-contract/bench.ts';
import { serviceUrl } from '../../services.ts';
import { DUE, MongodbBench, SLOTS } from './mongodb-bench.ts';

const server = await serviceUrl('mongodb');

describe.skipIf(server === '')('plans', () => {
  const bench = new MongodbBench(server);
  const searches: Document[] = [];
  let client: MongoClient;

  beforeAll(async () => {
    client = await new MongoClient(bench.url, { monitorCommands: true }).connect();
    client.on('commandStarted', ({ commandName, command }) => {
      if (commandName === 'find' || commandName === 'aggregate') searches.push(command);
    });
  });
  afterAll(() => client.close());

  /** What the store searches for while it does this, beside what it looks up by id. */
  async function searchesOf(work: (store: MongodbStore) => Promise<unknown>): Promise<Document[]> {
    const store = await bench.open({ client });
    searches.length = 0;
    await work(store);
    const names = [bench.collection('job'), bench.collection('run')].map(({ collectionName }) => collectionName);
    return searches.filter((search) => {
      const query = search['filter'] ?? search['pipeline']?.[0]?.$match ?? {};
      return names.includes(search['find'] ?? search['aggregate']) && query._id?.$in === undefined;
    });
  }

  /** How the server goes about it, and what it looks at. */
  async function explained(search: Document) {
    const { lsid: _, $db: __, $clusterTime: ___, txnNumber: ____, readConcern: _____, ...command } = search;
    const explain = command['aggregate'] === undefined ? command : { ...command, cursor: {} };
    const answer = await bench.client.db(bench.database).command({ explain, verbosity: 'executionStats' });
    const first = answer['stages']?.[0]?.$cursor ?? answer;
    return { stages: stagesOf(first.queryPlanner.winningPlan), stats: first.executionStats };
  }

  function stagesOf(plan: Document): string[] {
    const inner = [plan['inputStage'], plan['queryPlan'], ...(plan['inputStages'] ?? [])].filter(Boolean);
    return [...inner.flatMap((stage: Document) => stagesOf(stage)), plan['stage']].filter(Boolean);
  }

  /** Claims, starts and ends; asks when to look again, and who is needed. */
  async function workOff(store: MongodbStore): Promise<void> {
    await bench.fire(store);
    await store.nextWake(NODE);
    await store.unknownTasks(NODE.tasks);
    const { runs } = await store.claimRuns({ ...NODE, ...SLOTS });
    await store.finishRuns(
      runs.map(({ id, token }) => ({ runId: id, token, outcome: 'succeeded', error: null, retryInMs: null })),
    );
  }

  it('find work by an index that has it in order', async () => {
    await bench.addDue(await bench.open(), 'a', 'b');
    const found = await searchesOf(workOff);
    expect(found.length).toBeGreaterThan(8);
    for (const search of found) {
      const { stages } = await explained(search);
      expect(stages, JSON.stringify(search)).not.toContain('COLLSCAN');
      // Of runs that lost their holder there are few, and the index has them by the end of their lease.
      if (search['filter']?.lease_until?.$lt === undefined)
        expect(stages, JSON.stringify(search)).not.toContain('SORT');
    }
  });

  it('list by an index', async () => {
    const found = await searchesOf(async (store) => {
      await bench.addDue(store, 'a', 'b');
      await bench.fire(store);
      const jobs = await store.getJobs({}, { limit: 1 });
      await store.getJobs({}, { limit: 1, cursor: jobs.cursor });
      const runs = await store.getRuns({}, { limit: 1 });
      await store.getRuns({}, { limit: 1, cursor: runs.cursor });
      await store.getRuns({ jobId: 'a' }, { limit: 1 });
    });
    const lists = found.filter(({ sort }) => ['list_key', 'fire_at'].some((column) => new Map(sort).has(column)));
    expect(lists).toHaveLength(5);
    for (const search of lists) {
      const { stages } = await explained(search);
      expect(stages, JSON.stringify(search)).not.toContain('COLLSCAN');
      expect(stages, JSON.stringify(search)).not.toContain('SORT');
    }
  });

  it('cost the same however much there is that is not due, has ended or waits for later', async () => {
    const store = await bench.open();
    const later = bench.clock.now() + 1e9;
    const others = Array.from({ length: 1000 }, (_, n) => newJob(`other-${n}`, { nextFireAt: bench.clock.now() }));
    await store.putJobs(others, 'keep');
    const { jobs } = await store.claimDue({ ...DUE, limit: 1000 });
    const fires = jobs.map((job, n) => ({
      jobId: job.id,
      generation: job.generation,
      version: job.version,
      fromFireAt: existing(job.nextFireAt),
      nextFireAt: later + n,
      lastFireAt: job.nextFireAt,
      state: 'active' as const,
      note: null,
      fires: [
        {
          fireAt: existing(job.nextFireAt),
          availableAt: later + n,
          deadlineAt: null,
          reason: 'scheduled' as const,
          coalesced: 0,
          // Half of them have ended, half of them are to come.
          missed: n % 2 === 0,
        },
      ],
    }));
    await store.commitFires(fires);
    await bench.addDue(store, 'a', 'b', 'c');
    for (const search of await searchesOf(workOff)) {
      const { stats } = await explained(search);
      expect(stats.totalKeysExamined + stats.totalDocsExamined, JSON.stringify(search)).toBeLessThan(20);
    }
  });
});
