// The memory store is the model: whatever list of commands it is given, the SQLite store answers the same and holds the same.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { JobRecord, RunRecord } from '../../src/jobs/records.ts';
import { MemoryStore } from '../../src/stores/memory/memory-store.ts';
import { SqliteStore } from '../../src/stores/sqlite/index.ts';
import type { JobStore } from '../../src/stores/store.ts';
import { VirtualClock } from '../../src/testing/index.ts';
import { commitOf, fireOf, newJob } from '../../src/testing/store-contract/bench.ts';

const STEP_MS = 1000;
const TASKS = ['send', 'clean'];
const EXECUTORS = ['default', 'pool'];

/** What the commands before have brought to light, as the model answered it. */
interface Known {
  readonly claimed: JobRecord[];
  readonly started: RunRecord[];
}

interface Command {
  readonly text: string;
  apply(store: JobStore, known: Known, clock: VirtualClock): Promise<unknown>;
}

function command(text: string, apply: Command['apply']): Command {
  return { text, apply };
}

const id = fc.constantFrom('a', 'b', 'c/d', 'e%');
const pick = fc.nat({ max: 1000 });
const node = fc.record({
  owner: fc.constantFrom('node-1', 'node-2'),
  tasks: fc.constantFrom(new Set(TASKS), new Set(['send']), new Set(TASKS)),
});

const traits = fc.record({
  task: fc.constantFrom(...TASKS),
  executor: fc.constantFrom(...EXECUTORS),
  name: fc.constantFrom('one', 'two'),
  ephemeral: fc.boolean(),
  trigger: fc.constantFrom(1, 2).map((hours) => ({ kind: 'interval', options: { hours } })),
  policies: fc.record({
    maxInstances: fc.integer({ min: 1, max: 2 }),
    overlap: fc.constantFrom('skip' as const, 'queue' as const, 'replace' as const),
    priority: fc.integer({ min: -1, max: 1 }),
    keepRuns: fc.integer({ min: 0, max: 3 }),
    retry: fc.constantFrom(1, 3).map((maxAttempts) => ({ maxAttempts, delayMs: 0, backoff: 1, maxDelayMs: 0 })),
  }),
});

const put = fc.tuple(
  id,
  traits,
  fc.constantFrom('fail' as const, 'keep' as const, 'replace' as const),
  fc.integer({ min: -2, max: 2 }),
);
const patch = fc.oneof(
  fc.constant({ state: 'paused' as const, note: 'paused' }),
  fc.constant({ state: 'active' as const, note: null }),
  fc.constant({ state: 'finished' as const, nextFireAt: null }),
  fc.constantFrom(...EXECUTORS).map((executor) => ({ executor, tags: ['moved'] })),
);
const fires = fc.array(
  fc.record({
    back: fc.integer({ min: 0, max: 2 }),
    ahead: fc.integer({ min: 0, max: 2 }),
    deadline: fc.option(fc.integer({ min: 0, max: 3 }), { nil: null }),
    reason: fc.constantFrom('scheduled' as const, 'scheduled' as const, 'catch-up' as const),
    missed: fc.boolean(),
  }),
  { maxLength: 3 },
);
const finish = fc.record({
  outcome: fc.constantFrom('succeeded' as const, 'failed' as const, 'timed-out' as const, 'cancelled' as const),
  retryInMs: fc.constantFrom(null, null, 0, 2 * STEP_MS),
  error: fc.constantFrom(null, 'Error: no'),
});

