// What combinations say, brought to one form: any of some clauses, each of which is "all of these, and none of those".
import type { Zone } from '../../time/zone.ts';
import type { Trigger } from '../trigger.ts';

/** Fire times that are taken away: those of a trigger or, with a zone, all on the days on which it fires. */
export interface Exception {
  readonly except: Trigger;
  readonly dayZone: Zone | null;
}

/** All instants at which each of some triggers fires, and that nothing takes away. */
export interface Clause {
  readonly parts: readonly Trigger[];
  readonly without: readonly Exception[];
}

type Clauses = readonly Clause[];

/** What would be more clauses than this is left as it is: a part, or an exception, that has to be asked. */
const MOST_CLAUSES = 16;

const ALWAYS: Clauses = [{ parts: [], without: [] }];

/** The clauses one of which holds whenever all triggers fire; none if they never do. */
export function clausesOfAll(triggers: readonly Trigger[]): Clauses {
  return triggers
    .reduce((clauses, trigger) => product(clauses, clausesOf(trigger), asPart(trigger)), ALWAYS)
    .filter(isPossible);
}

/** The clauses of what an exception leaves of a trigger. */
export function clausesWithout(trigger: Trigger, { except, dayZone }: Exception): Clauses {
  return product(clausesOf(trigger), complementOf(except, dayZone), asException(except, dayZone)).filter(isPossible);
}

function clausesOf(trigger: Trigger): Clauses {
  const all = partsOf(trigger, 'and');
  if (all !== null) return clausesOfAll(all);
  const any = partsOf(trigger, 'or')?.flatMap(clausesOf) ?? null;
  if (any !== null) return any.length > MOST_CLAUSES ? asPart(trigger) : any;
  return isExcept(trigger) ? clausesWithout(trigger.trigger, trigger) : asPart(trigger);
}

/** The clauses one of which holds whenever a trigger does not fire or, with a zone, not on the day. */
function complementOf(trigger: Trigger, dayZone: Zone | null): Clauses {
  const any = partsOf(trigger, 'or');
  if (any !== null) {
    const add = (clauses: Clauses, part: Trigger) =>
      product(clauses, complementOf(part, dayZone), asException(part, dayZone));
    return any.reduce(add, ALWAYS);
  }
  if (dayZone !== null) return asException(trigger, dayZone);
  const all = partsOf(trigger, 'and');
  if (all !== null) return all.flatMap((part) => complementOf(part, null));
  if (!isExcept(trigger) || trigger.dayZone !== null) return asException(trigger, null);
  return [...complementOf(trigger.trigger, null), ...clausesOf(trigger.except)];
}

/** The clauses of two that have to hold together; of the second, `otherwise` where that would be too many. */
function product(some: Clauses, others: Clauses, otherwise: Clauses): Clauses {
  const chosen = some.length * others.length > MOST_CLAUSES ? otherwise : others;
  return some.flatMap((a) =>
    chosen.map((b) => ({ parts: [...a.parts, ...b.parts], without: [...a.without, ...b.without] })),
  );
}

function asPart(trigger: Trigger): Clauses {
  return [{ parts: [trigger], without: [] }];
}

function asException(except: Trigger, dayZone: Zone | null): Clauses {
  return [{ parts: [], without: [{ except, dayZone }] }];
}

/** Whether no part takes away itself: no search would say so. */
function isPossible({ parts, without }: Clause): boolean {
  if (without.length === 0) return true;
  const own = new Set(parts.map((part) => JSON.stringify(part)));
  return !without.some(({ except }) => own.has(JSON.stringify(except)));
}

/** The triggers whose fire times a combination chooses from; null if it is none. */
export function sourcesOf(trigger: Trigger): readonly Trigger[] | null {
  return isExcept(trigger) ? [trigger.trigger] : (partsOf(trigger, 'and') ?? partsOf(trigger, 'or'));
}

/** All triggers a combination is made of; null if it is none. */
export function partsOfCombination(trigger: Trigger): readonly Trigger[] | null {
  return isExcept(trigger) ? [trigger.trigger, trigger.except] : sourcesOf(trigger);
}

function partsOf(trigger: Trigger, kind: 'and' | 'or'): readonly Trigger[] | null {
  return trigger.kind === kind && 'triggers' in trigger ? (trigger.triggers as readonly Trigger[]) : null;
}

function isExcept(trigger: Trigger): trigger is Trigger & Exception & { readonly trigger: Trigger } {
  return trigger.kind === 'except' && 'dayZone' in trigger;
}
