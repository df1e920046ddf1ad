// Every interleaving of schedulers on one store: nodes crash, answers get lost, the clock jumps, people pause and remove.
// A correct protocol over the memory store never breaks a promise; each way to break the protocol is found.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JobRecord, RunRecord } from '../../src/jobs/records.ts';
import { MemoryStore } from '../../src/stores/memory/memory-store.ts';
import type { FireCommit, JobStore } from '../../src/stores/store.ts';
import { VirtualClock } from '../../src/testing/index.ts';
import { commitOf, fireOf, newJob, TASK } from '../../src/testing/store-contract/bench.ts';

const TICK_MS = 1000;
const GRID_MS = 3 * TICK_MS;
const TTL_MS = 4 * TICK_MS;
const LEASE_MS = 4 * TICK_MS;
const TASKS = new Set([TASK]);
const JOBS = ['a', 'b'];

const POLICIES = { overlap: 'queue', maxInstances: 1, retry: { maxAttempts: 1000, delayMs: 0, backoff: 1, maxDelayMs: 0 } } as const;

type Step =
  | { readonly do: 'run' | 'crash' | 'lose-answer'; readonly node: number }
  | { readonly do: 'tick'; readonly ticks: number }
  | { readonly do: 'jump'; readonly ticks: number }
  | { readonly do: 'pause' | 'resume' | 'remove' | 'add'; readonly job: string };

const node = fc.nat({ max: 2 });
const job = fc.constantFrom(...JOBS);
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: node.map((n): Step => ({ do: 'run', node: n })) },
    { weight: 5, arbitrary: fc.integer({ min: 1, max: 6 }).map((ticks): Step => ({ do: 'tick', ticks })) },
    { weight: 1, arbitrary: node.map((n): Step => ({ do: 'crash', node: n })) },
    { weight: 1, arbitrary: node.map((n): Step => ({ do: 'lose-answer', node: n })) },
    { weight: 1, arbitrary: fc.integer({ min: -20, max: 20 }).map((ticks): Step => ({ do: 'jump', ticks })) },
    { weight: 2, arbitrary: fc.tuple(fc.constantFrom('pause' as const, 'resume' as const), job).map(([what, id]): Step => ({ do: what, job: id })) },
    { weight: 1, arbitrary: fc.tuple(fc.constantFrom('remove' as const, 'add' as const), job).map(([what, id]): Step => ({ do: what, job: id })) },
  ),
  { minLength: 10, maxLength: 90 },
);

/** A scheduler reduced to its dealings with the store: every yield is a place where anything else may happen. */
type Scheduler = Generator<() => Promise<unknown>, void, unknown>;

function* scheduler(store: JobStore, owner: string, watch: Watch): Scheduler {
  for (;;) {
    const { now, jobs } = (yield () => store.claimDue({ owner, tasks: TASKS, limit: 2, ttlMs: TTL_MS })) as Awaited<ReturnType<JobStore['claimDue']>>;
    if (jobs.length > 0) yield () => store.commitFires(jobs.map((due) => plan(due, now)));
    const claim = { owner, tasks: TASKS, slots: { default: 1 }, leaseMs: LEASE_MS };
    const runs = (yield async () => watch.started((await store.claimRuns(claim)).runs)) as RunRecord[];
    for (const run of runs) {
      yield () => store.getJob(run.jobId);
      const finish = { runId: run.id, token: run.token, outcome: 'succeeded', error: null, retryInMs: null } as const;
      yield async () => watch.finished(run, (await store.finishRuns([finish]))[0] ?? null);
    }
  }
}

/** At most three of the fires that are due; what is left stays due. */
function plan(due: JobRecord, now: number): FireCommit {
  const from = due.nextFireAt ?? 0;
  const times = [0, 1, 2].map((n) => from + n * GRID_MS).filter((at) => at <= now);
  const last = times.at(-1) ?? from;
  return commitOf(due, { nextFireAt: last + GRID_MS, lastFireAt: last, fires: times.map((fireAt) => fireOf(due, { fireAt })) });
}

/** Fire times of one life of a job that have to be recorded: from here up to where its next fire stands at the end. */
interface Stretch {
  readonly generation: number;
  readonly from: number;
}

