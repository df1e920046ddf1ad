// Triggers made of triggers: all of them, any of them, one without another.
import { InvalidTriggerError } from '../errors.ts';
import { type InstantInput, toEpochMs } from '../time/instant.ts';
import { type TimezoneInput, zone } from '../time/zone.ts';
import { Agreement } from './combination/agreement.ts';
import { Exclusion } from './combination/exclusion.ts';
import { type Direction, seek } from './combination/meeting.ts';
import { choicesOf, partsOfOr } from './combination/parts.ts';
import { rememberingSearch } from './combination/remembering.ts';
import { isTrigger } from './is-trigger.ts';
import { compact, readOptions, readTimezone } from './options.ts';
import type { Trigger, TriggerContext, TriggerJson } from './trigger.ts';

/** Fire times that are counted one by one before a count ends. */
const MOST_COUNTED = 10_000;
/** Fire times taken away one after the other before a search ends; half as many days. */
const MOST_EXCLUDED = 10_000;

/** Options of {@link AndTrigger} and {@link OrTrigger}. */
export interface CombinationOptions {
  /** The parts, at least one. */
  readonly triggers: readonly Trigger[];
}

/** Options of {@link ExceptTrigger}. */
export interface ExceptTriggerOptions {
  /** What fires. */
  readonly trigger: Trigger;
  /** What keeps it from firing. */
  readonly except: Trigger;
  /**
   * Whether a fire time of `except` takes away only what fires at the same instant, or everything on its day.
   * @default 'instant'
   */
  readonly by?: 'instant' | 'day';
  /** Zone in which a day begins and ends, where `by` is `'day'`. @default the scheduler's; UTC where there is none */
  readonly timezone?: TimezoneInput;
}

/**
 * Fires when all of its parts do. When intervals and wall-clock triggers meet is worked out; what else there is leaps
 * from one possible fire time to the next, 10,000 times at most.
 */
export class AndTrigger implements Trigger {
  readonly kind = 'and';
  /** Its parts. */
  readonly triggers: readonly Trigger[];
  /** Of each choice of parts, where there are parts that any of several triggers can be. */
  private readonly agreements: readonly Agreement[];

  constructor(options: CombinationOptions | readonly Trigger[]) {
    this.triggers = readParts('and', options);
    this.agreements = choicesOf(this.triggers).map((parts) => new Agreement(parts));
  }

  next(after: InstantInput): number | null {
    const from = toEpochMs(after, 'after') + 1;
    return earliest(this.agreements, (agreement) => agreement.seek(from, 1));
  }

  previous(before: InstantInput): number | null {
    const from = toEpochMs(before, 'before');
    return latest(this.agreements, (agreement) => agreement.seek(from, -1));
  }

  count(after: number, upTo: number): number {
    const [only, ...others] = this.agreements;
    const count = others.length === 0 ? only?.count(after, upTo) : null;
    return count ?? countByWalking(this, after, upTo);
  }

  resolve(context: TriggerContext): AndTrigger {
    const resolved = resolveAll(this.triggers, context);
    return resolved === this.triggers ? this : new AndTrigger(resolved);
  }

  toJSON(): TriggerJson {
    return jsonOf(this.kind, this.triggers);
  }

  toString(): string {
    return `and[${this.triggers.join(', ')}]`;
  }
}

/** Fires when any of its parts does; once where several do. */
export class OrTrigger implements Trigger {
  readonly kind = 'or';
  /** Its parts. */
  readonly triggers: readonly Trigger[];

  constructor(options: CombinationOptions | readonly Trigger[]) {
    this.triggers = readParts('or', options);
  }

  next(after: InstantInput): number | null {
    const from = toEpochMs(after, 'after');
    return earliest(this.triggers, (trigger) => trigger.next(from));
  }

  previous(before: InstantInput): number | null {
    const from = toEpochMs(before, 'before');
    return latest(this.triggers, (trigger) => trigger.previous(from));
  }

  count(after: number, upTo: number): number {
    return countByWalking(this, after, upTo);
  }

  resolve(context: TriggerContext): OrTrigger {
    const resolved = resolveAll(this.triggers, context);
    return resolved === this.triggers ? this : new OrTrigger(resolved);
  }

  toJSON(): TriggerJson {
    return jsonOf(this.kind, this.triggers);
  }

  toString(): string {
    return `or[${this.triggers.join(', ')}]`;
  }
}

/**
 * Fires when one trigger does, save where another one does: `new ExceptTrigger({ trigger: weekdays, except: holidays, by: 'day' })`.
 * What intervals and wall-clock triggers take away in one piece is passed over in one piece; of what others take away it
 * passes over 10,000 fire times in a row at most, or 5,000 days, and behind more of them finds nothing.
 */
export class ExceptTrigger implements Trigger {
  readonly kind = 'except';
  /** What fires. */
  readonly trigger: Trigger;
  /** What keeps it from firing. */
  readonly except: Trigger;
  private readonly by: 'instant' | 'day';
  private readonly timezone: string | undefined;
  /** It takes away itself: nothing is left, and no search would say so. */
  private readonly isEmpty: boolean;
  private readonly exclusions: readonly Exclusion[];
  private readonly seek = rememberingSearch((at, direction) => this.search(at, direction));