const commands: fc.Arbitrary<Command>[] = [
  put.map(([jobId, more, onConflict, due]) =>
    command(`put ${jobId} ${onConflict}`, (store, _, clock) =>
      store.putJobs([newJob(jobId, { ...more, nextFireAt: clock.now() + due * STEP_MS })], onConflict),
    ),
  ),
  fc.tuple(id, patch, fc.boolean(), fc.boolean()).map(([jobId, change, isStale, isDue]) =>
    command(`update ${jobId} ${JSON.stringify(change)}`, async (store, _, clock) => {
      const job = await store.getJob(jobId);
      const due = isDue ? { nextFireAt: clock.now() } : {};
      return store.updateJob(jobId, (job?.version ?? 1) - Number(isStale), { ...due, ...change });
    }),
  ),
  fc
    .oneof(fc.array(id, { maxLength: 2 }), fc.constant('all' as const))
    .map((ids) => command(`remove ${ids}`, (store) => store.removeJobs(ids))),
  fc
    .tuple(node, fc.integer({ min: 1, max: 3 }))
    .map(([who, limit]) => command('claim due', (store) => store.claimDue({ ...who, limit, ttlMs: 3 * STEP_MS }))),
  fc.tuple(pick, fires, fc.integer({ min: 0, max: 3 }), fc.boolean()).map(([which, planned, next, isLast]) =>
    command('commit', async (store, { claimed }) => {
      const job = claimed[which % Math.max(claimed.length, 1)];
      if (job === undefined) return null;
      const due = job.nextFireAt ?? 0;
      return store.commitFires([
        commitOf(job, {
          nextFireAt: isLast ? null : due + next * STEP_MS,
          state: isLast ? 'finished' : 'active',
          fires: planned.map(({ back, ahead, deadline, reason, missed }) => {
            const fireAt = due - back * STEP_MS;
            const deadlineAt = deadline === null ? null : fireAt + deadline * STEP_MS;
            return fireOf(job, { fireAt, availableAt: due + ahead * STEP_MS, deadlineAt, reason, missed });
          }),
        }),
      ]);
    }),
  ),
  fc
    .tuple(id, fc.constantFrom('manual-1', 'manual/2'))
    .map(([jobId, key]) => command(`run ${jobId}`, (store) => store.addRun(jobId, { reason: 'manual', key }))),
  fc
    .tuple(node, fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 2 }))
    .map(([who, first, second]) =>
      command('claim runs', (store) =>
        store.claimRuns({ ...who, slots: { default: first, pool: second }, leaseMs: 4 * STEP_MS }),
      ),
    ),
  fc.tuple(pick, finish).map(([which, end]) =>
    command(`finish ${end.outcome} ${end.retryInMs}`, async (store, { started }) => {
      const run = started[which % Math.max(started.length, 1)];
      return run === undefined ? null : store.finishRuns([{ runId: run.id, token: run.token, ...end }]);
    }),
  ),
  fc.tuple(pick, fc.constantFrom('heartbeat', 'release', 'cancel')).map(([which, kind]) =>
    command(kind, async (store, { started }) => {
      const run = started[which % Math.max(started.length, 1)];
      if (run === undefined) return null;
      const claim = { runId: run.id, token: run.token };
      if (kind === 'cancel') return store.cancelRun(run.id);
      return kind === 'heartbeat' ? store.heartbeat([claim], 4 * STEP_MS) : store.releaseRuns([claim]);
    }),
  ),
  node.map((who) =>
    command('wake', async (store) => [await store.nextWake(who), [...(await store.unknownTasks(who.tasks))].sort()]),
  ),
  fc
    .integer({ min: 1, max: 9 })
    .map((steps) => command('prune', (store) => store.prune({ limit: 1000, maxAgeMs: steps * STEP_MS }))),
];

const time = fc
  .integer({ min: 0, max: 4 * STEP_MS })
  .map((ms) => command(`advance ${ms}`, async (_, __, clock) => clock.advance(ms)));
const script = fc.array(
  fc.oneof(...commands.map((arbitrary) => ({ arbitrary, weight: 2 })), { arbitrary: time, weight: 3 }),
  {
    minLength: 20,
    maxLength: 80,
  },
);

async function opened(store: JobStore, clock: VirtualClock): Promise<JobStore> {
  await store.open({ clock });
  return store;
}

async function stateOf(store: JobStore): Promise<unknown> {
  return { jobs: await store.getJobs({}, {}), runs: await store.getRuns({}, {}) };
}

function learn(known: Known, answer: unknown): void {
  if (typeof answer !== 'object' || answer === null) return;
  if ('jobs' in answer) known.claimed.push(...(answer.jobs as JobRecord[]));
  if ('ended' in answer && 'runs' in answer) known.started.push(...(answer.runs as RunRecord[]));
}

it('answers what the model answers', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(script, async (steps) => {
      const clocks = [new VirtualClock(), new VirtualClock()] as const;
      const model = await opened(new MemoryStore(), clocks[0]);
      const sqlite = await opened(new SqliteStore({ url: ':memory:' }), clocks[1]);
      const known: Known = { claimed: [], started: [] };
      try {
        for (const { text, apply } of steps) {
          const expected = structuredClone(await apply(model, known, clocks[0]));
          expect(await apply(sqlite, known, clocks[1]), text).toEqual(expected);
          learn(known, expected);
        }
        expect(await stateOf(sqlite)).toEqual(await stateOf(model));
      } finally {
        await sqlite.close();
      }
    }),
    { numRuns: Number(process.env['SCHED_DIFFERENTIAL_RUNS'] ?? 150) },
  );
});
