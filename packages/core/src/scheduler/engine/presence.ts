// The scheduler as others on the same store see it: it checks in when it starts and now and then, and out when it ends.
import type { Clock, Timer } from '../../clock.ts';
import type { StoreLink } from './store-link.ts';

/** How often a scheduler checks in with a store that others share, in milliseconds. */
export const CHECK_IN_EVERY_MS = 10_000;
/** How long a store remembers a scheduler that was not seen any more, in milliseconds. */
const FORGET_AFTER_MS = 3_600_000;

/** What a scheduler says of itself, whichever store it is on. */
export interface Identity {
  readonly schedulerId: string;
  readonly host: string;
  readonly pid: number;
  readonly version: string;
  /** By the clock of this process, in epoch ms. */
  readonly startedAt: number;
}

/** Checks in with one store. What fails is left to the next time: the operations of the engine tell of outages. */
export class Presence {
  readonly #link: StoreLink;
  readonly #clock: Clock;
  readonly #identity: Identity;
  #timer: Timer | null = null;
  #isOver = false;
  #checking: Promise<void> = Promise.resolve();

  constructor(link: StoreLink, clock: Clock, identity: Identity) {
    this.#link = link;
    this.#clock = clock;
    this.#identity = identity;
  }

  /** Checks in, and again and again where somebody else may look. Once is enough. */
  start(): void {
    if (this.#timer !== null || this.#isOver || !this.#link.store.durable) return;
    this.#timer = this.#clock.setTimer(CHECK_IN_EVERY_MS, () => {
      this.#timer = null;
      this.start();
    });
    if (this.#link.waitMs === 0) this.#checking = this.checkIn().catch(() => undefined);
  }

  /** Checks in now. @throws SchedError `store-failure` */
  async checkIn(): Promise<void> {
    if (this.#isOver) return;
    const { clockSkewMs } = this.#link.health;
    const startedAt = this.#identity.startedAt + (clockSkewMs ?? 0);
    await this.#link.store.checkIn({ ...this.#identity, startedAt, clockSkewMs }, FORGET_AFTER_MS);
  }

  /** Checks out, where the store works. */
  async stop(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#timer?.cancel();
    await this.#checking;
    if (this.#link.health.status === 'ok')
      await this.#link.store.checkOut(this.#identity.schedulerId).catch(() => undefined);
  }
}
