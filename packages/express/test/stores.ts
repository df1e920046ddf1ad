// Job stores that make a start slow, or fail.
import { MemoryStore, type StoreContext } from '@sched/core';

/** Opens when the gate does. */
export class GatedStore extends MemoryStore {
  readonly #gate: Promise<void>;

  constructor(gate: Promise<void>) {
    super();
    this.#gate = gate;
  }

  override async open(context: StoreContext): Promise<void> {
    await this.#gate;
    await super.open(context);
  }
}

/** Does not open as long as it refuses. */
export class RefusingStore extends MemoryStore {
  refuses = true;

  override async open(context: StoreContext): Promise<void> {
    if (this.refuses) throw new Error('the disk is gone');
    await super.open(context);
  }
}
