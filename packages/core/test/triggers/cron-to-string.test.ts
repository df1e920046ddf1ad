// `toString()` of a crontab trigger is a line that gives an equal trigger again, whatever it was read from.
import { expect, it } from 'vitest';
import { CronTrigger, type FromCrontabOptions } from '../../src/index.ts';

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
