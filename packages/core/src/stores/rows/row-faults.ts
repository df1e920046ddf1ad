// The parts of a row that another program may have spoilt: read with care, and with a stand-in where that fails.
import { CorruptRecordError, show } from '../../errors.ts';
import type { JobPolicies } from '../../jobs/records.ts';
import type { TriggerJson } from '../../triggers/trigger.ts';
import { frozenCopy } from '../frozen-copy.ts';
import { completed, type WrittenPolicies } from './policies-text.ts';
import type { Row } from './row.ts';

/** Stand in for what cannot be read; they never go back into the row. */
const UNREADABLE_TRIGGER: TriggerJson = Object.freeze({ kind: 'unreadable', options: Object.freeze({}) });
const UNREADABLE_POLICIES: WrittenPolicies = Object.freeze({
  coalesce: true,
  misfireGraceMs: null,
  maxInstances: 1,
  overlap: 'skip',
  timeoutMs: null,
  retry: Object.freeze({ maxAttempts: 1, delayMs: 0, backoff: 1, maxDelayMs: 0 }),
  jitterMs: null,
  priority: 0,
  keepRuns: 100,
});
const NO_TAGS: readonly string[] = Object.freeze([]);

/** Collects what is wrong with a row: the first fault is the one that is reported. */
export class RowFaults {
  readonly #kind: string;
  readonly #row: Row;
  /** The first thing that could not be read; null as long as all could. */
  fault: CorruptRecordError | null = null;

  constructor(kind: string, row: Row) {
    this.#kind = kind;
    this.#row = row;
  }

  trigger(json: unknown): TriggerJson {
    return this.#parsed(json, 'trigger', isTriggerJson, UNREADABLE_TRIGGER);
  }

  tags(json: unknown): readonly string[] {
    return this.#parsed(json, 'tags', isTags, NO_TAGS);
  }

  /** Most rows have one of a few policies, and every step reads a row: equal ones are read once and shared. */
  policies(json: unknown): JobPolicies {
    const known = typeof json === 'string' ? readPolicies.get(json) : undefined;
    if (known !== undefined) return known;
    const policies = frozenCopy(completed(this.#parsed(json, 'policies', isPolicies, UNREADABLE_POLICIES)));
    if (this.fault !== null) return policies;
    if (readPolicies.size >= MAX_READ_POLICIES) readPolicies.clear();
    readPolicies.set(String(json), policies);
    return policies;
  }

  /** One of a few words. */
  word<Word extends string>(value: unknown, field: string, words: readonly Word[], otherwise: Word): Word {
    const found = words.find((word) => word === value);
    if (found === undefined) this.#report(field, value);
    return found ?? otherwise;
  }

  #parsed<Value>(json: unknown, field: string, isValue: (value: unknown) => value is Value, otherwise: Value): Value {
    try {
      const value: unknown = JSON.parse(String(json));
      if (isValue(value)) return value;
      this.#report(field, json);
    } catch (cause) {
      this.#report(field, json, cause);
    }
    return otherwise;
  }

  #report(field: string, value: unknown, cause?: unknown): void {
    this.fault ??= new CorruptRecordError(
      `${this.#kind} ${show(this.#row['id'])}`,
      `${field} is ${show(value)}`,
      cause,
    );
  }
}

/** How many different policies are remembered before the collection starts over. */
const MAX_READ_POLICIES = 1000;
const readPolicies = new Map<string, JobPolicies>();

function isTriggerJson(value: unknown): value is TriggerJson {
  return isObject(value) && typeof value['kind'] === 'string' && isObject(value['options']);
}

function isPolicies(value: unknown): value is WrittenPolicies {
  return (
    isObject(value) &&
    Object.keys(UNREADABLE_POLICIES).every((name) => name in value) &&
    isObject(value['retry']) &&
    [value['maxInstances'], value['priority'], value['keepRuns'], value['retry']['maxAttempts']].every(
      Number.isFinite,
    ) &&
    MAY_BE_OFF.every((name) => (value[name] ?? null) === null || Number.isFinite(value[name]))
  );
}

const MAY_BE_OFF = ['pauseOnFailure', 'maxRuns', 'startAt', 'endAt', 'killGraceMs'];

function isTags(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((tag) => typeof tag === 'string');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
