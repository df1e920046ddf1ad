// The heart: a lane for each job store, each with a loop of its own, so that a store that is slow or gone holds up no other.
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { JobStore } from '../../stores/store.ts';
import { VERSION } from '../../version.ts';
import { Lane, type LaneParts } from './lane.ts';
import { LocalTaskSweeper } from './local-tasks.ts';
import type { Identity } from './presence.ts';

/** What an engine works with. */
export type EngineParts = Omit<LaneParts, 'alias' | 'store' | 'identity' | 'onClockJump' | 'onFinished' | 'sweep'>;

/** Drives job stores and executors: records what is due, runs it, reports how it ended. */
export class Engine {
  /** Random for each start: a restarted process is another one. */
  readonly id = randomUUID();
  readonly #identity: Identity;
  readonly #parts: EngineParts;
  readonly #lanes = new Map<string, Lane>();
  readonly #sweeper: LocalTaskSweeper;
  #isThere = false;
  #isFiring = false;

  constructor(parts: EngineParts) {
    this.#parts = parts;
    const startedAt = parts.clock.now();
    this.#identity = { schedulerId: this.id, host: hostname(), pid: process.pid, version: VERSION, startedAt };
    this.#sweeper = new LocalTaskSweeper(parts.tasks);
  }

  /** The lanes, one for each job store. */
  get lanes(): readonly Lane[] {
    return [...this.#lanes.values()];
  }

  /** Checks in with the stores, and with those that are added: others see that it is there, whether it fires or not. */
  appear(): void {
    this.#isThere = true;
    for (const lane of this.lanes) lane.presence.start();
  }

  /** Begins to fire, or goes on. */
  start(): void {
    this.#isFiring = true;
    for (const lane of this.lanes) lane.loop.start();
  }

  /** Stops firing and starting runs; what executes goes on. */
  async pause(): Promise<void> {
    this.#isFiring = false;
    await Promise.all(this.lanes.map((lane) => lane.loop.stop()));
  }

  /** Looks for work now. */
  wake(): void {
    for (const lane of this.lanes) lane.loop.wake();
  }

  addStore(alias: string, store: JobStore): void {
    const lane: Lane = new Lane({
      ...this.#parts,
      ...{ alias, store, identity: this.#identity },
      // Every lane sees the same clock; one tells of it.
      onClockJump: (byMs) => {
        if (this.lanes[0] === lane) this.#parts.events.emit('clock:jumped', { byMs });
      },
      onFinished: () => this.wake(),
      sweep: () => this.#sweeper.sweep(this.lanes.map(({ link }) => link.store)),
    });
    this.#lanes.set(alias, lane);
    if (this.#isThere) lane.presence.start();
    if (this.#isFiring) lane.loop.start();
  }

  /** Ends what of this store executes here, and asks it nothing more. */
  async removeStore(alias: string): Promise<void> {
    const lane = this.#lanes.get(alias);
    this.#lanes.delete(alias);
    await lane?.stop(0, 'its job store was removed');
  }

  /** Asks a run to end, in whichever lane it executes here. */
  abort(runId: string, detail: string): void {
    for (const lane of this.#lanes.values()) lane.runner.abort(runId, 'cancelled', detail);
  }

  /** Ends in order: no new claims, then up to `timeoutMs` for what executes, then aborts the rest and waits for its end. */
  async stop(timeoutMs: number): Promise<void> {
    this.#isFiring = false;
    await Promise.all(this.lanes.map((lane) => lane.stop(timeoutMs, 'the scheduler shut down')));
  }
}
