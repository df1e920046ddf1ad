// Between which instants it is known whether a trigger fires: beyond the years that triggers know nothing can be said.
import { offsetAt, type Zone } from '../../time/zone.ts';
import { isIntervalTrigger } from '../interval.ts';
import { LAST_INSTANT_MS } from '../options.ts';
import { LAST_YEAR } from '../patterns/day-set.ts';
import { type WallRule, wallRuleOf } from '../patterns/wall-pattern.ts';
import type { Trigger } from '../trigger.ts';
import { partsOfCombination } from './clauses.ts';

/** Milliseconds, both included. */
export interface Span {
  readonly first: number;
  readonly last: number;
}

const ALWAYS: Span = { first: -Infinity, last: Infinity };

/** The instants of which it is known whether a trigger fires at them. A trigger that has a start or an end of its own is known beyond it. */
export function knownSpan(trigger: Trigger): Span {
  const rule = wallRuleOf(trigger);
  if (rule !== null) return spanOfClock(rule, trigger.kind === 'cron');
  if (isIntervalTrigger(trigger))
    return { ...ALWAYS, last: trigger.endMs < LAST_INSTANT_MS ? Infinity : LAST_INSTANT_MS };
  return (partsOfCombination(trigger) ?? []).map(knownSpan).reduce(commonSpan, ALWAYS);
}

/** What a clock east of another one shows, it shows earlier: where its years begin and end is a matter of its offset. */
function spanOfClock({ zone, pattern, first, last }: WallRule, isCron: boolean): Span {
  const { years, cycle } = pattern.days;
  const begin = startOfYears(zone);
  const end = endOfYears(zone);
  const isLater = !isCron || first * 1000 > begin || (years?.[0] ?? cycle.first) > cycle.first;
  const isOver = (last + 1) * 1000 <= end || Math.min(cycle.last, years?.at(-1) ?? LAST_YEAR) < LAST_YEAR;
  return { first: isLater ? -Infinity : begin, last: isOver ? Infinity : end };
}

function startOfYears(zone: Zone): number {
  return -offsetAt(zone, 0);
}

function endOfYears(zone: Zone): number {
  return LAST_INSTANT_MS - Math.max(0, offsetAt(zone, LAST_INSTANT_MS));
}

function commonSpan(a: Span, b: Span): Span {
  return { first: Math.max(a.first, b.first), last: Math.min(a.last, b.last) };
}