/** Knows what was promised, and speaks up when a promise is broken. */
class Watch {
  readonly #store: JobStore;
  readonly #highestToken = new Map<string, number>();
  readonly #accepted = new Map<string, number>();
  readonly #paused = new Map<string, number>();
  readonly #open = new Map<string, Stretch>();
  readonly #owed = new Set<string>();

  constructor(store: JobStore) {
    this.#store = store;
  }

  started(runs: readonly RunRecord[]): readonly RunRecord[] {
    for (const { id, token } of runs) {
      const highest = this.#highestToken.get(id) ?? 0;
      if (token <= highest) throw new Error(`${id} was started with token ${token} after ${highest}`);
      this.#highestToken.set(id, token);
    }
    return runs;
  }

  finished(run: RunRecord, accepted: RunRecord | null): void {
    if (accepted === null) return;
    if (run.token !== this.#highestToken.get(run.id)) throw new Error(`${run.id}: a finish was accepted from a holder that had lost it`);
    const times = (this.#accepted.get(run.id) ?? 0) + 1;
    if (times > 1) throw new Error(`${run.id} was finished twice`);
    this.#accepted.set(run.id, times);
  }

  begins(started: JobRecord): void {
    this.#open.set(started.id, { generation: started.generation, from: started.nextFireAt ?? 0 });
    this.#paused.delete(started.id);
  }

  /** The job stands still from here: all its fire times up to the next one are owed. */
  stops(stopped: JobRecord): void {
    const stretch = this.#open.get(stopped.id);
    this.#open.delete(stopped.id);
    for (let at = stretch?.from ?? Number.POSITIVE_INFINITY; at < (stopped.nextFireAt ?? 0); at += GRID_MS) {
      this.#owed.add(`${stopped.id}/${stopped.generation}/${at}`);
    }
  }

  async pauses(paused: JobRecord): Promise<void> {
    this.stops(paused);
    this.#paused.set(paused.id, (await this.#runs(paused.id)).length);
  }

  async check(latest: number): Promise<void> {
    const runs = await this.#runs();
    const seen = new Set<string>();
    for (const run of runs) {
      const due = `${run.jobId}/${run.generation}/${run.fireAt}`;
      if (seen.has(due)) throw new Error(`${due} was recorded twice`);
      seen.add(due);
      if (run.fireAt > latest) throw new Error(`${due} was recorded before its time`);
    }
    for (const id of JOBS) {
      const running = runs.filter((run) => run.jobId === id && run.state === 'running').length;
      if (running > 1) throw new Error(`${running} runs of ${id} at once`);
      const atPause = this.#paused.get(id);
      const recorded = runs.filter((run) => run.jobId === id).length;
      if (atPause !== undefined && recorded > atPause) throw new Error(`${id} fired after its pause was acknowledged`);
    }
  }

  async checkEnd(now: number): Promise<void> {
    for (const id of JOBS) {
      const last = await this.#store.getJob(id);
      if (last === null) continue;
      if (last.state === 'active' && (last.nextFireAt ?? 0) <= now) throw new Error(`${id} is still due`);
      this.stops(last);
    }
    const runs = await this.#runs();
    const waiting = runs.find((run) => run.finishedAt === null);
    if (waiting !== undefined) throw new Error(`${waiting.id} is still ${waiting.state}`);
    const recorded = new Set(runs.map((run) => run.id));
    for (const due of this.#owed) if (!recorded.has(due)) throw new Error(`${due} was never recorded`);
    for (const due of recorded) if (!this.#owed.has(due)) throw new Error(`${due} was recorded, though the job did not stand there`);
  }

  async #runs(jobId?: string): Promise<readonly RunRecord[]> {
    return (await this.#store.getRuns(jobId === undefined ? {} : { jobId }, { limit: 100_000 })).items;
  }
}

type StoreMutant = (store: JobStore) => Partial<JobStore>;
type SchedulerOf = typeof scheduler;

/** One world with one fate: a store, three schedulers on it, and people who pause and remove. */
class World {
  readonly #clock = new VirtualClock();
  readonly #store: JobStore;
  readonly #watch: Watch;
  readonly #schedulerOf: SchedulerOf;
  readonly #nodes: Scheduler[] = [];
  #owners = 0;
  #latest = 0;

  constructor(mutant: StoreMutant, schedulerOf: SchedulerOf) {
    this.#store = mutated(new MemoryStore({ maxHistory: 100_000 }), mutant);
    this.#watch = new Watch(this.#store);
    this.#schedulerOf = schedulerOf;
  }

  async live(fate: readonly Step[]): Promise<void> {
    await this.#store.open({ clock: this.#clock });
    for (const id of JOBS) await this.#add(id);
    for (let n = 0; n < 3; n++) this.#restart(n);
    for (const step of fate) {
      await this.#take(step);
      this.#latest = Math.max(this.#latest, this.#clock.now());
      await this.#watch.check(this.#latest);
    }
    await this.#calmDown();
    await this.#watch.checkEnd(this.#clock.now());
  }

  /** Faults are over: whatever somebody still holds runs out, and a new scheduler works off what is left. */
  async #calmDown(): Promise<void> {
    const jobs = (await this.#store.getJobs({}, {})).items;
    const runs = (await this.#store.getRuns({ states: ['queued', 'running'] }, {})).items;
    const ends = [...jobs.map((claimed) => claimed.claimedUntil), ...runs.flatMap((run) => [run.leaseUntil, run.availableAt])];
    this.#clock.jump(Math.max(0, ...ends.map((end) => end - this.#clock.now())) + TICK_MS);
    this.#restart(0);
    for (let operations = 0; operations < 3000 && !(await this.#isQuiet()); operations++) await this.#run(0);
    await this.#watch.check(Math.max(this.#latest, this.#clock.now()));
  }

  async #isQuiet(): Promise<boolean> {
    const [earliest] = (await this.#store.getJobs({ states: ['active'] }, { limit: 1 })).items;
    const open = await this.#store.getRuns({ states: ['queued', 'running'] }, { limit: 1 });
    return open.items.length === 0 && (earliest?.nextFireAt ?? Number.POSITIVE_INFINITY) > this.#clock.now();
  }

  async #take(step: Step): Promise<void> {
    switch (step.do) {
      case 'run':
        return this.#run(step.node);
      case 'crash':
        return this.#restart(step.node);
      case 'lose-answer':
        await this.#run(step.node, false);
        return this.#restart(step.node);
      case 'tick':
        return this.#clock.jump(step.ticks * TICK_MS);
      case 'jump':
        return this.#clock.jump(step.ticks * TICK_MS);
      case 'add':
        return this.#add(step.job);
      default:
        return this.#control(step.do, step.job);
    }
  }

  /** One operation of a scheduler; what it would have learnt from the answer may get lost. */
  readonly #answers = new Map<number, unknown>();
  async #run(n: number, isHeard = true): Promise<void> {
    const next = this.#nodes[n]?.next(this.#answers.get(n));
    if (next === undefined || next.done === true) return;
    const answer = await next.value();
    if (isHeard) this.#answers.set(n, answer);
  }

  #restart(n: number): void {
    this.#answers.delete(n);
    this.#nodes[n] = this.#schedulerOf(this.#store, `node-${this.#owners++}`, this.#watch);
  }

  async #add(id: string): Promise<void> {
    const [result] = await this.#store.putJobs([newJob(id, { policies: POLICIES, nextFireAt: this.#nextOnGrid() })], 'keep');
    if (result?.status === 'added') this.#watch.begins(result.job);
  }

  async #control(what: 'pause' | 'resume' | 'remove', id: string): Promise<void> {
    const found = await this.#store.getJob(id);
    if (found === null) return;
    if (what === 'remove') {
      await this.#store.removeJobs([id]);
      this.#watch.stops(found);
    } else if (what === 'pause' && found.state === 'active') {
      const paused = await this.#store.updateJob(id, found.version, { state: 'paused' });
      if (paused !== null) await this.#watch.pauses(paused);
    } else if (what === 'resume' && found.state === 'paused') {
      const resumed = await this.#store.updateJob(id, found.version, { state: 'active', nextFireAt: this.#nextOnGrid() });
      if (resumed !== null) this.#watch.begins(resumed);
    }
  }

  #nextOnGrid(): number {
    return (Math.floor(this.#clock.now() / GRID_MS) + 1) * GRID_MS;
  }
}

/** The store with some of its operations replaced. */
function mutated(store: JobStore, mutant: StoreMutant): JobStore {
  const replaced = mutant(store);
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(name in replaced ? replaced : target, name);
      return typeof value === 'function' ? value.bind(name in replaced ? replaced : target) : value;
    },
  });
}

