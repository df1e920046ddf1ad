// Bit scans over the sets of a cron spec: one unsigned number, or two of thirty bits each.

/** Two sets of thirty values: `[0…29]` and `[30…59]`. */
export type Set60 = readonly [low: number, high: number];

/** Position of the lowest set bit; `set` is not 0. */
export function lowestBit(set: number): number {
  return 31 - Math.clz32(set & -set);
}

/** Position of the highest set bit; `set` is not 0. */
export function highestBit(set: number): number {
  return 31 - Math.clz32(set);
}

/** How many bits are set. */
export function bitCount(set: number): number {
  let v = set - ((set >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return (((v + (v >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}

/** The bits `low…high`. */
export function bitRange(low: number, high: number): number {
  return ((-1 >>> (31 - high)) & (-1 << low)) >>> 0;
}

/** The set of sixty that has one value. */
export function setOf60(value: number): Set60 {
  return value < 30 ? [1 << value, 0] : [0, 1 << (value - 30)];
}

/** Whether a set of sixty has the value. */
export function has60(set: Set60, value: number): boolean {
  return ((value < 30 ? set[0] >>> value : set[1] >>> (value - 30)) & 1) === 1;
}

/** The lowest value of a set of sixty that is at least `from` (0…60); -1 when there is none. */
export function nextIn60(set: Set60, from: number): number {
  if (from < 30) {
    const low = set[0] & (-1 << from);
    if (low !== 0) return lowestBit(low);
    return set[1] === 0 ? -1 : 30 + lowestBit(set[1]);
  }
  const high = set[1] & (-1 << (from - 30));
  return high === 0 ? -1 : 30 + lowestBit(high);
}

/** The highest value of a set of sixty that is at most `from` (-1…59); -1 when there is none. */
export function previousIn60(set: Set60, from: number): number {
  if (from >= 30) {
    const high = set[1] & ~(-2 << (from - 30));
    if (high !== 0) return 30 + highestBit(high);
  }
  const low = from >= 29 ? set[0] : set[0] & ~(-2 << from);
  return low === 0 || from < 0 ? -1 : highestBit(low);
}

/** How many values of a set of sixty are below `end` (0…60). */
export function countBelow60(set: Set60, end: number): number {
  if (end >= 30) return bitCount(set[0]) + bitCount(set[1] & ~(-1 << (end - 30)));
  return bitCount(set[0] & ~(-1 << end));
}
