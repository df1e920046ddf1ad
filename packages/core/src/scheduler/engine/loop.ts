// While running: tick, wait as long as the tick says, tick again. Nothing ends it but stop.
import type { Clock, Timer } from '../../clock.ts';
import { toError } from '../../errors.ts';

/** The longest sleep, in milliseconds: bounds what a clock that was set back can do. */
const LONGEST_SLEEP_MS = 30_000;
/** Wall and monotonic clock may drift apart so far between two ticks, in milliseconds, before it is told as a jump. */
const JUMP_MS = 2000;
/** Pause after a tick that failed in a way nobody foresaw, in milliseconds. */
const AFTER_FAILURE_MS = 1000;

/** Ticks in a row, and milliseconds, before others get their turn: a store in memory never waits, and so would never let them. */
const TICKS_PER_TURN = 32;
const TURN_EVERY_MS = 10;

/** What a loop drives. */
export interface LoopParts {
  readonly clock: Clock;
  /** Does what is due; answers how long to wait, in milliseconds. */
  readonly tick: () => Promise<number>;
  readonly onError: (error: Error) => void;
  readonly onClockJump: (byMs: number) => void;
}

/** One timer and one tick at a time. */
export class Loop {
  readonly #parts: LoopParts;
  #timer: Timer | null = null;
  #ticking: Promise<void> | null = null;
  #wanted = false;
  #ticks = 0;
  #turnedAt = Number.NEGATIVE_INFINITY;
  #running = false;
  #skew = 0;
  /** When the last tick ended, by the monotonic clock; null before the first. */
  lastTickAt: number | null = null;

  constructor(parts: LoopParts) {
    this.#parts = parts;
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#skew = this.#currentSkew();
    this.#turnedAt = this.#parts.clock.monotonic();
    this.wake();
  }

  /** Ticks as soon as possible: at once, or right after the tick that is under way. */
  wake(): void {
    if (!this.#running) return;
    this.#wanted = true;
    this.#timer?.cancel();
    this.#timer = null;
    this.#ticking ??= this.#run();
  }

  /** Resolves when no tick is under way and none will come. */
  async stop(): Promise<void> {
    this.#running = false;
    this.#timer?.cancel();
    this.#timer = null;
    await this.#ticking;
  }

  async #run(): Promise<void> {
    let wait = 0;
    while (this.#running && (this.#wanted || wait <= 0)) {
      if (this.#isOthersTurn()) await this.#letOthers();
      this.#wanted = false;
      this.#watchClock();
      wait = await this.#tickOnce();
      this.lastTickAt = this.#parts.clock.monotonic();
    }
    // In one step with setting the timer: a wake-up in between would find a tick under way that has ended already.
    this.#ticking = null;
    if (this.#running) this.#timer = this.#parts.clock.setTimer(Math.min(wait, LONGEST_SLEEP_MS), () => this.wake());
  }

  #isOthersTurn(): boolean {
    return ++this.#ticks % TICKS_PER_TURN === 0 || this.#parts.clock.monotonic() - this.#turnedAt >= TURN_EVERY_MS;
  }

  async #letOthers(): Promise<void> {
    const { clock } = this.#parts;
    await clock.turn();
    this.#turnedAt = clock.monotonic();
  }

  async #tickOnce(): Promise<number> {
    try {
      return await this.#parts.tick();
    } catch (thrown) {
      this.#parts.onError(toError(thrown));
      return AFTER_FAILURE_MS;
    }
  }

  /** Compares the clocks: a jump is treated like downtime by the tick that follows, and told. */
  #watchClock(): void {
    const skew = this.#currentSkew();
    const byMs = skew - this.#skew;
    this.#skew = skew;
    if (Math.abs(byMs) >= JUMP_MS) this.#parts.onClockJump(byMs);
  }

  #currentSkew(): number {
    return this.#parts.clock.now() - this.#parts.clock.monotonic();
  }
}