const NO_MUTANT: StoreMutant = () => ({});

async function firstFailure(mutant: StoreMutant, schedulerOf: SchedulerOf, numRuns: number): Promise<string | null> {
  const fates = fc.asyncProperty(steps, (fate) => new World(mutant, schedulerOf).live(fate));
  const { errorInstance, failed } = await fc.check(fates, { numRuns, endOnFailure: true });
  return failed ? String(errorInstance) : null;
}

const RUNS = Number(process.env['SCHED_SIMULATION_RUNS'] ?? 400);

describe('three schedulers on one store', () => {
  it('keep every promise', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(steps, (fate) => new World(NO_MUTANT, scheduler).live(fate)),
      { numRuns: RUNS },
    );
  });

  it('keep them even if everybody claims the same jobs: claims only save work', { timeout: 120_000 }, async () => {
    const generous: StoreMutant = (store) => ({
      async claimDue(request) {
        const { items } = await store.getJobs({ states: ['active'] }, {});
        const { now } = await store.nextWake(request);
        return { now, jobs: items.filter((found) => (found.nextFireAt ?? Number.POSITIVE_INFINITY) <= now) };
      },
    });
    expect(await firstFailure(generous, scheduler, RUNS)).toBeNull();
  });
});

/** Rewrites each commit so that it holds, whatever has happened to the job since it was worked out. */
function forcingCommits(rewrite: (commit: FireCommit, current: JobRecord) => FireCommit): StoreMutant {
  return (store) => ({
    async commitFires(commits) {
      const results = [];
      for (const commit of commits) {
        const current = await store.getJob(commit.jobId);
        results.push(...(await store.commitFires([current === null ? commit : rewrite(commit, current)])));
      }
      return results;
    },
  });
}

