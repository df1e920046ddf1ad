// `toString()` of a cron trigger is a text that gives an equal trigger again: a crontab line, or its options by name.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CronFieldOptions, CronTrigger, type FromCrontabOptions } from '../../src/triggers/cron/cron.ts';
import { crontabText } from './crontab-text.ts';

const LINES: readonly [text: string, options: FromCrontabOptions, line: string][] = [
  ['*/5 8-18 * * 1-5', {}, '*/5 8-18 * * 1-5'],
  ['0 9 * * mon-fri', { timezone: 'Europe/Berlin' }, 'TZ=Europe/Berlin 0 9 * * mon-fri'],
  ['TZ=Asia/Tokyo 0 9 * * *', {}, 'TZ=Asia/Tokyo 0 9 * * *'],
  ['0 0 9 ? * 2-6', { dialect: 'quartz' }, '0 9 * * 1-5'],
  ['30 2 * * 0', { dialect: 'apscheduler', timezone: 'America/New_York' }, 'TZ=America/New_York 30 2 * * 1'],
];

it.each(LINES)('%s %o reads %s', (text, options, line) => {
  const trigger = CronTrigger.fromCrontab(text, options);
  expect(String(trigger)).toBe(line);
  const again = CronTrigger.fromCrontab(line);
  for (let at = Date.UTC(2026, 0, 1), fires = 0; fires < 500; fires++) {
    const next = trigger.next(at);
    expect(again.next(at)).toBe(next);
    at = next ?? at;
  }
});

it('writes out what H chose', () => {
  const trigger = CronTrigger.fromCrontab('H H * * *', { hashSeed: 'report' });
  const again = CronTrigger.fromCrontab(String(trigger));
  expect(again.next(0)).toBe(trigger.next(0));
});

describe('fromString', () => {
  it.each<[CronFieldOptions, string]>([
    [{}, 'cron[]'],
    [{ hour: 9, minute: 30 }, "cron[hour='9', minute='30']"],
    [{ day: '3rd  FRI', hour: '0-3', timezone: 'UTC' }, "cron[day='3rd fri', hour='0-3']"],
    [{ week: 1, dayOfWeek: 'mon', timezone: 'Asia/Tokyo' }, "cron[week='1', dayOfWeek='mon', timezone='Asia/Tokyo']"],
    [
      { hour: 9, startDate: '2026-03-01 08:00', endDate: '2026-12-31T00:00:00Z', dst: { gap: 'skip' } },
      "cron[hour='9', startDate='2026-03-01 08:00', endDate='2026-12-31T00:00:00.000Z', dst.gap='skip']",
    ],
  ])('fields %j are %s', (options, text) => {
    const trigger = new CronTrigger(options);
    expect(String(trigger)).toBe(text);
    expect(String(CronTrigger.fromString(text))).toBe(text);
    expect(CronTrigger.fromString(text).next('2026-06-01')).toBe(trigger.next('2026-06-01'));
  });

  it.each<[string, FromCrontabOptions, string]>([
    ['0 9 * * *', { endDate: '2026-12-31T00:00:00Z' }, "cron[crontab='0 9 * * *', endDate='2026-12-31T00:00:00.000Z']"],
    [
      '30 2 * * *',
      { timezone: 'Europe/Berlin', dst: { gap: 'skip', overlap: 'both' } },
      "cron[crontab='30 2 * * *', timezone='Europe/Berlin', dst.gap='skip', dst.overlap='both']",
    ],
    ['*/5 2 * * *', { dst: { gap: 'skip' } }, '*/5 2 * * *'],
    [
      'H 2 * * 1',
      { hashSeed: "it's \\ mine", dialect: 'quartz', startDate: '2026-01-01' },
      "cron[crontab='H 2 * * 1', dialect='quartz', hashSeed='it\\'s \\\\ mine', startDate='2026-01-01']",
    ],
  ])('%s with %j is %s', (crontab, options, text) => {
    const trigger = CronTrigger.fromCrontab(crontab, options);
    expect(String(trigger)).toBe(text);
    const again = CronTrigger.fromString(text);
    expect(String(again)).toBe(text);
    expect(again.next('2026-03-20')).toBe(trigger.next('2026-03-20'));
  });

  it('gives an equal trigger for whatever a trigger says of itself', () => {
    const optional = { requiredKeys: [] };
    const number = (min: number, max: number) => fc.integer({ min, max });
    const bounds = fc.record(
      {
        timezone: fc.constantFrom('America/New_York', 'UTC+5:30'),
        startDate: fc.constantFrom('2026-02-01', '2026-02-01T10:00:00Z'),
        endDate: fc.constantFrom('2031-02-01', '2031-02-01T10:00:00.250Z'),
        dst: fc.record({ gap: fc.constantFrom('shift', 'skip'), overlap: fc.constantFrom('first', 'both') }, optional),
      },
      optional,
    );
    const fields = fc.record(
      {
        year: fc.constantFrom('2026-2030', 2027),
        month: fc.constantFrom('jan, MAR', '*/3'),
        day: fc.constantFrom('last', '2nd  fri,15', 31),
        week: number(1, 53),
        dayOfWeek: fc.constantFrom('mon-fri', 6),
        hour: fc.oneof(number(0, 23), fc.constant('*/4')),
        minute: fc.oneof(number(0, 59), fc.constant('0-30/5, 45')),
        second: number(0, 59),
      },
      optional,
    );
    const ofFields = fc.tuple(fields, bounds).map(([given, more]) => new CronTrigger({ ...given, ...more } as object));
    const dialect = fc.constantFrom('vixie', 'quartz', 'apscheduler');
    const ofText = fc.tuple(crontabText(), dialect, bounds).map(([text, name, more]) => {
      try {
        return new CronTrigger({ crontab: text, dialect: name, hashSeed: 'seed', ...more } as never);
      } catch {
        return null;
      }
    });
    fc.assert(
      fc.property(fc.oneof(ofFields, ofText), number(Date.UTC(2025, 0), Date.UTC(2029, 0)), (trigger, at) => {
        fc.pre(trigger !== null);
        const again = CronTrigger.fromString(String(trigger));
        expect(String(again)).toBe(String(trigger));
        expect([again.next(at), again.previous(at)]).toEqual([trigger?.next(at), trigger?.previous(at)]);
        // What is a line in another dialect's text is not the same options, but the same pattern.
        if (String(trigger).startsWith('cron[')) expect(again.toJSON()).toEqual(trigger?.toJSON());
        const context = { timezone: 'Asia/Tokyo', now: 0 };
        expect(again.resolve(context).next(at)).toBe(trigger?.resolve(context).next(at));
      }),
      { numRuns: 3_000 },
    );
  });

  it.each([
    ['cron[', 5],
    ["cron[hour='9'", 13],
    ["cron[hour='9';minute='1']", 13],
    ["cron[hour='9', hour='10']", 13],
    ["cron[hour='9'] ", 13],
    ['cron[hour=9]', 5],
  ])('refuses %s at %d', (text, position) => {
    expect(() => CronTrigger.fromString(text)).toThrow(expect.objectContaining({ code: 'invalid-trigger', position }));
  });

  it.each([
    ["cron[hours='9']", 'hours'],
    ["cron[hour='25']", 'hour'],
    ['0 25 * * *', 'hour'],
    [5, 'cron'],
  ])('refuses %s, naming %s', (text, field) => {
    expect(() => CronTrigger.fromString(text as string)).toThrow(expect.objectContaining({ field }));
  });
});
