// One world: a store, schedulers on it that crash and miss answers, people who pause and remove, and a clock that jumps.
import { MemoryStore } from '../../../src/stores/memory/memory-store.ts';
import type { JobStore } from '../../../src/stores/store.ts';
import { VirtualClock } from '../../../src/testing/index.ts';
import { newJob, retryUpTo } from '../../../src/testing/store-contract/bench.ts';
import { type Scheduler, scheduler } from './simulated-scheduler.ts';
import { GRID_MS, JOBS, TICK_MS } from './times.ts';
import { Watch } from './watch.ts';

const POLICIES = {
  overlap: 'queue',
  maxInstances: 1,
  retry: retryUpTo(1000),
} as const;

/** What happens next. */
export type Step =
  | { readonly do: 'run' | 'crash' | 'lose-answer'; readonly node: number }
  | { readonly do: 'tick'; readonly ticks: number }
  | { readonly do: 'jump'; readonly ticks: number }
  | { readonly do: 'pause' | 'resume' | 'remove' | 'add'; readonly job: string };

/** Operations that take the place of a store's own. */
export type StoreMutant = (store: JobStore) => Partial<JobStore>;
/** One world with one fate: a store, three schedulers on it, and people who pause and remove. */
export class World {
  readonly #clock = new VirtualClock();
  readonly #store: JobStore;
  readonly #watch: Watch;
  readonly #nodes: Scheduler[] = [];
  #owners = 0;
  #latest = 0;

  constructor(mutant: StoreMutant = () => ({})) {
    this.#store = mutated(new MemoryStore({ maxHistory: 100_000 }), mutant);
    this.#watch = new Watch(this.#store);
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
    const ends = [
      ...jobs.map((claimed) => claimed.claimedUntil),
      ...runs.flatMap((run) => [run.leaseUntil, run.availableAt]),
    ];
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
    this.#nodes[n] = scheduler(this.#store, `node-${this.#owners++}`, this.#watch);
  }

  async #add(id: string): Promise<void> {
    const [result] = await this.#store.putJobs(
      [newJob(id, { policies: POLICIES, nextFireAt: this.#nextOnGrid() })],
      'keep',
    );
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
      const resumed = await this.#store.updateJob(id, found.version, {
        state: 'active',
        nextFireAt: this.#nextOnGrid(),
      });
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
