// What ties a scheduler to servers: which they are, and how its start with the first of them goes.
import type { Server } from 'node:http';
import { InvalidOptionError, type Scheduler } from '@sched/core';
import type { SchedulerAttachment } from './attach-scheduler.ts';

/** What ties one scheduler to its servers. */
export class Ties {
  readonly attachments = new Map<Server, SchedulerAttachment>();
  /** Servers whose end has not begun. */
  readonly serving = new Set<Server>();
  readonly #scheduler: Scheduler;
  #start: Promise<void> | null = null;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  /** The start while it is under way, or after it failed; null when there is nothing to wait for. */
  get starting(): Promise<void> | null {
    const { state } = this.#scheduler;
    return state === 'running' || state === 'paused' ? null : this.#start;
  }

  /** Starts the scheduler with the first of its servers, unless somebody has done so already. */
  start(): Promise<void> {
    const { state } = this.#scheduler;
    const isBegun = state === 'starting' || state === 'running' || state === 'paused';
    this.#start ??= isBegun ? Promise.resolve() : this.#scheduler.start();
    return this.#start;
  }

  add(server: Server, attachment: SchedulerAttachment): void {
    this.attachments.set(server, attachment);
    this.serving.add(server);
  }

  remove(server: Server): void {
    this.attachments.delete(server);
    this.serving.delete(server);
    // Tied again one day, its start is another one.
    if (this.attachments.size === 0) this.#start = null;
  }
}

const known = new WeakMap<Scheduler, Ties>();

/** The ties of this scheduler. @throws InvalidOptionError if it is none */
export function tiesOf(scheduler: Scheduler): Ties {
  if (typeof scheduler?.shutdown !== 'function')
    throw new InvalidOptionError('scheduler', scheduler, 'a scheduler such as a BackgroundScheduler');
  const ties = known.get(scheduler) ?? new Ties(scheduler);
  known.set(scheduler, ties);
  return ties;
}
