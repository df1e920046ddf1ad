// Expressions mean what they mean to `cron`, by which @nestjs/schedule goes.
import { CronExpression as TheirExpression } from '@nestjs/schedule';
import { CronTime } from 'cron';
import { DateTime } from 'luxon';
import { describe, expect, test } from 'vitest';
import { cronTrigger } from '../src/declared/when.ts';
import { CronExpression } from '../src/index.ts';

/** The times an expression fires at, by ours and by theirs. */
function times(expression: string, from: string): { ours: number[]; theirs: number[] } {
  const trigger = cronTrigger(expression, { timeZone: 'UTC' });
  const cronTime = new CronTime(expression, 'UTC');
  const ours: number[] = [];
  const theirs: number[] = [];
  let date: DateTime = DateTime.fromISO(from, { zone: 'UTC' });
  // Theirs looks ahead for eight years.
  for (let count = 0; count < 6; count++) {
    const next = trigger.next(ours.at(-1) ?? date.toMillis());
    if (next !== null) ours.push(next);
    date = cronTime.getNextDateFrom(date, 'UTC');
    theirs.push(date.toMillis());
  }
  return { ours, theirs };
}

test('the names are the same, and so are their texts', () => {
  expect(CronExpression).toEqual({ ...TheirExpression });
});

describe.each(Object.entries(CronExpression))('%s', (_, expression) => {
  test('fires when it does there', () => {
    const { ours, theirs } = times(expression, '2026-02-27T22:59:58Z');
    expect(ours).toEqual(theirs);
  });
});

test.each([
  ['a step is not every day', '0 0 */2 * 1-5'],
  ['neither of the week', '0 0 13 * */3'],
  ['a range of all days is', '0 0 1-31 * 1'],
  ['so it is of the week', '0 0 13 * 0-6'],
  ['or a step of one', '0 0 */1 * 1'],
])('in the day fields %s', (_, expression) => {
  const { ours, theirs } = times(expression, '2026-02-27T22:59:58Z');
  expect(ours).toEqual(theirs);
});

test('so do random expressions', () => {
  let state = 42;
  const random = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const field = (from: number, to: number) => {
    const at = () => from + random(to - from + 1);
    const [low = from, high = to] = [at(), at()].sort((a, b) => a - b);
    return [
      '*',
      '*',
      `${low}`,
      `${low}-${high}`,
      `*/${1 + random(7)}`,
      `${low}-${high}/${1 + random(3)}`,
      `${low},${high}`,
    ][random(7)];
  };
  for (let count = 0; count < 200; count++) {
    const expression = [field(0, 59), field(0, 59), field(0, 23), field(1, 28), field(1, 12), field(0, 6)].join(' ');
    const { ours, theirs } = times(expression, '2026-02-27T22:59:58Z');
    expect(ours, expression).toEqual(theirs);
  }
});
