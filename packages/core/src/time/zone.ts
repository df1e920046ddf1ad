// Time zones as tables of UTC offsets: a zone costs Intl once per year it is asked about, arithmetic after that.
import { InvalidOptionError } from '../errors.ts';
import { type OffsetProbe, offsetChanges, offsetProbe } from './offset-changes.ts';

/** A time zone as options take it: an IANA name, `UTC`, a fixed offset such as `+05:30`, or a luxon zone. */
export type TimezoneInput = string | { readonly name: string };

/** A stretch of time with one UTC offset. All fields are in seconds, instants from the epoch. */
export interface OffsetSegment {
  /** First second. A segment may begin or end where nothing changes: `offsetBefore` is then `offset`. */
  readonly start: number;
  /** First second after it. */
  readonly end: number;
  /** Local time minus UTC. */
  readonly offset: number;
  /** The offset in force just before `start`. */
  readonly offsetBefore: number;
}

/** A time zone: which offset holds when. Get one from {@link zone}. */
export interface Zone {
  /** Its name, as Intl and luxon understand it. */
  readonly name: string;
  /** The segment an instant, in epoch seconds, lies in. A change less than three days before the instant is always its `start`. */
  segmentAt(epochSeconds: number): OffsetSegment;
}

/** Seconds of a mean Gregorian year: 400 of them are 400 calendar years exactly. */
const YEAR = 31_556_952;
/** 1800-01-01: before the first change of any zone. */
const ORIGIN = -5_364_662_400;
/** Year 2100, counted from the origin: behind it every zone repeats its rules, so that 400 years on all is the same. */
const FIRST_REPEATED = 300;
const CYCLE = 400;
/** Year 10,000 and all that follows is one segment: no trigger on civil time goes there. */
const LAST_YEAR = 8200;
/** How far a year's segments reach beyond it, so that one look shows a change shortly before an instant. */
const MARGIN = 3 * 86_400;

/** More names than there are zones and aliases; spellings beyond them are looked up each time. */
const MAX_REMEMBERED = 1_000;

const zones = new Map<string, Zone>();

/**
 * The time zone of a name, in any case.
 *
 * @throws InvalidOptionError naming `field`, if there is no such zone.
 */
export function zone(input: TimezoneInput, field = 'timezone'): Zone {
  const name = typeof input === 'object' && input !== null ? input.name : input;
  const known = zones.get(name);
  if (known !== undefined) return known;
  const made = fixedZone(name) ?? namedZone(name, field);
  const shared = zones.get(made.name) ?? made;
  if (zones.size < MAX_REMEMBERED) zones.set(made.name, shared).set(name, shared);
  return shared;
}

/** The UTC offset of a zone at an instant in epoch milliseconds, in milliseconds. */
export function offsetAt(place: Zone, epochMs: number): number {
  return place.segmentAt(Math.floor(epochMs / 1000)).offset * 1000;
}

