// Triggers built from stored data, kept as long as the data they were built from is.
import { triggerFromJson } from './json.ts';
import type { Trigger, TriggerJson } from './trigger.ts';

const built = new WeakMap<TriggerJson, Trigger>();

/** The trigger of a stored form; the same object gives the same trigger again, without building it anew. */
export function triggerOf(json: TriggerJson): Trigger {
  const known = built.get(json);
  if (known !== undefined) return known;
  const trigger = triggerFromJson(json);
  built.set(json, trigger);
  return trigger;
}
