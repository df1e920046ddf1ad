// The bit sets of a cron spec as sorted lists of values, and what is regular in such a list: for writing specs down.

/** The numbers of the bits that are set, in order. */
export function bitsOf(set: number): number[] {
  const bits: number[] = [];
  for (let rest = set; rest !== 0; rest &= rest - 1) bits.push(31 - Math.clz32(rest & -rest));
  return bits;
}

/** The values of two sets of thirty, in order. */
export function valuesOf([low, high]: readonly [low: number, high: number]): number[] {
  return [...bitsOf(low), ...bitsOf(high).map((bit) => bit + 30)];
}

/** The distance between neighbours where all are equally far apart; null otherwise, and of fewer than two values. */
export function commonStep(values: readonly number[]): number | null {
  const step = (values[1] ?? 0) - (values[0] ?? 0);
  const isEven = values.every((value, index) => index === 0 || value - (values[index - 1] ?? 0) === step);
  return isEven && values.length > 1 ? step : null;
}

/** The values as texts: three and more in a row as `range(first, last)`, the others one by one. */
export function inRuns(
  values: readonly number[],
  single: (value: number) => string,
  range: (first: number, last: number) => string,
): string[] {
  const texts: string[] = [];
  for (let start = 0; start < values.length; ) {
    const first = values[start] ?? 0;
    let length = 1;
    while (values[start + length] === first + length) length++;
    if (length < 3) length = 1;
    texts.push(length === 1 ? single(first) : range(first, first + length - 1));
    start += length;
  }
  return texts;
}
