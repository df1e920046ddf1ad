// What combinations are made of, brought to as few as there can be.
import type { Trigger } from '../trigger.ts';

/** All that has to agree: of an `and`, its parts. */
function partsOfAnd(trigger: Trigger): readonly Trigger[] {
  return partsOf(trigger, 'and')?.flatMap(partsOfAnd) ?? [trigger];
}

/** All that fires: of an `or`, its parts. */
export function partsOfOr(trigger: Trigger): readonly Trigger[] {
  return partsOf(trigger, 'or')?.flatMap(partsOfOr) ?? [trigger];
}

/** More choices than this are not gone through one by one. */
const MOST_CHOICES = 16;

/** Triggers that have to agree, one list for each choice of one trigger from each part that is an `or`. */
export function choicesOf(triggers: readonly Trigger[]): readonly (readonly Trigger[])[] {
  let choices: readonly (readonly Trigger[])[] = [[]];
  for (const part of triggers.flatMap(partsOfAnd)) {
    const each = partsOfOr(part);
    const chosen = choices.length * each.length > MOST_CHOICES ? [part] : each;
    choices = choices.flatMap((before) => chosen.map((trigger) => [...before, ...partsOfAnd(trigger)]));
  }
  return choices;
}

/** The triggers whose fire times a combination chooses from; null if it is none. */
export function sourcesOf(trigger: Trigger): readonly Trigger[] | null {
  if (trigger.kind === 'except' && 'trigger' in trigger) return [trigger.trigger as Trigger];
  return partsOf(trigger, 'and') ?? partsOf(trigger, 'or');
}

function partsOf(trigger: Trigger, kind: 'and' | 'or'): readonly Trigger[] | null {
  return trigger.kind === kind && 'triggers' in trigger ? (trigger.triggers as readonly Trigger[]) : null;
}
