// A figure that takes time to work out: kept for a while, worked out anew beside the requests, shown as far as it is meanwhile.
import type { Clock } from '@sched/core';

/** How long a request waits for a figure that was never worked out before it takes what there is. */
const PATIENCE_MS = 60;
/** A figure is worked out anew after so long, or after so many times as long as it takes. */
const KEPT_MS = 10_000;
const COST_SHARE = 20;

/** The newest figure of one kind. */
export class Kept<Figure> {
  readonly #clock: Clock;
  readonly #begin: () => Figure;
  readonly #workOut: (figure: Figure) => Promise<void>;
  #newest: Figure | null = null;
  #begun: { readonly figure: Figure; readonly done: Promise<void> } | null = null;
  #staleAt = 0;

  /** `begin` makes an empty figure, `workOut` fills it. */
  constructor(clock: Clock, begin: () => Figure, workOut: (figure: Figure) => Promise<void>) {
    this.#clock = clock;
    this.#begin = begin;
    this.#workOut = workOut;
  }

  /** The newest that is complete; as long as there is none, the one that is being worked out. @throws what working it out throws */
  async get(): Promise<Figure> {
    if (this.#newest === null || this.#clock.monotonic() >= this.#staleAt) this.#begun ??= this.#start();
    if (this.#newest !== null) return this.#newest;
    const begun = this.#begun;
    if (begun === null) return this.#begin();
    await Promise.race([begun.done, this.#pause()]);
    return begun.figure;
  }

  #start() {
    const figure = this.#begin();
    const begunAt = this.#clock.monotonic();
    const done = this.#workOut(figure).then(
      () => {
        const now = this.#clock.monotonic();
        this.#newest = figure;
        this.#staleAt = now + Math.max(KEPT_MS, COST_SHARE * (now - begunAt));
        this.#begun = null;
      },
      (error) => {
        this.#begun = null;
        throw error;
      },
    );
    // Nobody may be waiting for it any more.
    done.catch(() => {});
    return { figure, done };
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => this.#clock.setTimer(PATIENCE_MS, resolve, true));
  }
}
