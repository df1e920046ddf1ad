// The cron trigger: fires whenever the clock on the wall matches a pattern, given as fields or as crontab text.
import { InvalidTriggerError } from '../../errors.ts';
import { type InstantInput, toEpochMs } from '../../time/instant.ts';
import { type TimezoneInput, zone } from '../../time/zone.ts';
import { readDst } from '../dst.ts';
import { IntervalTrigger } from '../interval.ts';
import { compact, LAST_INSTANT_MS, readBounds, readOptions, readTimezone } from '../options.ts';
import { SpecDays } from '../patterns/day-set.ts';
import { PatternTimes } from '../patterns/pattern-times.ts';
import type { WallRule } from '../patterns/wall-pattern.ts';
import type { Trigger, TriggerContext, TriggerJson } from '../trigger.ts';
import { countInstants, nextInstant, previousInstant, type WallSchedule } from '../wall-times.ts';
import { cronText, optionsOfText } from './cron-text.ts';
import { type CronDialect, type Crontab, parseCrontab } from './crontab.ts';
import { CRON_FIELD_NAMES, type CronFields, canonicalField, fieldText, parseFields } from './fields.ts';
import type { CronSpec, DstPolicy } from './spec.ts';
import { TimeOfDay } from './time-of-day.ts';

/** What every way of writing a cron trigger has. */
export interface CronBoundsOptions {
  /** The first instant at which it may fire. @default no bound */
  readonly startDate?: InstantInput;
  /** The last instant at which it may fire. @default no bound */
  readonly endDate?: InstantInput;
  /** The zone whose clock is looked at. @default the scheduler's; UTC where there is none */
  readonly timezone?: TimezoneInput;
  /**
   * What happens to times that a change of UTC offset skips or repeats; overrides either half.
   * @default real time is followed if the hour or the minute begins with `*`, else each time fires exactly once
   */
  readonly dst?: Partial<DstPolicy>;
}

/** Options of {@link CronTrigger} as fields. Without any field it fires every second. */
export interface CronFieldOptions extends CronFields, CronBoundsOptions {}

/** Options of {@link CronTrigger.fromCrontab}. */
export interface FromCrontabOptions extends CronBoundsOptions {
  /** Whose rules the text is read by. @default 'vixie' */
  readonly dialect?: CronDialect;
  /** What `H` in the text chooses its values by: the same text chooses the same values everywhere. @default `H` is refused */
  readonly hashSeed?: string;
}

/** Options of {@link CronTrigger} as crontab text. */
export interface CrontabTriggerOptions extends FromCrontabOptions {
  /** 5, 6 (seconds first) or 7 (year last) fields, or a nickname such as `@daily`. */
  readonly crontab: string;
}

/** Options of {@link CronTrigger}. */
export type CronTriggerOptions = CronFieldOptions | CrontabTriggerOptions;

const BOUNDS = ['startDate', 'endDate', 'timezone', 'dst'];
const FIELD_OPTIONS: readonly string[] = [...CRON_FIELD_NAMES, ...BOUNDS];
const CRONTAB_OPTIONS: readonly string[] = ['crontab', 'dialect', 'hashSeed', ...BOUNDS];

type Given = Readonly<Record<string, unknown>>;

/** A pattern as read, with the options by which it is stored. */
interface Pattern {
  readonly spec: CronSpec;
  readonly stored: Given;
  readonly timezone: string | undefined;
}

/**
 * Fires at every second whose wall-clock time matches all fields.
 *
 * @throws InvalidOptionError naming the field or option that cannot be understood.
 */
export class CronTrigger implements Trigger {
  readonly kind = 'cron';
  /** The pattern as bit sets. */
  readonly spec: CronSpec;
  private readonly schedule: WallSchedule;
  /** The seconds between which it may fire, both included. */
  private readonly first: number;
  private readonly last: number;
  private readonly isOpen: boolean;
  private readonly stored: Given;

  /** `read` is the pattern where the options were read before. */
  constructor(
    options: CronTriggerOptions = {},
    read: Pattern = isCrontab(options) ? patternOfCrontab(options) : patternOfFields(options),
  ) {
    const { spec, stored, timezone } = read;
    const { start, end } = readBounds(stored, timezone);
    this.spec = spec;
    this.schedule = { times: timesOf(spec), zone: zone(timezone ?? 'UTC'), dst: spec.dst };
    this.first = start === null ? -Infinity : Math.ceil(start.ms / 1000);
    this.last = Math.floor((end?.ms ?? LAST_INSTANT_MS) / 1000);
    this.isOpen = timezone === undefined;
    this.stored = compact({ ...stored, startDate: start?.json, endDate: end?.json, timezone });
  }

  /**
   * The trigger of a crontab line; `@every` gives an interval.
   *
   * @throws InvalidTriggerError naming the field and the position of what cannot be understood.
   */
  static fromCrontab(text: string, options: FromCrontabOptions = {}): CronTrigger | IntervalTrigger {
    const given = readOptions('crontab', options, CRONTAB_OPTIONS.slice(1));
    const interval = typeof text === 'string' && text.includes('@') ? intervalOfCrontab(text, given) : null;
    return interval ?? new CronTrigger({ ...given, crontab: text });
  }

