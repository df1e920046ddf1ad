// Any text at all: it is refused with a typed error, or it becomes a trigger whose searches end.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { InvalidTriggerError } from '../../src/errors.ts';
import { CronTrigger, type FromCrontabOptions } from '../../src/triggers/cron/cron.ts';
import { explain } from '../../src/triggers/explain.ts';
import { triggerFromJson } from '../../src/triggers/json.ts';
import type { Trigger } from '../../src/triggers/trigger.ts';
import { crontabText } from './crontab-text.ts';

const FROM = Date.UTC(2026, 10, 22, 12, 34, 56);

const SOUP = [
  ...'0123456789*/-,#+?LWHlwh()@ \t\n.=:',
  'mon',
  'fri',
  'jan',
  'TZ=',
  'UTC ',
  '@every ',
  '@daily',
  '\0',
  '٣',
  'é',
  '💥',
  '9999',
  '-1',
];

/** Pieces of the grammar in no order. */
const soup = fc.array(fc.constantFrom(...SOUP), { maxLength: 20 }).map((pieces) => pieces.join(''));

/** Good lines with a piece put in, taken out or written over somewhere. */
const mutated = fc
  .tuple(crontabText(), fc.nat(), fc.constantFrom('', ...SOUP), fc.nat({ max: 3 }))
  .map(([text, seed, piece, cut]) => {
    const at = seed % (text.length + 1);
    return text.slice(0, at) + piece + text.slice(at + cut);
  });

const anyText = fc.oneof(
  { arbitrary: mutated, weight: 6 },
  { arbitrary: crontabText(), weight: 2 },
  { arbitrary: soup, weight: 2 },
  fc.string({ unit: 'binary' }),
);

const options = fc.record<FromCrontabOptions>(
  {
    dialect: fc.constantFrom('vixie', 'quartz', 'apscheduler'),
    hashSeed: fc.constantFrom('a', 'job-1'),
    timezone: fc.constantFrom('UTC', 'America/New_York', 'Australia/Lord_Howe'),
  },
  { requiredKeys: [] },
);

function read(text: string, given: FromCrontabOptions): Trigger | InvalidTriggerError {
  try {
    return CronTrigger.fromCrontab(text, given);
  } catch (error) {
    if (error instanceof InvalidTriggerError) return error;
    throw error;
  }
}

function checkRefusal(error: InvalidTriggerError, text: string): void {
  expect(error.field).not.toBe('');
  if (error.position !== null) expect(error.position).toBeLessThanOrEqual(text.length);
}

function checkTrigger(trigger: Trigger): void {
  const next = trigger.next(FROM);
  if (next !== null) {
    expect(next).toBeGreaterThan(FROM);
    expect(trigger.previous(next)).toBe(next);
  }
  expect(triggerFromJson(trigger.toJSON()).next(FROM)).toBe(next);
  expect(explain(trigger)).not.toMatch(/undefined|NaN|null|^$/);
}

it('refuses or understands 100,000 texts', { timeout: 120_000 }, () => {
  let accepted = 0;
  fc.assert(
    fc.property(anyText, options, (text, given) => {
      const outcome = read(text, given);
      if (outcome instanceof InvalidTriggerError) return checkRefusal(outcome, text);
      accepted++;
      checkTrigger(outcome);
    }),
    { numRuns: 100_000 },
  );
  // A fuzz that never gets past the door proves nothing about what lies behind it.
  expect(accepted).toBeGreaterThan(5_000);
});

const LONG: readonly (readonly [what: string, text: string])[] = [
  ['a', `${'a'.repeat(50_000)}!`],
  ['spaces', ' '.repeat(100_000)],
  ['commas', '0,'.repeat(5_000)],
  ['steps', `*${'/1'.repeat(499)}`],
  ['ranges', `0${'-1'.repeat(490)} * * * *`],
  ['brackets', `H${'('.repeat(990)} * * *`],
  ['a long zone', `TZ=${'A/'.repeat(480)} * * * * *`],
  ['years', `0 0 0 1 1 * ${'*,'.repeat(490)}x`],
];

it.each(LONG)('refuses a lot of %s', (_, text) => {
  expect(read(text, { hashSeed: 'a' })).toBeInstanceOf(InvalidTriggerError);
});

/** How many characters are looked at while a text is read: work that is the same on every machine, unlike time. */
function looksAt(text: string): number {
  const original = String.prototype.charCodeAt;
  let looks = 0;
  String.prototype.charCodeAt = function (index) {
    looks++;
    return original.call(this, index);
  };
  try {
    read(text, { hashSeed: 'a' });
  } finally {
    String.prototype.charCodeAt = original;
  }
  return looks;
}

it('looks at each character a few times, however long and wrong the text is', () => {
  const longest = [
    `${'0-59/1,'.repeat(59)}5 * * * *`,
    `0 0 0 1 1 * ${'1970-9999,'.repeat(59)}2000`,
    `0 0 ${'L-30,15W,LW,'.repeat(15)}L * ${'fri#5,monL,'.repeat(15)}sun`,
    `${' '.repeat(900)}0 9 * * * ${' '.repeat(80)}`,
  ];
  for (const text of [...longest, ...LONG.map(([, text]) => text)])
    expect(looksAt(text)).toBeLessThan(12 * text.length + 100);
  fc.assert(
    fc.property(anyText, (text) => {
      expect(looksAt(text)).toBeLessThan(12 * text.length + 100);
    }),
    { numRuns: 5_000 },
  );
});

it('takes no more items than it can hold in mind, in fields as well', () => {
  const years = (count: number) => Array.from({ length: count }, () => '*/1').join();
  expect(new CronTrigger({ year: years(60) }).next(FROM)).not.toBeNull();
  expect(() => new CronTrigger({ year: years(61) })).toThrow(expect.objectContaining({ field: 'year' }));
  expect(read(`0 0 0 1 1 * ${years(60)}`, {})).toBeInstanceOf(CronTrigger);
  expect(read(`0 0 0 1 1 * ${years(61)}`, {})).toBeInstanceOf(InvalidTriggerError);
});
