// The heart: one tick over all job stores, driven by the loop in production and by hand in tests.
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import type { Executor } from '../../executors/executor.ts';
import type { TaskRegistry } from '../../jobs/task.ts';
import type { JobStore } from '../../stores/store.ts';
import type { EventHub } from '../events.ts';
import { Lane } from './lane.ts';
import { LocalTaskSweeper } from './local-tasks.ts';
import { LONGEST_SLEEP_MS, Loop } from './loop.ts';
import { Runner } from './runner.ts';
import { StoreLink } from './store-link.ts';

/** How often history is pruned and unknown tasks are looked for, in milliseconds. */
const UPKEEP_EVERY_MS = 60_000;
/** Ended runs deleted in one operation. */
const PRUNE_LIMIT = 500;
/** Runs are kept this long at most, in milliseconds: 7 days. */
const MAX_RUN_AGE_MS = 7 * 86_400_000;

/** What an engine works with. */
export interface EngineParts {
  readonly clock: Clock;
  readonly tasks: TaskRegistry;
  readonly executors: ReadonlyMap<string, Executor>;
  readonly events: EventHub;
  readonly leaseMs: number;
}

/** Drives job stores and executors: records what is due, runs it, reports how it ended. */
export class Engine {
  /** Random for each start: a restarted process is another one. */
  readonly id = randomUUID();
  readonly loop: Loop;
  readonly #parts: EngineParts;
  readonly #lanes = new Map<string, Lane>();
  readonly #unsubscribe = new Map<string, () => void>();
  readonly #sweeper: LocalTaskSweeper;
  #upkeepAt = Number.NEGATIVE_INFINITY;

  constructor(parts: EngineParts) {
    this.#parts = parts;
    this.#sweeper = new LocalTaskSweeper(parts.tasks);
    this.loop = new Loop({
      clock: parts.clock,
      tick: () => this.tick(),
      onError: (error) => parts.events.emit('scheduler:error', { error, during: 'a tick' }),
      onClockJump: (byMs) => parts.events.emit('clock:jumped', { byMs }),
    });
  }

  /** The lanes, one for each job store. */
  get lanes(): readonly Lane[] {
    return [...this.#lanes.values()];
  }

  addStore(alias: string, store: JobStore): void {
    const { clock, tasks, executors, events, leaseMs } = this.#parts;
    const link = new StoreLink(alias, store, clock, events);
    const onFinished = () => this.loop.wake();
    const runner = new Runner({ link, clock, tasks, executors, events, leaseMs, onFinished });
    this.#lanes.set(alias, new Lane({ link, runner, owner: this.id, tasks, executors, events, leaseMs }));
    const unsubscribe = store.subscribe?.(() => this.loop.wake());
    if (unsubscribe !== undefined) this.#unsubscribe.set(alias, unsubscribe);
  }

  /** Ends what of this store executes here, and asks it nothing more. */
  async removeStore(alias: string): Promise<void> {
    const lane = this.#lanes.get(alias);
    this.#unsubscribe.get(alias)?.();
    this.#unsubscribe.delete(alias);
    this.#lanes.delete(alias);
    // The tick under way may be starting runs of it.
    await this.loop.ticked();
    lane?.runner.abortAll('shutdown', 'its job store was removed');
    await lane?.runner.drained();
  }

  /**
   * Does everything that is due: records fires, starts runs, reports ended ones.
   * Answers how long until there is something to do again, in milliseconds. Never rejects for a store's sake.
   */
  async tick(): Promise<number> {
    const waits = await Promise.all(this.lanes.map((lane) => lane.tick()));
    await this.#upkeep();
    return Math.min(LONGEST_SLEEP_MS, ...waits);
  }

  /** Asks a run to end, in whichever lane it executes here. */
  abort(runId: string, detail: string): void {
    for (const lane of this.#lanes.values()) lane.runner.abort(runId, 'cancelled', detail);
  }

  /**
   * Ends in order: no new claims, then up to `timeoutMs` for what executes, then aborts the rest and waits for its end.
   */
  async stop(timeoutMs: number): Promise<void> {
    await this.loop.stop();
    for (const alias of [...this.#unsubscribe.keys()]) {
      this.#unsubscribe.get(alias)?.();
      this.#unsubscribe.delete(alias);
    }
    const drained = Promise.all(this.lanes.map((lane) => lane.runner.drained()));
    const abort = () => {
      for (const lane of this.#lanes.values()) lane.runner.abortAll('shutdown', 'the scheduler shut down');
    };
    const timer = timeoutMs > 0 ? this.#parts.clock.setTimer(timeoutMs, abort, true) : null;
    if (timer === null) abort();
    await drained;
    timer?.cancel();
  }

  async #upkeep(): Promise<void> {
    const now = this.#parts.clock.monotonic();
    if (now < this.#upkeepAt) return;
    this.#upkeepAt = now + UPKEEP_EVERY_MS;
    for (const { link } of this.lanes) {
      const pruned = await link.guard(() => link.store.prune({ limit: PRUNE_LIMIT, maxAgeMs: MAX_RUN_AGE_MS }), 0);
      // A full batch says that there is more.
      if (pruned === PRUNE_LIMIT) this.#upkeepAt = now;
    }
    for (const lane of this.lanes) await lane.lookForUnknownTasks();
    await this.#sweeper.sweep(this.lanes.map(({ link }) => link.store));
  }
}
