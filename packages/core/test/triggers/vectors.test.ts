// Golden fire times: answers of APScheduler 3.11.2, and a brute-force walk over every second around changes of UTC offset.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createTrigger, type TriggerKind, type TriggerOptionsByKind } from '../../src/triggers/create.ts';
import { triggerFromJson } from '../../src/triggers/json.ts';

interface Vector {
  readonly line: number;
  readonly kind: TriggerKind;
  readonly options: Record<string, unknown>;
  readonly timezone: string;
  readonly now: string;
  readonly until?: string;
  readonly expect?: readonly string[];
  readonly error?: boolean;
}

function vectors(file: string): Vector[] {
  const text = readFileSync(new URL(`../vectors/${file}`, import.meta.url), 'utf8');
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line, i) => ({ line: i + 1, ...JSON.parse(line) }));
}

function build(vector: Vector) {
  const options = { ...vector.options, timezone: vector.timezone } as TriggerOptionsByKind[TriggerKind];
  return createTrigger(vector.kind, options);
}

/** As many fire times as the vector has at most; the trigger goes through its stored form first. */
function fires(vector: Vector, limit: number): string[] {
  const trigger = triggerFromJson(JSON.parse(JSON.stringify(build(vector))));
  const until = vector.until === undefined ? Infinity : Date.parse(vector.until);
  const found: string[] = [];
  let at = trigger.next(Date.parse(vector.now) - 1);
  for (; at !== null && at <= until && found.length < limit; at = trigger.next(at))
    found.push(new Date(at).toISOString());
  return found;
}

/**
 * Lines of apscheduler.jsonl where APScheduler loses a fire time: it jumps to the next month or year by adding absolute
 * time, lands an hour late when the clocks went forward in between, and so misses the first hour of the day it wanted.
 * The fire time it loses, which we have.
 */
const LOST_BY_APSCHEDULER: ReadonlyMap<number, string> = new Map([
  [95, '1997-05-01T02:30:00.000Z'],
  [468, '2005-12-31T11:00:00.000Z'],
  [847, '2014-01-01T02:00:00.000Z'],
  [1029, '2014-01-01T02:00:00.000Z'],
  [1101, '1995-03-31T23:00:00.000Z'],
]);

/** A line where APScheduler answers with a start that is past already; the first fire time at or after `now` is the next. */
const STARTS_IN_THE_PAST = 1271;

describe('apscheduler.jsonl', () => {
  const all = vectors('apscheduler.jsonl');

  it.each(['cron', 'interval', 'calendarinterval'])('%s', (kind) => {
    const differs = (line: number) => LOST_BY_APSCHEDULER.has(line) || line === STARTS_IN_THE_PAST;
    const readable = all.filter((vector) => vector.kind === kind && vector.error !== true && !differs(vector.line));
    expect(readable.length).toBeGreaterThan(100);
    const wrong = readable.filter((vector) => fires(vector, 5).join() !== vector.expect?.join());
    expect(wrong.map((vector) => ({ ...vector, found: fires(vector, 5) }))).toEqual([]);
  });

  it('has the fire times that APScheduler loses', () => {
    for (const [line, lost] of LOST_BY_APSCHEDULER) {
      const vector = all[line - 1];
      expect(vector && fires(vector, 5)).toEqual([...(vector?.expect ?? []), lost].sort().slice(0, 5));
    }
  });

  it('does not answer with a start that is past', () => {
    const vector = all[STARTS_IN_THE_PAST - 1];
    expect(vector && fires(vector, 4)).toEqual(vector?.expect?.slice(1));
  });

  it('refuses what APScheduler refuses', () => {
    const refused = all.filter((vector) => vector.error === true);
    expect(refused.length).toBeGreaterThan(50);
    for (const vector of refused) {
      expect(() => build(vector), JSON.stringify(vector)).toThrow(expect.objectContaining({ code: 'invalid-trigger' }));
    }
  });
});

describe('dst.jsonl', () => {
  it('cron', () => {
    const all = vectors('dst.jsonl');
    const wrong = all.filter((vector) => fires(vector, 8).join() !== vector.expect?.join());
    expect(all).toHaveLength(300);
    expect(wrong.map((vector) => ({ ...vector, found: fires(vector, 8) }))).toEqual([]);
  });
});