  constructor(options: ExceptTriggerOptions) {
    const given = readOptions('except', options, ['trigger', 'except', 'by', 'timezone']);
    this.trigger = readPart('trigger', given['trigger']);
    this.except = readPart('except', given['except']);
    if (given['by'] !== undefined && given['by'] !== 'instant' && given['by'] !== 'day') {
      throw new InvalidTriggerError('by', given['by'], "'instant' or 'day'");
    }
    this.by = given['by'] ?? 'instant';
    this.timezone = readTimezone(given['timezone']);
    this.isEmpty = JSON.stringify(this.trigger) === JSON.stringify(this.except);
    if (this.by === 'instant' && this.timezone !== undefined) {
      throw new InvalidTriggerError('timezone', this.timezone, "nothing unless by is 'day'");
    }
    const dayZone = this.by === 'day' ? zone(this.timezone ?? 'UTC') : null;
    this.exclusions = partsOfOr(this.except).map((except) => new Exclusion(this.trigger, except, dayZone));
  }

  next(after: InstantInput): number | null {
    return this.seek(toEpochMs(after, 'after') + 1, 1);
  }

  previous(before: InstantInput): number | null {
    return this.seek(toEpochMs(before, 'before'), -1);
  }

  count(after: number, upTo: number): number {
    return countByWalking(this, after, upTo);
  }

  resolve(context: TriggerContext): ExceptTrigger {
    const trigger = this.trigger.resolve(context);
    const except = this.except.resolve(context);
    const needsZone = this.by === 'day' && this.timezone === undefined;
    if (trigger === this.trigger && except === this.except && !needsZone) return this;
    return new ExceptTrigger({ ...this.toOptions(needsZone ? context.timezone : this.timezone), trigger, except });
  }

  toJSON(): TriggerJson {
    const { trigger, except } = this;
    return {
      kind: this.kind,
      options: { trigger: trigger.toJSON(), except: except.toJSON(), ...this.toOptions(this.timezone) },
    };
  }

  toString(): string {
    return `except[${this.trigger}, ${this.except}${this.by === 'day' ? ', by day' : ''}]`;
  }

  private toOptions(timezone: string | undefined): { readonly by?: 'day'; readonly timezone?: string } {
    return compact({ by: this.by === 'day' ? this.by : undefined, timezone });
  }

  private search(from: number, direction: Direction): number | null | undefined {
    let at = this.isEmpty ? null : seek(this.trigger, from, direction);
    const most = this.by === 'day' ? MOST_EXCLUDED / 2 : MOST_EXCLUDED;
    for (let steps = 0; at !== null && steps < most; steps++) {
      const resume = this.passOver(at, direction, from);
      if (resume === null) return at;
      at = Number.isFinite(resume) ? seek(this.trigger, resume, direction) : null;
    }
    return at === null ? null : undefined;
  }

  /** Where to go on if something takes `at` away: behind the furthest of what does. Null if nothing does. */
  private passOver(at: number, direction: Direction, since: number): number | null {
    let resume: number | null = null;
    for (const exclusion of this.exclusions) {
      const found = exclusion.passOver(at, direction, since);
      if (found !== null && (resume === null || (found - resume) * direction > 0)) resume = found;
    }
    return resume;
  }
}

function earliest<Part>(parts: readonly Part[], answer: (part: Part) => number | null): number | null {
  let first = Infinity;
  for (const part of parts) first = Math.min(first, answer(part) ?? Infinity);
  return first === Infinity ? null : first;
}

function latest<Part>(parts: readonly Part[], answer: (part: Part) => number | null): number | null {
  let last = -Infinity;
  for (const part of parts) last = Math.max(last, answer(part) ?? -Infinity);
  return last === -Infinity ? null : last;
}

function readParts(kind: string, options: CombinationOptions | readonly Trigger[]): readonly Trigger[] {
  const list = Array.isArray(options) ? options : readOptions(kind, options, ['triggers'])['triggers'];
  if (!Array.isArray(list) || list.length === 0)
    throw new InvalidTriggerError('triggers', list, 'a list of at least one trigger');
  return list.map((part: unknown, i) => readPart(`triggers[${i}]`, part));
}

function readPart(name: string, part: unknown): Trigger {
  if (!isTrigger(part)) throw new InvalidTriggerError(name, part, 'a trigger');
  return part;
}

function resolveAll(triggers: readonly Trigger[], context: TriggerContext): readonly Trigger[] {
  const resolved = triggers.map((trigger) => trigger.resolve(context));
  return resolved.every((trigger, i) => trigger === triggers[i]) ? triggers : resolved;
}

function jsonOf(kind: string, triggers: readonly Trigger[]): TriggerJson {
  return { kind, options: { triggers: triggers.map((trigger) => trigger.toJSON()) } };
}

function countByWalking(trigger: Trigger, after: number, upTo: number): number {
  let total = 0;
  for (let at = trigger.next(after); at !== null && at <= upTo && total < MOST_COUNTED; at = trigger.next(at))
    total += 1;
  return total;
}