  /**
   * The trigger of a text that {@link CronTrigger.toString} gave: a crontab line, or `cron[hour='9', minute='30']`.
   *
   * @throws InvalidTriggerError naming what cannot be understood, and its position.
   */
  static fromString(text: string): CronTrigger {
    return new CronTrigger(optionsOfText(text));
  }

  next(after: InstantInput): number | null {
    const from = Math.floor(toEpochMs(after, 'after', this.schedule.zone.name) / 1000) + 1;
    const at = nextInstant(this.schedule, Math.max(from, this.first));
    return at <= this.last ? at * 1000 : null;
  }

  previous(before: InstantInput): number | null {
    const from = Math.floor(toEpochMs(before, 'before', this.schedule.zone.name) / 1000);
    const at = previousInstant(this.schedule, Math.min(from, this.last));
    return at >= this.first && at !== -Infinity ? at * 1000 : null;
  }

  count(after: number, upTo: number): number {
    const from = Math.max(Math.floor(after / 1000) + 1, this.first);
    const to = Math.min(Math.floor(upTo / 1000), this.last) + 1;
    return countInstants(this.schedule, from, to);
  }

  /** What combinations work with: its days and times, and when they hold. */
  get wall(): WallRule {
    const { spec, schedule, first, last } = this;
    const { zone, dst } = schedule;
    return { zone, pattern: { days: new SpecDays(spec), times: spec }, dst, first, last };
  }

  resolve(context: TriggerContext): CronTrigger {
    const { spec, stored } = this;
    return this.isOpen ? new CronTrigger(stored, { spec, stored, timezone: zone(context.timezone).name }) : this;
  }

  toJSON(): TriggerJson {
    return { kind: this.kind, options: this.stored };
  }

  /**
   * A text that {@link CronTrigger.fromString} reads as an equal trigger: of fields `cron[month='6-8', day='3rd fri']`, of a
   * crontab trigger its line in the default dialect, where a line can say it. A text that names no zone means UTC.
   */
  toString(): string {
    return cronText(this.stored, this.spec);
  }
}

/** Equal patterns are one spec, and share what is worked out for it. */
const knownTimes = new WeakMap<CronSpec, PatternTimes>();

function timesOf(spec: CronSpec): PatternTimes {
  const known = knownTimes.get(spec);
  if (known !== undefined) return known;
  const times = new PatternTimes(new SpecDays(spec), new TimeOfDay(spec));
  knownTimes.set(spec, times);
  return times;
}

function isCrontab(options: unknown): boolean {
  return typeof options === 'object' && options !== null && 'crontab' in options;
}

function patternOfFields(options: CronTriggerOptions): Pattern {
  const given = readOptions('cron', options, FIELD_OPTIONS);
  const dst = readDst(given['dst']);
  const fields: Record<string, string> = {};
  for (const name of CRON_FIELD_NAMES) {
    const text = fieldText(name, given[name]);
    if (text !== undefined) fields[name] = text;
  }
  const spec = parseFields(fields, dst);
  const stored: Record<string, unknown> = { ...given, dst };
  for (const name of Object.keys(fields)) stored[name] = canonicalField(fields[name] ?? '');
  return { spec, stored, timezone: readTimezone(given['timezone']) };
}

function patternOfCrontab(options: CronTriggerOptions): Pattern {
  const given = readOptions('crontab', options, CRONTAB_OPTIONS);
  const { crontab, timezone } = readCrontab(given['crontab'], given);
  if (crontab.spec === null) {
    throw new InvalidTriggerError('crontab', given['crontab'], 'a pattern; CronTrigger.fromCrontab takes @every too');
  }
  const text = String(given['crontab']).trim();
  return { spec: crontab.spec, stored: { ...given, crontab: text, dst: readDst(given['dst']) }, timezone };
}

function intervalOfCrontab(text: string, given: Given): IntervalTrigger | null {
  const { crontab, timezone } = readCrontab(text, given);
  if (crontab.everyMs === null) return null;
  if (given['dst'] !== undefined)
    throw new InvalidTriggerError('dst', given['dst'], 'nothing: @every is absolute time');
  const { startDate, endDate } = given as FromCrontabOptions;
  return new IntervalTrigger({
    milliseconds: crontab.everyMs,
    ...(startDate === undefined ? {} : { startDate }),
    ...(endDate === undefined ? {} : { endDate }),
    ...(timezone === undefined ? {} : { timezone }),
  });
}

function readCrontab(
  text: unknown,
  given: Given,
): { readonly crontab: Crontab; readonly timezone: string | undefined } {
  const { dialect, hashSeed } = given as FromCrontabOptions;
  if (hashSeed !== undefined && typeof hashSeed !== 'string')
    throw new InvalidTriggerError('hashSeed', hashSeed, 'a text');
  const crontab = parseCrontab(text as string, { dialect, hashSeed, dst: readDst(given['dst']) });
  const asked = readTimezone(given['timezone']);
  const named = crontab.timezone === null ? undefined : zone(crontab.timezone).name;
  if (asked !== undefined && named !== undefined && asked !== named) {
    throw new InvalidTriggerError('timezone', asked, `${named}, as the crontab line says, or none`);
  }
  return { crontab, timezone: asked ?? named };
}
