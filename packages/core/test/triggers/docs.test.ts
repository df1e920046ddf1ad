// docs/triggers.md tells the truth: every example on the page fires when the page says.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { InvalidTriggerError } from '../../src/errors.ts';
import { CronTrigger } from '../../src/triggers/cron/cron.ts';
import { explain } from '../../src/triggers/explain.ts';
import { blockExamples, fireTimes, tableExamples, tables } from './docs-examples.ts';

const PAGE = readFileSync(new URL('../../../../docs/triggers.md', import.meta.url), 'utf8');

const blocks = blockExamples(PAGE);
const rows = tableExamples(PAGE);
const explained = tables(PAGE).find(([headings]) => headings?.[1] === '`explain`') ?? [];

describe('docs/triggers.md', () => {
  it('has its examples', () => {
    expect(blocks.length).toBeGreaterThan(15);
    expect(rows.length).toBeGreaterThan(40);
    expect(explained.length).toBeGreaterThan(5);
  });

  it.each([...blocks, ...rows])('$code', (example) => {
    const [first = ''] = example.expected;
    if (!first.startsWith('error ')) return expect(fireTimes(example)).toEqual(example.expected);
    expect(example.make).toThrow(InvalidTriggerError);
    expect(example.make).toThrow(first.slice('error '.length));
  });

  it.each(explained.slice(2))('%s: %s', (crontab, words) => {
    expect(explain(CronTrigger.fromCrontab(crontab.replaceAll('`', '')))).toBe(words);
  });
});
