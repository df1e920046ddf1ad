// Triggers to and from stored data. Data chooses among the kinds that code has made known, and nothing else.
import { InvalidTriggerError } from '../errors.ts';
import { CalendarIntervalTrigger } from './calendar-interval.ts';
import { MOST_PARTS } from './combine.ts';
import { createTrigger, isTriggerKind, type TriggerKind, type TriggerOptionsByKind } from './create.ts';
import { DateTrigger } from './date.ts';
import { IntervalTrigger } from './interval.ts';
import type { Trigger, TriggerJson } from './trigger.ts';

export { isTrigger } from './is-trigger.ts';

/** Builds a trigger of one's own from what its `toJSON` answered. */
export type RestoreTrigger = (json: TriggerJson) => Trigger;

/** Shared by all copies of this package in the process, so that it does not matter through which one a kind is made known. */
const REGISTRY = Symbol.for('@sched/trigger-kinds');

/**
 * Makes a kind of trigger of your own known, so that jobs that have one can be read from a store again. Call it where
 * the trigger is defined, in every process that uses the store.
 *
 * @throws InvalidTriggerError if the kind is one of the built-in ones.
 */
export function registerTrigger(kind: string, restore: RestoreTrigger): void {
  if (typeof kind !== 'string' || kind === '' || isTriggerKind(kind)) {
    throw new InvalidTriggerError('kind', kind, 'a name that no built-in trigger has');
  }
  if (typeof restore !== 'function')
    throw new InvalidTriggerError('restore', restore, 'a function from TriggerJson to a trigger');
  customKinds().set(kind, restore);
}

/**
 * The trigger that answered `json` to `toJSON`.
 *
 * @throws InvalidTriggerError if it is no stored trigger, or one of a kind that is not known here.
 */
export function triggerFromJson(json: unknown): Trigger {
  return restore(json, 0);
}

function restore(json: unknown, depth: number): Trigger {
  if (depth > MOST_PARTS) throw new InvalidTriggerError('trigger', '{ … }', `at most ${MOST_PARTS} triggers in one`);
  const { kind, options, anchor } = checkShape(json);
  if (!isTriggerKind(kind)) return restoreCustom(kind, json as TriggerJson);
  if (anchor !== undefined) return withAnchor(kind, options, anchor);
  return createTrigger(kind, restoreParts(kind, options, depth + 1) as unknown as TriggerOptionsByKind[TriggerKind]);
}

/** Whether two stored triggers are the same declaration: equal in all but what was filled in when each was added. */
export function sameTrigger(a: TriggerJson, b: TriggerJson): boolean {
  return isEqual(a, b);
}

type Data = Readonly<Record<string, unknown>>;

function checkShape(json: unknown): { readonly kind: string; readonly options: Data; readonly anchor: unknown } {
  if (!isData(json) || typeof json['kind'] !== 'string')
    throw new InvalidTriggerError('trigger', json, '{ kind, options }');
  const { kind, options, anchor, ...more } = json;
  if (!isData(options) || Object.keys(more).length > 0)
    throw new InvalidTriggerError('trigger', json, '{ kind, options, anchor? }');
  return { kind, options, anchor };
}

function withAnchor(kind: TriggerKind, options: Data, anchor: unknown): Trigger {
  if (kind === 'calendarinterval' && typeof anchor === 'string') {
    return new CalendarIntervalTrigger(options as TriggerOptionsByKind['calendarinterval'], anchor);
  }
  if (Number.isSafeInteger(anchor)) {
    if (kind === 'date') return new DateTrigger(options as TriggerOptionsByKind['date'], Number(anchor));
    if (kind === 'interval')
      return new IntervalTrigger(options as unknown as TriggerOptionsByKind['interval'], Number(anchor));
  }
  throw new InvalidTriggerError('anchor', anchor, `what a ${kind} trigger is anchored by`);
}

/** The options with the triggers inside them built. */
function restoreParts(kind: TriggerKind, options: Data, depth: number): Data {
  if ((kind === 'and' || kind === 'or') && Array.isArray(options['triggers'])) {
    return { ...options, triggers: options['triggers'].map((part) => restore(part, depth)) };
  }
  if (kind !== 'except') return options;
  return { ...options, trigger: restore(options['trigger'], depth), except: restore(options['except'], depth) };
}

function restoreCustom(kind: string, json: TriggerJson): Trigger {
  const restore = customKinds().get(kind);
  if (restore === undefined) {
    throw new InvalidTriggerError('kind', kind, 'a kind that is known here; make your own known with registerTrigger');
  }
  return restore(json);
}

function customKinds(): Map<string, RestoreTrigger> {
  const shared = globalThis as { [REGISTRY]?: Map<string, RestoreTrigger> };
  shared[REGISTRY] ??= new Map();
  return shared[REGISTRY];
}

function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => isEqual(item, b[i]));
  if (!isData(a) || !isData(b)) return false;
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  names.delete('anchor');
  for (const name of names) if (!isEqual(a[name], b[name])) return false;
  return true;
}

function isData(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
