// Where a time zone's UTC offset changes, found by asking Intl: the only place that pays for a formatter.

/** The zone's offset from UTC in seconds at an instant in epoch seconds, straight from Intl: about a microsecond each. */
export type OffsetProbe = (epochSeconds: number) => number;

/** What Intl knows of a zone. */
export interface IntlZone {
  /** The name Intl itself uses for it. */
  readonly name: string;
  readonly probe: OffsetProbe;
}

/** An instant, in epoch seconds, at which the offset becomes another one. */
export interface OffsetChange {
  readonly at: number;
  readonly offset: number;
}

/**
 * How far apart the offset is looked at, in seconds. The shortest time between a change and the one that undoes it, in
 * all of the tz database, is just under four days in wartime (Freetown, 1939), and just under seven since (Recife, 2000).
 */
const STRIDE = 6.5 * 86_400;
const WARTIME_STRIDE = 3.25 * 86_400;
/** 1950-01-01. */
const WARTIME_END = -631_152_000;

/** Nearly all changes happen on one of them, in seconds; where one does not, it is looked for second by second. */
const QUARTER = 900;

const DAY = 86_400;
const WEEK = 7 * DAY;
const WEEKDAYS = ['Thu', 'Fri', 'Sat', 'Sun', 'Mon', 'Tue', 'Wed'];

/**
 * Asks Intl for a zone. What it shows is the weekday and the time on the zone's clock, the shortest text from which the
 * offset follows.
 *
 * @throws RangeError if Intl does not know the zone.
 */
export function intlZone(timeZone: string): IntlZone {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    ...{ weekday: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
  });
  return {
    name: format.resolvedOptions().timeZone,
    probe: (epochSeconds) => {
      const ahead = secondsOfWeek(format.format(epochSeconds * 1000)) - (((epochSeconds % WEEK) + WEEK) % WEEK);
      return ahead > WEEK / 2 ? ahead - WEEK : ahead < -WEEK / 2 ? ahead + WEEK : ahead;
    },
  };
}

/** All changes in `(from, to]`, both in epoch seconds and on a quarter of an hour; `offsetAtFrom` is the offset at the first. */
export function offsetChanges(probe: OffsetProbe, from: number, to: number, offsetAtFrom: number): OffsetChange[] {
  const changes: OffsetChange[] = [];
  let offset = offsetAtFrom;
  for (let low = from; low < to; ) {
    const high = Math.min(low + (low < WARTIME_END ? WARTIME_STRIDE : STRIDE), to);
    const after = probe(high);
    for (let start = low; offset !== after; ) {
      start = changeIn(probe, start, high, offset);
      offset = probe(start);
      changes.push({ at: start, offset });
    }
    low = high;
  }
  return changes;
}

/** The first second in `(low, high]` at which the offset is no longer `offset`. */
function changeIn(probe: OffsetProbe, low: number, high: number, offset: number): number {
  const quarter = bisect(probe, [Math.floor(low / QUARTER), high / QUARTER], offset, QUARTER);
  return probe(quarter - 1) === offset ? quarter : bisect(probe, [quarter - QUARTER, quarter - 1], offset, 1);
}

/** The first multiple of `unit` behind the lower bound at which the offset is no longer `offset`; bounds are in units. */
function bisect(
  probe: OffsetProbe,
  bounds: readonly [low: number, high: number],
  offset: number,
  unit: number,
): number {
  let [before, after] = bounds;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (probe(middle * unit) === offset) before = middle;
    else after = middle;
  }
  return after * unit;
}

/** Seconds since Thursday 00:00, the weekday of 1970-01-01, of a text such as `Fri 09:30:00`. */
function secondsOfWeek(text: string): number {
  const end = text.length;
  const time = twoDigits(text, end - 8) * 3600 + twoDigits(text, end - 5) * 60 + twoDigits(text, end - 2);
  return WEEKDAYS.indexOf(text.slice(0, 3)) * DAY + time;
}

function twoDigits(text: string, at: number): number {
  return (text.charCodeAt(at) - 48) * 10 + text.charCodeAt(at + 1) - 48;
}
