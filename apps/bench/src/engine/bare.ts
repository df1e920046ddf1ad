// What one would write by hand: a timer for each job, and a heap of due times with one timer. No records, no policies.
import type { Contender } from './contenders.ts';

/** One `setTimeout` for each job, set again each time. */
export const bareTimers: Contender = {
  once: ({ at, count, started }) => {
    for (let index = 0; index < count; index++) setTimeout(() => started(at), at - Date.now());
    return undefined;
  },
  recurring: ({ at, count, everyMs, started }) => {
    for (let index = 0; index < count; index++) {
      let dueAt = at;
      const fire = () => {
        void started(dueAt);
        dueAt += everyMs;
        timer = setTimeout(fire, dueAt - Date.now());
      };
      let timer = setTimeout(fire, dueAt - Date.now());
      timer.unref();
    }
    return undefined;
  },
};

interface Due {
  at: number;
  readonly run: () => unknown;
}

/** A binary heap by due time, and one timer for its top. */
class OneTimer {
  readonly #heap: Due[] = [];

  add(due: Due): void {
    this.#heap.push(due);
    let place = this.#heap.length - 1;
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (this.#at(above) <= due.at) break;
      this.#swap(place, above);
      place = above;
    }
  }

  /** Sleeps until the next is due, runs what is due, and again. `everyMs` null forgets what has run. */
  start(everyMs: number | null): void {
    const [top] = this.#heap;
    if (top === undefined) return;
    setTimeout(() => {
      for (let next = this.#heap[0]; next !== undefined && next.at <= Date.now(); next = this.#heap[0]) {
        if (everyMs === null) this.#drop();
        else {
          next.at += everyMs;
          this.#sink();
        }
        void next.run();
      }
      this.start(everyMs);
    }, top.at - Date.now());
  }

  #drop(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink();
  }

  #sink(): void {
    for (let place = 0, below = 1; below < this.#heap.length; below = 2 * place + 1) {
      if (below + 1 < this.#heap.length && this.#at(below + 1) < this.#at(below)) below++;
      if (this.#at(place) <= this.#at(below)) return;
      this.#swap(place, below);
      place = below;
    }
  }

  #at(place: number): number {
    return this.#heap[place]?.at ?? Number.POSITIVE_INFINITY;
  }

  #swap(a: number, b: number): void {
    const one = this.#heap[a] as Due;
    this.#heap[a] = this.#heap[b] as Due;
    this.#heap[b] = one;
  }
}

/** Every job in one heap under one timer. */
export const bareHeap: Contender = {
  once: ({ at, count, started }) => {
    const timer = new OneTimer();
    for (let index = 0; index < count; index++) timer.add({ at, run: () => started(at) });
    timer.start(null);
    return undefined;
  },
  recurring: ({ at, count, everyMs, started }) => {
    const timer = new OneTimer();
    for (let index = 0; index < count; index++) timer.add({ at, run: () => started() });
    timer.start(everyMs);
    return undefined;
  },
};
