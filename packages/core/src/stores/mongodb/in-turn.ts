// Work of one process on the same thing, one after the other: compare-and-set would let all but one of them begin again.

export class InTurn {
  /** The last work on each thing, as it settles. */
  readonly #last = new Map<string, Promise<unknown>>();

  /** Does the work when what was asked for before about this thing is done, well or badly. */
  async about<Result>(thing: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.#last.get(thing);
    const result = before === undefined ? work() : before.then(work);
    const settled = result.then(ignore, ignore);
    this.#last.set(thing, settled);
    try {
      return await result;
    } finally {
      if (this.#last.get(thing) === settled) this.#last.delete(thing);
    }
  }
}

function ignore(): void {}
