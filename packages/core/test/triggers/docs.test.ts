// docs/triggers.md tells the truth: every example on the page fires when the page says.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { InvalidTriggerError } from '../../src/errors.ts';
import { CronTrigger } from '../../src/triggers/cron/cron.ts';
import { explain } from '../../src/triggers/explain.ts';
import { blockExamples, evaluate, fireTimes, tableExamples, tables } from './docs-examples.ts';

const PAGE = readFileSync(new URL('../../../../docs/triggers.md', import.meta.url), 'utf8');

const blocks = blockExamples(PAGE);
const rows = tableExamples(PAGE);
const tableOf = (heading: string) => tables(PAGE).find(([headings]) => headings?.[0] === heading) ?? [];
const texts = tableOf('cron trigger');
const locales = tableOf('locale');
const explained = tables(PAGE).find(([headings]) => headings?.[1] === '`explain`') ?? [];

describe('docs/triggers.md', () => {
  it('has its examples', () => {
    expect(blocks.length).toBeGreaterThan(15);
    expect(rows.length).toBeGreaterThan(40);
    expect(explained.length).toBeGreaterThan(5);
    expect(texts.length).toBeGreaterThan(5);
    expect(locales.length).toBeGreaterThan(5);
  });

  it.each([...blocks, ...rows])('$code', (example) => {
    const [first = ''] = example.expected;
    if (!first.startsWith('error ')) return expect(fireTimes(example)).toEqual(example.expected);
    expect(example.make).toThrow(InvalidTriggerError);
    expect(example.make).toThrow(first.slice('error '.length));
  });

  it.each(texts.slice(2))('%s is %s', (code, text) => {
    const [made, written] = [evaluate(code.replaceAll('`', '')), text.replaceAll('`', '')];
    expect(String(made)).toBe(written);
    expect(String(CronTrigger.fromString(written))).toBe(written);
  });

  it.each(locales.slice(2))('%s: %s', (locale, words) => {
    const trigger = CronTrigger.fromCrontab('0 9 * * mon-fri', { timezone: 'Europe/Berlin', startDate: '2027-03-01' });
    expect(explain(trigger, /`(.*)`/.exec(locale)?.[1])).toBe(words);
    if (locale.includes('default')) expect(explain(trigger)).toBe(words);
  });

  it.each(explained.slice(2))('%s: %s', (crontab, words) => {
    expect(explain(CronTrigger.fromCrontab(crontab.replaceAll('`', '')))).toBe(words);
  });
});