/** `UTC`, `Z`, `+05:30`, `-0800`, `UTC+2`: the same offset for ever. */
function fixedZone(name: unknown): Zone | null {
  const match = typeof name === 'string' ? /^(?:utc|gmt|z)?(?:([+-])(\d{1,2})(?::?([0-5]\d))?)?$/i.exec(name) : null;
  if (match === null || match[0] === '' || match[0].toUpperCase() === 'GMT') return null;
  const hours = Number(match[2] ?? 0);
  const minutes = Number(match[3] ?? 0);
  if (hours > 18) return null;
  const offset = (match[1] === '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
  const digits = minutes === 0 ? `${hours}` : `${hours}:${String(minutes).padStart(2, '0')}`;
  const segment: OffsetSegment = { start: -Infinity, end: Infinity, offset, offsetBefore: offset };
  return { name: offset === 0 ? 'UTC' : `UTC${match[1]}${digits}`, segmentAt: () => segment };
}

function namedZone(name: unknown, field: string): Zone {
  if (typeof name !== 'string' || name === '') throw unknownZone(name, field);
  try {
    const canonical = new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone;
    // Intl answers an alias with its canonical name; a user wants to read back what was written.
    return new TabledZone(canonical.toLowerCase() === name.toLowerCase() ? canonical : name);
  } catch (error) {
    if (error instanceof RangeError) throw unknownZone(name, field);
    throw error;
  }
}

function unknownZone(name: unknown, field: string): InvalidOptionError {
  return new InvalidOptionError(
    field,
    name,
    'an IANA time zone such as "Europe/Berlin", "UTC" or a fixed offset such as "+05:30"',
  );
}

/** A zone whose segments are found year by year, when they are first asked for. */
class TabledZone implements Zone {
  readonly name: string;
  private readonly probe: OffsetProbe;
  private readonly near = new Array<readonly OffsetSegment[] | undefined>(FIRST_REPEATED + CYCLE);
  private readonly far = new Map<number, readonly OffsetSegment[]>();
  private readonly first: OffsetSegment;
  private latest: OffsetSegment;
  /** From where on the latest answer stands; before it lies another year, whose table knows what came shortly before. */
  private latestFrom = Infinity;

  constructor(name: string) {
    this.name = name;
    this.probe = offsetProbe(name);
    const offset = this.probe(ORIGIN);
    this.first = { start: -Infinity, end: ORIGIN, offset, offsetBefore: offset };
    this.latest = this.first;
  }

  segmentAt(epochSeconds: number): OffsetSegment {
    const latest = this.latest;
    if (epochSeconds >= this.latestFrom && epochSeconds < latest.end) return latest;
    const year = Math.floor((epochSeconds - ORIGIN) / YEAR);
    if (year < 0) return this.first;
    const segments = (year < this.near.length ? this.near[year] : this.far.get(year)) ?? this.tableOf(year);
    let i = segments.length - 1;
    while (i > 0 && epochSeconds < (segments[i] as OffsetSegment).start) i--;
    const segment = segments[i] as OffsetSegment;
    this.latest = segment;
    this.latestFrom = Math.max(segment.start, ORIGIN + year * YEAR);
    return segment;
  }

  private tableOf(year: number): readonly OffsetSegment[] {
    if (year >= LAST_YEAR) return this.lastOf();
    if (year < FIRST_REPEATED + CYCLE) {
      const table = this.build(year);
      this.near[year] = table;
      return table;
    }
    const table = this.repeat(year);
    this.far.set(year, table);
    return table;
  }

  private build(year: number): readonly OffsetSegment[] {
    const from = ORIGIN + year * YEAR - MARGIN;
    const to = ORIGIN + (year + 1) * YEAR + MARGIN;
    let start = from;
    let offset = this.probe(from);
    let offsetBefore = offset;
    const segments: OffsetSegment[] = [];
    for (const change of offsetChanges(this.probe, from, to)) {
      segments.push({ start, end: change.at, offset, offsetBefore });
      offsetBefore = offset;
      offset = change.offset;
      start = change.at;
    }
    segments.push({ start, end: to, offset, offsetBefore });
    return segments;
  }

  /** A year far ahead is the year a whole number of cycles before it. */
  private repeat(year: number): readonly OffsetSegment[] {
    const cycles = Math.floor((year - FIRST_REPEATED) / CYCLE);
    const model = year - cycles * CYCLE;
    const shift = cycles * CYCLE * YEAR;
    const segments = this.near[model] ?? this.tableOf(model);
    return segments.map((s) => ({ ...s, start: s.start + shift, end: s.end + shift }));
  }

  private lastOf(): readonly OffsetSegment[] {
    const { offset } = this.segmentAt(ORIGIN + LAST_YEAR * YEAR - 1);
    return [{ start: ORIGIN + LAST_YEAR * YEAR, end: Infinity, offset, offsetBefore: offset }];
  }
}
