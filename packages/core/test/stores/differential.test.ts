// The memory store is the model: whatever list of commands it is given, another store answers the same and holds the same.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JobRecord, RunRecord } from '../../src/jobs/records.ts';
import { MemoryStore } from '../../src/stores/memory/memory-store.ts';
import { RedisStore } from '../../src/stores/redis/index.ts';
import { SqliteStore } from '../../src/stores/sqlite/index.ts';
import type { JobStore } from '../../src/stores/store.ts';
import { VirtualClock } from '../../src/testing/index.ts';
import { commitOf, fireOf, newJob, retryUpTo } from '../../src/testing/store-contract/bench.ts';
import { freshName, serviceUrl } from '../services.ts';

/** A store that is held against the model. */
interface Subject {
  readonly name: string;
  make(): JobStore;
  /** It is the same to the last number; otherwise in all that the contract says: what is equal may come in any order. */
  readonly isExact: boolean;
}

const redis = await serviceUrl('redis');
const SUBJECTS: readonly Subject[] = [
  { name: 'SqliteStore', make: () => new SqliteStore({ url: ':memory:' }), isExact: true },
  {
    name: 'RedisStore',
    make: () => new RedisStore({ url: redis, prefix: freshName(), clock: 'host' }),
    isExact: false,
  },
];

const STEP_MS = 1000;
const TASKS = ['send', 'clean'];
const EXECUTORS = ['default', 'pool'];

/** What the commands before have brought to light. */
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
    retry: fc.constantFrom(1, 3).map(retryUpTo),
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

// Where order among equals is left open, nothing may depend on it: limits are not reached, and no two runs are available at once.
const commandsFor = ({ isExact }: Subject): fc.Arbitrary<Command>[] => [
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
    .tuple(node, isExact ? fc.integer({ min: 1, max: 3 }) : fc.constant(50))
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
            const availableAt = due + ahead * STEP_MS - (isExact ? 0 : 3 + 7 * back);
            return fireOf(job, { fireAt, availableAt, deadlineAt, reason, missed });
          }),
        }),
      ]);
    }),
  ),
  fc
    .tuple(id, isExact ? fc.constantFrom('manual-1', 'manual/2') : fc.constant('manual/2'))
    .map(([jobId, key]) => command(`run ${jobId}`, (store) => store.addRun(jobId, { reason: 'manual', key }))),
  fc
    .tuple(node, ...[1, 2].map(() => (isExact ? fc.integer({ min: 0, max: 2 }) : fc.constantFrom(0, 50))))
    .map(([who, first = 0, second = 0]) =>
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
const scriptFor = (subject: Subject) => {
  const commands = commandsFor(subject).map((arbitrary) => ({ arbitrary, weight: 2 }));
  return fc.array(fc.oneof(...commands, { arbitrary: time, weight: 3 }), { minLength: 20, maxLength: 80 });
};

async function opened(store: JobStore, clock: VirtualClock): Promise<JobStore> {
  await store.open({ clock });
  return store;
}

async function stateOf(store: JobStore): Promise<unknown> {
  return { jobs: await store.getJobs({}, {}), runs: await store.getRuns({}, {}) };
}

/** Takes note of what was claimed; where the order is left open, by id. */
function learn(known: Known, answer: unknown, { isExact }: Subject): void {
  if (typeof answer !== 'object' || answer === null) return;
  const sorted = <Row extends { readonly id: string }>(rows: Row[]) => (isExact ? rows : rows.toSorted(byId));
  if ('jobs' in answer) known.claimed.push(...sorted(answer.jobs as JobRecord[]));
  if ('ended' in answer && 'runs' in answer) known.started.push(...sorted(answer.runs as RunRecord[]));
}

const byId = (a: { readonly id: string }, b: { readonly id: string }) => (a.id < b.id ? -1 : 1);

/** An answer without what the contract leaves open: the value of tokens, order, how long ago it was that something became due. */
function essence(answer: unknown, name = ''): unknown {
  if (name === 'token') return Number(answer) > 0;
  if (Array.isArray(answer)) return answer.map((item) => essence(item)).sort(byText);
  if (typeof answer !== 'object' || answer === null) return answer;
  if ('at' in answer && 'now' in answer)
    return { ...answer, at: answer.at && Math.max(Number(answer.at), Number(answer.now)) };
  return Object.fromEntries(
    Object.entries(answer).map(([key, value]) => [key, key === 'policies' ? value : essence(value, key)]),
  );
}

const byText = (a: unknown, b: unknown) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

describe.each(SUBJECTS)('$name', (subject) => {
  const plain = (answer: unknown) => (subject.isExact ? structuredClone(answer) : essence(answer));

  it.skipIf(subject.name === 'RedisStore' && redis === '')(
    'answers what the model answers',
    { timeout: 60_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(scriptFor(subject), async (steps) => {
          const clocks = [new VirtualClock(), new VirtualClock()] as const;
          const model = await opened(new MemoryStore(), clocks[0]);
          const store = await opened(subject.make(), clocks[1]);
          const [known, own]: [Known, Known] = [
            { claimed: [], started: [] },
            { claimed: [], started: [] },
          ];
          try {
            for (const { text, apply } of steps) {
              const expected = structuredClone(await apply(model, known, clocks[0]));
              const answer = await apply(store, own, clocks[1]);
              expect(plain(answer), text).toEqual(plain(expected));
              learn(known, expected, subject);
              learn(own, answer, subject);
            }
            expect(plain(await stateOf(store))).toEqual(plain(await stateOf(model)));
          } finally {
            await store.close();
          }
        }),
        { numRuns: Number(process.env['SCHED_DIFFERENTIAL_RUNS'] ?? (subject.isExact ? 150 : 60)) },
      );
    },
  );
});
