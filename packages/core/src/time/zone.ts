// Time zones as tables of UTC offsets: a zone costs Intl once per month it is asked about, arithmetic after that.
import { InvalidOptionError } from '../errors.ts';
import { civilFromDays, DAY_SECONDS, daysFromCivil, daysInMonth, weekdayOf, yearOf } from './civil.ts';
import { type IntlZone, intlZone, type OffsetProbe, offsetChanges } from './offset-changes.ts';

/** A time zone as options take it: an IANA name, `UTC`, a fixed offset such as `+05:30`, or a luxon zone. */
export type TimezoneInput = string | { readonly name: string };

/** A stretch of time with one UTC offset. All fields are in seconds, instants from the epoch. */
export interface OffsetSegment {
  /** First second. A segment may begin or end where nothing changes: `offsetBefore` is then `offset`. */
  readonly start: number;
  /** First second after it; it moves on when what follows is found and has the same offset. */
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

/** 1800-01-01: before the first change of any zone. */
const ORIGIN = -5_364_662_400;
/** What is found at once, in seconds: a search that jumps from year to year pays for the weeks it lands in only. */
const BLOCK = 29 * 86_400;
/** How far a block's segments reach back before it, so that one look shows a change shortly before an instant. */
const MARGIN = 3.5 * 86_400;
/** Blocks are kept on shelves of so many. */
const SHELF_BITS = 6;
const SHELF = 1 << SHELF_BITS;
/** From this year on zones have rules only, whose dates depend on nothing but the weekdays and the length of the year. */
export const FIRST_RULED_YEAR = 2101;
const RULED_FROM = daysFromCivil(FIRST_RULED_YEAR, 1, 1) * DAY_SECONDS;
/** Year 10,000 and all that follows is one segment: no trigger on civil time goes there. */
const END_OF_TIME = daysFromCivil(10_000, 1, 1) * DAY_SECONDS;

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
    const known = intlZone(name);
    // Intl answers an alias with its canonical name; a user wants to read back what was written.
    return new TabledZone(known, known.name.toLowerCase() === name.toLowerCase() ? known.name : name);
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

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
/** While it is in a table, a segment grows with what is found beside it. */
type GrowingSegment = Mutable<OffsetSegment>;

/** A zone whose segments are found block by block, when they are first asked for. */
class TabledZone implements Zone {
  readonly name: string;
  private readonly probe: OffsetProbe;
  private readonly shelves: (GrowingSegment[] | undefined)[][] = [];
  private readonly first: OffsetSegment;
  private latest: OffsetSegment;
  /** From where on the latest answer stands: far enough behind its start to know what came shortly before. */
  private latestFrom = Infinity;

  constructor(known: IntlZone, name: string) {
    this.name = name;
    this.probe = known.probe;
    const offset = this.probe(ORIGIN);
    this.first = { start: -Infinity, end: ORIGIN, offset, offsetBefore: offset };
    this.latest = this.first;
  }

  segmentAt(epochSeconds: number): OffsetSegment {
    const { latest } = this;
    if (epochSeconds >= this.latestFrom && epochSeconds < latest.end) return latest;
    if (epochSeconds < ORIGIN) return this.first;
    const segment = epochSeconds < RULED_FROM ? this.find(epochSeconds) : this.findRuled(epochSeconds);
    this.latest = segment;
    this.latestFrom = segment.offset === segment.offsetBefore ? segment.start + MARGIN : segment.start;
    return segment;
  }

  private find(epochSeconds: number): OffsetSegment {
    const index = Math.floor((epochSeconds - ORIGIN) / BLOCK);
    const segments = this.block(index) ?? this.build(index);
    let i = segments.length - 1;
    while (i > 0 && epochSeconds < (segments[i] as OffsetSegment).start) i--;
    return segments[i] as OffsetSegment;
  }

  /** A year of rules is one of the fourteen there are: the segment a whole number of days before, in its model. */
  private findRuled(epochSeconds: number): OffsetSegment {
    if (epochSeconds >= END_OF_TIME) {
      const { offset } = this.findRuled(END_OF_TIME - 1);
      return { start: END_OF_TIME, end: Infinity, offset, offsetBefore: offset };
    }
    const year = yearOf(civilFromDays(Math.floor(epochSeconds / DAY_SECONDS)));
    const newYear = daysFromCivil(year, 1, 1);
    const shift = (newYear - modelOf(year, newYear)) * DAY_SECONDS;
    const model = this.find(epochSeconds - shift);
    // The years around the model are not those around this one.
    const from = newYear * DAY_SECONDS - MARGIN;
    const start = Math.max(model.start + shift, from);
    const end = Math.min(model.end + shift, daysFromCivil(year + 1, 1, 1) * DAY_SECONDS);
    return { start, end, offset: model.offset, offsetBefore: start === from ? model.offset : model.offsetBefore };
  }

  private block(index: number): GrowingSegment[] | undefined {
    return this.shelves[index >> SHELF_BITS]?.[index & (SHELF - 1)];
  }

  private build(index: number): readonly OffsetSegment[] {
    const from = ORIGIN + index * BLOCK - MARGIN;
    const to = ORIGIN + (index + 1) * BLOCK;
    const segments: GrowingSegment[] = [];
    let start = from;
    let offset = this.probe(from);
    let offsetBefore = offset;
    for (const change of offsetChanges(this.probe, from, to, offset)) {
      segments.push({ start, end: change.at, offset, offsetBefore });
      offsetBefore = offset;
      offset = change.offset;
      start = change.at;
    }
    segments.push({ start, end: to, offset, offsetBefore });
    this.joinBefore(index, segments);
    this.joinAfter(index, segments);
    const shelf = this.shelves[index >> SHELF_BITS] ?? [];
    this.shelves[index >> SHELF_BITS] = shelf;
    shelf[index & (SHELF - 1)] = segments;
    return segments;
  }

  /** The block before and this one: what lies in both becomes one segment, so that searches meet real changes only. */
  private joinBefore(index: number, segments: GrowingSegment[]): void {
    const before = this.block(index - 1)?.at(-1);
    if (before === undefined) return;
    while (segments.length > 1 && (segments[0] as GrowingSegment).end <= before.start) segments.shift();
    before.end = (segments[0] as GrowingSegment).end;
    segments[0] = before;
  }

  /** The same with the block after, and those that begin with the same segment as it. */
  private joinAfter(index: number, segments: GrowingSegment[]): void {
    const after = this.block(index + 1);
    const last = segments.at(-1);
    if (after === undefined || last === undefined) return;
    while (after.length > 1 && (after[0] as GrowingSegment).end <= last.end) after.shift();
    const joined = after[0] as GrowingSegment;
    last.end = joined.end;
    for (let next = index + 1; this.block(next)?.[0] === joined; next++)
      (this.block(next) as GrowingSegment[])[0] = last;
  }
}

/** New Year's Day of the first ruled year that begins on the same weekday and is as long, in days from 1970-01-01. */
function modelOf(year: number, newYear: number): number {
  return MODELS.get(kindOfYear(year, newYear)) ?? newYear;
}

function kindOfYear(year: number, newYear: number): number {
  return weekdayOf(newYear) * 2 + (daysInMonth(year, 2) === 29 ? 1 : 0);
}

const MODELS: ReadonlyMap<number, number> = new Map(
  Array.from({ length: 28 }, (_, i) => {
    const year = FIRST_RULED_YEAR + 27 - i;
    const newYear = daysFromCivil(year, 1, 1);
    return [kindOfYear(year, newYear), newYear] as const;
  }),
);
