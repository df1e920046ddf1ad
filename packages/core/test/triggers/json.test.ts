// Triggers by kind, from stored data, and of one's own.
import { describe, expect, it } from 'vitest';
import { InvalidTriggerError } from '../../src/errors.ts';
import { createTrigger, isTriggerKind } from '../../src/triggers/create.ts';
import { nextFireTimes } from '../../src/triggers/fire-times.ts';
import { isTrigger, registerTrigger, sameTrigger, triggerFromJson } from '../../src/triggers/json.ts';
import type { Trigger, TriggerJson } from '../../src/triggers/trigger.ts';

const from = '2026-01-01T00:00:00Z';

/** Fires at every power of two, in seconds. */
function powers(): Trigger {
  return {
    kind: 'powers',
    next: (after) => 1000 * 2 ** Math.floor(Math.log2(Number(after) / 1000) + 1),
    previous: (before) => 1000 * 2 ** Math.floor(Math.log2(Number(before) / 1000)),
    count: () => 1,
    resolve: () => powers(),
    toJSON: () => ({ kind: 'powers', options: {} }),
  };
}

describe('createTrigger', () => {
  it('knows each kind by name', () => {
    const interval = createTrigger('interval', { minutes: 5, startDate: from });
    const cron = createTrigger('cron', { hour: 9 });
    expect(interval.next(from)).toBe(Date.parse(from) + 300_000);
    expect(createTrigger('cron', { crontab: '0 9 * * *' }).next(from)).toBe(cron.next(from));
    expect(createTrigger('cron', { crontab: '@every 5m' }).kind).toBe('interval');
    expect(createTrigger('date', { runDate: from }).next(0)).toBe(Date.parse(from));
    expect(createTrigger('calendarinterval', { days: 1 }).next(from)).toBe(Date.parse('2026-01-02T00:00:00Z'));
    expect(createTrigger('and', { triggers: [cron, interval] }).next(from)).toBe(cron.next(from));
    expect(createTrigger('or', { triggers: [cron, interval] }).next(from)).toBe(interval.next(from));
    expect(createTrigger('except', { trigger: cron, except: interval }).next(from)).toBeNull();
  });

  it('refuses unknown kinds, by name', () => {
    expect(() => createTrigger('weekly' as 'cron', {})).toThrow(
      expect.objectContaining({ field: 'kind', value: 'weekly' }),
    );
    expect(isTriggerKind('toString')).toBe(false);
  });
});

describe('triggerFromJson', () => {
  it.each<unknown>([
    null,
    'cron',
    {},
    { kind: 'cron' },
    { kind: 'cron', options: [] },
    { kind: 'cron', options: {}, anchor: 5 },
    { kind: 'cron', options: { minuet: 5 } },
    { kind: 'cron', options: {}, constructor: 'x' },
    { kind: 'interval', options: { seconds: 5 }, anchor: 'soon' },
    { kind: 'calendarinterval', options: { days: 1 }, anchor: '2026-02-31' },
    { kind: 'and', options: { triggers: [{ kind: 'nothing', options: {} }] } },
    { kind: 'except', options: {} },
    { kind: '__proto__', options: {} },
  ])('refuses %j', (json) => {
    expect(() => triggerFromJson(json)).toThrow(expect.objectContaining({ code: 'invalid-trigger' }));
  });

  it('restores kinds of your own once they are known', () => {
    const json: TriggerJson = JSON.parse(JSON.stringify(powers()));
    expect(() => triggerFromJson(json)).toThrow(expect.objectContaining({ field: 'kind', value: 'powers' }));
    registerTrigger('powers', powers);
    expect(triggerFromJson(json).next(5000)).toBe(8000);
    const nested = createTrigger('or', { triggers: [powers()] });
    expect(triggerFromJson(nested.toJSON()).next(9000)).toBe(16_000);
    expect(() => registerTrigger('cron', powers)).toThrow(expect.objectContaining({ field: 'kind' }));
    expect(() => registerTrigger('mine', 'nothing' as never)).toThrow(expect.objectContaining({ field: 'restore' }));
  });
});

describe('sameTrigger', () => {
  it('looks at all but what was filled in when the trigger was added', () => {
    const at = (now: number) =>
      createTrigger('or', { triggers: [createTrigger('interval', { hours: 1 })] })
        .resolve({ timezone: 'UTC', now })
        .toJSON();
    expect(at(1)).not.toEqual(at(2));
    expect(sameTrigger(at(1), at(2))).toBe(true);
    expect(
      sameTrigger({ kind: 'cron', options: { hour: '1' } }, { kind: 'cron', options: { hour: '1', minute: '5' } }),
    ).toBe(false);
    expect(sameTrigger({ kind: 'a', options: { list: [1, 2] } }, { kind: 'a', options: { list: [1, 2, 3] } })).toBe(
      false,
    );
  });
});

it('refuses stored triggers that are nested too deeply', () => {
  let json: TriggerJson = { kind: 'cron', options: {} };
  for (let depth = 0; depth < 100_000; depth++) json = { kind: 'and', options: { triggers: [json] } };
  expect(() => triggerFromJson(json)).toThrow(InvalidTriggerError);
});

describe('isTrigger', () => {
  it('knows a trigger by what it can do', () => {
    expect(isTrigger(createTrigger('cron', {}))).toBe(true);
    expect(isTrigger(powers())).toBe(true);
    for (const value of [null, 5, 'cron', {}, { kind: 'cron', options: {} }]) expect(isTrigger(value)).toBe(false);
  });
});

describe('nextFireTimes', () => {
  const hourly = createTrigger('cron', { minute: 0 });

  it('lists as many as asked for, up to the last instant that may be among them', () => {
    expect(nextFireTimes(hourly, { from })).toHaveLength(10);
    expect(nextFireTimes(hourly, { from, count: 2 }).map(Number)).toEqual(
      [1, 2].map((h) => Date.parse(from) + h * 3_600_000),
    );
    expect(nextFireTimes(hourly, { from, until: '2026-01-01T03:00:00Z' })).toHaveLength(3);
    expect(nextFireTimes(hourly, { from, count: 0 })).toEqual([]);
    expect(() => nextFireTimes(hourly, { from, count: 1.5 })).toThrow(expect.objectContaining({ field: 'count' }));
  });
});
