// Where a time zone's UTC offset changes, found by asking Intl: the only place that pays for a formatter.

/** The zone's offset from UTC in seconds at an instant in epoch seconds, straight from Intl: a microsecond or two each. */
export type OffsetProbe = (epochSeconds: number) => number;

/** An instant, in epoch seconds, at which the offset becomes another one. */
export interface OffsetChange {
  readonly at: number;
  readonly offset: number;
}

/**
 * How far apart the offset is looked at, in seconds. The shortest time between a change and the one that undoes it, in
 * all of the tz database, is just under four days (Freetown, 1939).
 */
const STRIDE = 3.5 * 86_400;

/**
 * Asks Intl for the offsets of a zone.
 *
 * @throws RangeError if Intl does not know the zone.
 */
export function offsetProbe(timeZone: string): OffsetProbe {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, hour: 'numeric', timeZoneName: 'longOffset' });
  const known = new Map<string, number>();
  return (epochSeconds) => {
    const text = format.format(epochSeconds * 1000);
    const name = text.slice(text.lastIndexOf('GMT') + 3);
    let offset = known.get(name);
    if (offset === undefined) {
      offset = readOffset(name);
      known.set(name, offset);
    }
    return offset;
  };
}

/** All changes in `(from, to]`, both in epoch seconds. */
export function offsetChanges(probe: OffsetProbe, from: number, to: number): OffsetChange[] {
  const changes: OffsetChange[] = [];
  let offset = probe(from);
  for (let low = from; low < to; ) {
    const high = Math.min(low + STRIDE, to);
    const after = probe(high);
    if (after !== offset) changes.push({ at: bisect(probe, low, high, offset), offset: after });
    offset = after;
    low = high;
  }
  return changes;
}

/** The first second in `(low, high]` at which the offset is no longer `offset`. */
function bisect(probe: OffsetProbe, low: number, high: number, offset: number): number {
  let before = low;
  let after = high;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (probe(middle) === offset) before = middle;
    else after = middle;
  }
  return after;
}

/** Seconds in what follows `GMT`: nothing, `-05:00`, `-00:44:30`. */
function readOffset(text: string): number {
  if (text === '') return 0;
  const [hours = 0, minutes = 0, seconds = 0] = text.slice(1).split(':').map(Number);
  const magnitude = hours * 3600 + minutes * 60 + seconds;
  return text.startsWith('+') ? magnitude : -magnitude;
}
