// Writing crontab text: the usual forms, and that what is written reads as the same spec.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CronFieldOptions, CronTrigger } from '../../src/triggers/cron/cron.ts';
import { type CrontabOptions, parseCrontab } from '../../src/triggers/cron/crontab.ts';
import { formatCrontab } from '../../src/triggers/cron/format.ts';
import type { CronSpec } from '../../src/triggers/cron/spec.ts';
import { nextFireTimes } from '../../src/triggers/fire-times.ts';
import { compact } from '../../src/triggers/options.ts';
import type { Trigger } from '../../src/triggers/trigger.ts';
import { crontabText } from './crontab-text.ts';

interface CronVector {
  readonly kind: string;
  readonly options: CronFieldOptions;
  readonly timezone: string;
  readonly now: string;
  readonly error?: boolean;
}

const CRON_VECTORS = readFileSync(new URL('../vectors/apscheduler.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line): CronVector => JSON.parse(line))
  .filter(({ kind, error }) => kind === 'cron' && error !== true);

function read(text: string, options: CrontabOptions = {}): CronSpec {
  const { spec } = parseCrontab(text, options);
  if (spec === null) throw new Error('an interval');
  return spec;
}

describe('formatCrontab', () => {
  it.each([
    ['* * * * *', '* * * * *'],
    ['0-59/5 * * * *', '*/5 * * * *'],
    ['00 09 * * mon-fri', '0 9 * * 1-5'],
    ['@weekly', '0 0 * * 0'],
    ['0 0 * * 7,6', '0 0 * * 0,6'],
    ['0 0 * * fri-mon', '0 0 * * 0,1,5,6'],
    ['0 0 1 nov-feb *', '0 0 1 1,2,11,12 *'],
    ['5,3,1,2 * * * *', '1-3,5 * * * *'],
    ['10-50/20 * * * *', '10-50/20 * * * *'],
    ['0 0 L-3,15W,1,LW,L * *', '0 0 1,15W,L,L-3,LW * *'],
    ['0 0 * * friL,mon#1,wed', '0 0 * * 3,1#1,5L'],
    ['0 0 13 * 5', '0 0 13 * 5'],
    ['0 0 13 * +5', '0 0 13 * +5'],
    ['0 0 */10 * 5', '0 0 1-31/10 * +5'],
    ['0 0 1-31 * 5', '0 0 * * *'],
    ['0 0 1-31 * +5', '0 0 * * 5'],
    ['*/10 * * * * *', '*/10 * * * * *'],
    ['0 0 0 1 1 * 2027-2029', '0 0 0 1 1 * 2027-2029'],
    ['0-59 0-23 * * *', '0-59 0-23 * * *'],
    ['0-59/30 2 * * *', '0,30 2 * * *'],
    ['5,*/30 2 * * *', '*/60,5,30 2 * * *'],
  ])('%s is written %s', (text, expected) => {
    expect(formatCrontab(read(text))).toBe(expected);
  });

  it('writes the other dialects as vixie', () => {
    expect(formatCrontab(read('0 0 12 ? * 2-6', { dialect: 'quartz' }))).toBe('0 12 * * 1-5');
    expect(formatCrontab(read('0 0 0 13 * 6', { dialect: 'quartz' }))).toBe('0 0 13 * +5');
    expect(formatCrontab(read('0 0 * * 0', { dialect: 'apscheduler' }))).toBe('0 0 * * 1');
    expect(formatCrontab(read('H(5-5) 1 * * *', { hashSeed: 'a' }))).toBe('5 1 * * *');
  });

  it('is null where crontab has no words', () => {
    const spec = read('30 2 * * *');
    expect(formatCrontab({ ...spec, weeks: [2, 0] })).toBeNull();
    const squares = Array.from({ length: 61 }, (_, n) => 2000 + n * n);
    expect(formatCrontab({ ...spec, years: squares })).toBeNull();
    expect(formatCrontab({ ...spec, years: squares.slice(1) })).not.toBeNull();
    expect(formatCrontab({ ...spec, dst: { gap: 'skip', overlap: 'first' } })).toBeNull();
    expect(formatCrontab({ ...spec, dst: { gap: 'skip', overlap: 'both' } })).toBeNull();
  });

  it('moves weekday rules among the days of the month to the day-of-week field', () => {
    const thirdFriday = read('0 0 * * fri#3');
    const any = thirdFriday.monthDays;
    expect(formatCrontab({ ...thirdFriday, monthDays: thirdFriday.weekDays, weekDays: any })).toBe('0 0 * * 5#3');
    const mixed = { ...thirdFriday.weekDays, days: 2 };
    expect(formatCrontab({ ...thirdFriday, monthDays: mixed, weekDays: any })).toBe('0 0 1 * 5#3');
    expect(formatCrontab({ ...thirdFriday, monthDays: mixed })).toBeNull();
  });

  it('fires at the same times as the fields it was made from', () => {
    let written = 0;
    for (const { options, timezone, now } of CRON_VECTORS) {
      const trigger = new CronTrigger({ ...options, timezone });
      const text = formatCrontab(trigger.spec);
      if (text === null) continue;
      written++;
      const { startDate, endDate } = options;
      const again = CronTrigger.fromCrontab(text, { ...compact({ startDate, endDate }), timezone });
      const times = (each: Trigger) => nextFireTimes(each, { from: now, count: 5 });
      expect({ text, times: times(again) }).toEqual({ text, times: times(trigger) });
    }
    expect(written).toBeGreaterThan(CRON_VECTORS.length / 2);
  });

  it('reads back as the same spec, and is its own canonical form', () => {
    fc.assert(
      fc.property(crontabText(), fc.constantFrom('vixie', 'quartz', 'apscheduler'), (text, dialect) => {
        let spec: CronSpec;
        try {
          spec = read(text, { dialect, hashSeed: 'seed' });
        } catch {
          // Each dialect refuses some of the texts; what they accept is what is asked about.
          fc.pre(false);
          return;
        }
        const written = formatCrontab(spec);
        expect(written).not.toBeNull();
        expect(read(written ?? '')).toEqual(spec);
        expect(formatCrontab(read(written ?? ''))).toBe(written);
      }),
      { numRuns: 3_000 },
    );
  });
});
