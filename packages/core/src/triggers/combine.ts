// Triggers made of triggers: all of them, any of them, one without another.
import { InvalidTriggerError } from '../errors.ts';
import { type InstantInput, toEpochMs } from '../time/instant.ts';
import { type TimezoneInput, type Zone, zone } from '../time/zone.ts';
import { ClauseSearch } from './combination/clause-search.ts';
import { clausesOfAll, clausesWithout, partsOfCombination } from './combination/clauses.ts';
import { seek } from './combination/meeting.ts';
import { type RememberingSearch, rememberingSearch } from './combination/remembering.ts';
import { isTrigger } from './is-trigger.ts';
import { compact, readOptions, readTimezone } from './options.ts';
import type { Trigger, TriggerContext, TriggerJson } from './trigger.ts';

/** Fire times that are counted one by one before a count ends. */
const MOST_COUNTED = 10_000;

/** Triggers that a combination may consist of, those inside its parts and itself included. */
export const MOST_PARTS = 1_000;

/** Options of {@link AndTrigger} and {@link OrTrigger}. */
export interface CombinationOptions {
  /** The parts, at least one; at most 1,000 triggers, those inside parts included. */
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
 * from one possible fire time to the next, 5,000 times at most.
 */
export class AndTrigger implements Trigger {
  readonly kind = 'and';
  /** Its parts. */
  readonly triggers: readonly Trigger[];
  private readonly clauses: readonly ClauseSearch[];

  constructor(options: CombinationOptions | readonly Trigger[]) {
    this.triggers = readParts('and', options);
    this.clauses = clausesOfAll(this.triggers).map((clause) => new ClauseSearch(clause));
  }

  next(after: InstantInput): number | null {
    const from = toEpochMs(after, 'after') + 1;
    return earliest(this.clauses, (clause) => clause.seek(from, 1));
  }

  previous(before: InstantInput): number | null {
    const from = toEpochMs(before, 'before');
    return latest(this.clauses, (clause) => clause.seek(from, -1));
  }

  count(after: number, upTo: number): number {
    const [only, ...others] = this.clauses;
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
  private readonly searches: readonly RememberingSearch[];

  constructor(options: CombinationOptions | readonly Trigger[]) {
    this.triggers = readParts('or', options);
    this.searches = this.triggers.map((part) => rememberingSearch((at, direction) => seek(part, at, direction)));
  }

  next(after: InstantInput): number | null {
    const from = toEpochMs(after, 'after') + 1;
    return earliest(this.searches, (search) => search(from, 1));
  }

  previous(before: InstantInput): number | null {
    const from = toEpochMs(before, 'before');
    return latest(this.searches, (search) => search(from, -1));
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
 * passes over 5,000 fire times in a row at most, or 800 days, and behind more of them finds nothing.
 */
export class ExceptTrigger implements Trigger {
  readonly kind = 'except';
  /** What fires. */
  readonly trigger: Trigger;
  /** What keeps it from firing. */
  readonly except: Trigger;
  /** The zone of the days it takes away; null where it takes away instants. */
  readonly dayZone: Zone | null;
  private readonly by: 'instant' | 'day';
  private readonly timezone: string | undefined;
  private readonly clauses: readonly ClauseSearch[];

  constructor(options: ExceptTriggerOptions) {
    const given = readOptions('except', options, ['trigger', 'except', 'by', 'timezone']);
    this.trigger = readPart('trigger', given['trigger']);
    this.except = readPart('except', given['except']);
    checkSize('except', [this.trigger, this.except]);
    if (given['by'] !== undefined && given['by'] !== 'instant' && given['by'] !== 'day') {
      throw new InvalidTriggerError('by', given['by'], "'instant' or 'day'");
    }
    this.by = given['by'] ?? 'instant';
    this.timezone = readTimezone(given['timezone']);
    if (this.by === 'instant' && this.timezone !== undefined) {
      throw new InvalidTriggerError('timezone', this.timezone, "nothing unless by is 'day'");
    }
    this.dayZone = this.by === 'day' ? zone(this.timezone ?? 'UTC') : null;
    this.clauses = clausesWithout(this.trigger, this).map((clause) => new ClauseSearch(clause));
  }

  next(after: InstantInput): number | null {
    const from = toEpochMs(after, 'after') + 1;
    return earliest(this.clauses, (clause) => clause.seek(from, 1));
  }

  previous(before: InstantInput): number | null {
    const from = toEpochMs(before, 'before');
    return latest(this.clauses, (clause) => clause.seek(from, -1));
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
  const parts = list.map((part: unknown, i) => readPart(`triggers[${i}]`, part));
  checkSize('triggers', parts);
  return parts;
}

/** Refuses what is so large that to search it, or to write it down, would take longer than anyone waits. */
function checkSize(name: string, parts: readonly Trigger[]): void {
  const expected = `at most ${MOST_PARTS} triggers, those inside parts included`;
  const left = [...parts];
  for (let count = 1; left.length > 0; count++) {
    if (count === MOST_PARTS) throw new InvalidTriggerError(name, `more than ${MOST_PARTS}`, expected);
    left.push(...(partsOfCombination(left.pop() as Trigger) ?? []));
  }
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