const STORE_MUTANTS: Readonly<Record<string, StoreMutant>> = {
  'commits that compare neither version nor fire time': forcingCommits((commit, current) => ({
    ...commit,
    version: current.version,
    generation: current.generation,
    fromFireAt: current.nextFireAt ?? 0,
  })),
  'a pause that a commit does not see': (store) => ({
    async commitFires(commits) {
      for (const { jobId } of commits) {
        const current = await store.getJob(jobId);
        if (current?.state !== 'paused') continue;
        await store.updateJob(jobId, current.version, { state: 'active' });
      }
      return forcingCommits((commit, current) => ({ ...commit, version: current.version }))(store).commitFires?.(commits) ?? [];
    },
  }),
  'a finish without a token': (store) => ({
    async finishRuns(finishes) {
      const tokens = await Promise.all(finishes.map(async ({ runId }) => (await store.getRun(runId))?.token ?? 0));
      return store.finishRuns(finishes.map((finish, n) => ({ ...finish, token: tokens[n] ?? 0 })));
    },
  }),
  'leases that never end': (store) => ({
    async claimRuns(request) {
      const { items } = await store.getRuns({ states: ['running'] }, {});
      await store.heartbeat(items.map((run) => ({ runId: run.id, token: run.token })), LEASE_MS);
      return store.claimRuns(request);
    },
  }),
  'fires that are recorded before their time': (store) => ({
    async claimDue(request) {
      const { now, jobs } = await store.claimDue(request);
      return { now: now + GRID_MS, jobs };
    },
  }),
  'runs that are handed out twice': (store) => ({
    async claimRuns(request) {
      const { items } = await store.getRuns({ states: ['running'] }, { limit: 1 });
      const claimed = await store.claimRuns(request);
      return items.length > 0 ? { ...claimed, runs: [...items] } : claimed;
    },
  }),
  'a limit that is not looked at': (store) => ({
    async putJobs(jobs, onConflict) {
      return store.putJobs(jobs.map((added) => ({ ...added, policies: { ...added.policies, maxInstances: 3 } })), onConflict);
    },
  }),
};


describe('a broken protocol is found:', () => {
  it.each(Object.entries(STORE_MUTANTS))('%s', { timeout: 60_000 }, async (_, mutant) => {
    expect(await firstFailure(mutant, scheduler, 2000)).not.toBeNull();
  });
});
