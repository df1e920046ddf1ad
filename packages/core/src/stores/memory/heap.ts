// A binary heap whose items know their place in it, so that one can be taken out from the middle.

/** What a heap writes on its items, and by what it orders them. An item is in one heap at a time. */
export interface HeapItem<Item extends HeapItem<Item>> {
  /** The heap it is in. */
  heap: Heap<Item> | null;
  /** Where in that heap. */
  place: number;
  /** The lower comes first. */
  rank: number;
  /** Of equal rank, the earlier comes first. */
  at: number;
  /** Of those, the lower: never equal. */
  readonly order: number;
}

/**
 * Whether one comes before another. By numbers on the items themselves: heaps are compared in all the time, and what an
 * item stands for may be far away in memory.
 */
export function isBefore<Item extends HeapItem<Item>>(a: Item, b: Item): boolean {
  if (a.rank !== b.rank) return a.rank < b.rank;
  return a.at === b.at ? a.order < b.order : a.at < b.at;
}

/** A priority queue: the item that comes before all others is on top. */
export class Heap<Item extends HeapItem<Item>> {
  readonly #items: Item[] = [];

  get size(): number {
    return this.#items.length;
  }

  /** The first item, left where it is. */
  get top(): Item | undefined {
    return this.#items[0];
  }

  /** Adds an item that is in no heap. */
  push(item: Item, at: number, rank = 0): void {
    item.rank = rank;
    item.at = at;
    item.heap = this;
    this.#items.push(item);
    this.#rise(item, this.#items.length - 1);
  }

  /** Takes the item out; it has to be in this heap. */
  remove(item: Item): void {
    const { place } = item;
    const last = this.#items.pop();
    item.heap = null;
    if (last === undefined || last === item) return;
    this.#sink(last, place);
    this.#rise(last, last.place);
  }

  /** How many items, from the top down, satisfy a condition that no item below one that fails it satisfies. */
  countWhile(holds: (item: Item) => boolean, place = 0): number {
    const item = this.#items[place];
    if (item === undefined || !holds(item)) return 0;
    return 1 + this.countWhile(holds, 2 * place + 1) + this.countWhile(holds, 2 * place + 2);
  }

  #rise(item: Item, from: number): void {
    const items = this.#items;
    let place = from;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = items[above] as Item;
      if (!isBefore(item, parent)) break;
      items[place] = parent;
      parent.place = place;
      place = above;
    }
    items[place] = item;
    item.place = place;
  }

  #sink(item: Item, from: number): void {
    const items = this.#items;
    const { length } = items;
    let place = from;
    for (let below = 2 * place + 1; below < length; below = 2 * place + 1) {
      if (below + 1 < length && isBefore(items[below + 1] as Item, items[below] as Item)) below++;
      const child = items[below] as Item;
      if (!isBefore(child, item)) break;
      items[place] = child;
      child.place = place;
      place = below;
    }
    items[place] = item;
    item.place = place;
  }
}
