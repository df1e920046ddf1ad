// The cron libraries that the trigger benchmark compares with, each brought to `next(epochMs)`.
import { CronTrigger } from '@sched/core';
import { CronTime } from 'cron';
import { CronExpressionParser } from 'cron-parser';
import { Cron } from 'croner';
import { createTask } from 'node-cron';

/** A cron expression made ready: the first fire time after an instant, both in epoch milliseconds. */
export type Next = (after: number) => number;

/** A library that reads cron expressions. */
export interface Peer {
  readonly name: string;
  /** Makes an expression ready. Throws if it cannot read it. */
  compile(expression: string, timezone: string): unknown;
  /** The search of what `compile` made. */
  next(compiled: unknown): Next;
}

const OURS = '@sched/core';

/** Ours first. */
export const PEERS: readonly Peer[] = [
  peer(
    OURS,
    (expression, timezone) => CronTrigger.fromCrontab(expression, { timezone }),
    (trigger) => (after) => trigger.next(after) ?? Number.NaN,
  ),
  peer(
    'croner',
    (expression, timezone) => new Cron(expression, { timezone, paused: true }),
    (cron) => (after) => {
      return cron.nextRun(new Date(after))?.getTime() ?? Number.NaN;
    },
  ),
  peer(
    'cron-parser',
    (expression, timezone) => CronExpressionParser.parse(expression, { tz: timezone }),
    (parsed) => (after) => {
      parsed.reset(new Date(after));
      return parsed.next().getTime();
    },
  ),
  peer(
    'node-cron',
    (expression, timezone) => createTask(expression, () => {}, { timezone }),
    (task) => {
      // It computes from the present only; what it computes with is not in its types.
      const matcher = (task as unknown as { readonly timeMatcher: { getNextMatch(from: Date): Date } }).timeMatcher;
      return (after) => matcher.getNextMatch(new Date(after)).getTime();
    },
  ),
  peer(
    'cron',
    (expression, timezone) => new CronTime(expression, timezone),
    (time) => (after) => time.getNextDateFrom(new Date(after)).toMillis(),
  ),
];

function peer<Compiled>(
  name: string,
  compile: (expression: string, timezone: string) => Compiled,
  next: (compiled: Compiled) => Next,
): Peer {
  return { name, compile, next: (compiled) => next(compiled as Compiled) };
}
