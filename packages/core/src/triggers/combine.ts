// Triggers made of triggers: all of them, any of them, one without another.
import { InvalidTriggerError } from '../errors.ts';
import { type InstantInput, toEpochMs } from '../time/instant.ts';
import { type TimezoneInput, zone } from '../time/zone.ts';
import { dayBounds } from './day-bounds.ts';
import { excludedStretch } from './excluded-stretch.ts';
import { type FirePart, partsToAgree } from './grid.ts';
import { isTrigger } from './is-trigger.ts';
import { compact, readOptions, readTimezone } from './options.ts';
import type { Trigger, TriggerContext, TriggerJson } from './trigger.ts';

/** How many fire times of its parts a combination looks at before it says that there is none. */
const MAX_STEPS = 10_000;
/** Fire times taken away one after the other before a search ends: two months of every other minute. */
const MAX_EXCLUDED = 50_000;
/** How many of them passing over a whole stretch or day counts for. */
const STRETCH_STEPS = 10;

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
 * Fires when all of its parts do. It looks at 10,000 of their fire times at most; parts that do not meet within them
 * do not meet. Intervals are solved, not searched, however seldom they meet.
 */
export class AndTrigger implements Trigger {
  readonly kind = 'and';
  private readonly triggers: readonly Trigger[];
  /** What has to agree: intervals as one. */
  private readonly parts: readonly FirePart[];

  constructor(options: CombinationOptions | readonly Trigger[]) {
    this.triggers = readParts('and', options);
    this.parts = partsToAgree(this.triggers);
  }

  next(after: InstantInput): number | null {
    let at: number | null = toEpochMs(after, 'after') + 1;
    for (let steps = 0, agreed = 0; steps < MAX_STEPS; steps++) {
      const found: number | null = this.part(steps).next(at - 1);
      if (found === null) return null;
      agreed = found === at ? agreed + 1 : 1;
      if (agreed >= this.parts.length) return found;
      at = found;
    }
    return null;
  }

  previous(before: InstantInput): number | null {
    let at: number = toEpochMs(before, 'before');
    for (let steps = 0, agreed = 0; steps < MAX_STEPS; steps++) {
      const found = this.part(steps).previous(at);
      if (found === null) return null;
      agreed = found === at ? agreed + 1 : 1;
      if (agreed >= this.parts.length) return found;
      at = found;
    }
    return null;
  }

  count(after: number, upTo: number): number {
    return this.parts.length === 1 ? this.part(0).count(after, upTo) : countByWalking(this, after, upTo);
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

  private part(step: number): FirePart {
    return this.parts[step % this.parts.length] as FirePart;
  }
}

/** Fires when any of its parts does; once where several do. */
export class OrTrigger implements Trigger {
  readonly kind = 'or';
  private readonly triggers: readonly Trigger[];

  constructor(options: CombinationOptions | readonly Trigger[]) {
    this.triggers = readParts('or', options);
  }

  next(after: InstantInput): number | null {
    const from = toEpochMs(after, 'after');
    let first = Infinity;
    for (const trigger of this.triggers) first = Math.min(first, trigger.next(from) ?? Infinity);
    return first === Infinity ? null : first;
  }

  previous(before: InstantInput): number | null {
    const from = toEpochMs(before, 'before');
    let last = -Infinity;
    for (const trigger of this.triggers) last = Math.max(last, trigger.previous(from) ?? -Infinity);
    return last === -Infinity ? null : last;
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
 * It passes over 10,000 excluded fire times in a row at most, or 1,000 excluded days or unbroken stretches, and behind
 * more of them finds nothing.
 */
export class ExceptTrigger implements Trigger {
  readonly kind = 'except';
  private readonly trigger: Trigger;
  private readonly except: Trigger;
  private readonly by: 'instant' | 'day';
  private readonly timezone: string | undefined;
  /** It takes away itself: nothing is left, and no search would say so. */
  private readonly isEmpty: boolean;

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
  }

  next(after: InstantInput): number | null {
    let at = this.isEmpty ? null : this.trigger.next(after);
    for (let steps = 0; at !== null && steps < MAX_EXCLUDED; ) {
      const excluded = this.excludedAround(at, 1);
      if (excluded === null) return at;
      steps += excluded.first === excluded.last ? 1 : STRETCH_STEPS;
      at = this.trigger.next(excluded.last);
    }
    return null;
  }

  previous(before: InstantInput): number | null {
    let at = this.isEmpty ? null : this.trigger.previous(before);
    for (let steps = 0; at !== null && steps < MAX_EXCLUDED; ) {
      const excluded = this.excludedAround(at, -1);
      if (excluded === null) return at;
      steps += excluded.first === excluded.last ? 1 : STRETCH_STEPS;
      at = this.trigger.previous(excluded.first - 1);
    }
    return null;
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

  /** The instants that are taken away together with `at`, as far as can be seen in a direction; null if it may fire. */
  private excludedAround(at: number, direction: 1 | -1): { readonly first: number; readonly last: number } | null {
    if (this.by === 'day') {
      const day = dayBounds(zone(this.timezone ?? 'UTC'), at);
      const found = this.except.next(day.first - 1);
      return found !== null && found <= day.last ? day : null;
    }
    if (this.except.previous(at) !== at) return null;
    const reach = excludedStretch(this.trigger, this.except, at, direction);
    return { first: Math.min(at, reach), last: Math.max(at, reach) };
  }
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
  for (let at = trigger.next(after); at !== null && at <= upTo && total < MAX_STEPS; at = trigger.next(at)) total += 1;
  return total;
}
