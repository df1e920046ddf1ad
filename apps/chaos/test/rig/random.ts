// Chance that can be had again: the same seed gives the same numbers.

/** Answers numbers in [0, 1), always the same for the same seed. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The seed of this run: SCHED_CHAOS_SEED, or another one each time. */
export const SEED = Number(process.env['SCHED_CHAOS_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
