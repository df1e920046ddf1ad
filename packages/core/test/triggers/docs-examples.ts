// Finds the examples in docs/triggers.md: code blocks with the fire times below them, and tables with a column of fire times.
import { DateTime } from 'luxon';
import * as calendarInterval from '../../src/triggers/calendar-interval.ts';
import * as combine from '../../src/triggers/combine.ts';
import { CronTrigger } from '../../src/triggers/cron/cron.ts';
import * as date from '../../src/triggers/date.ts';
import * as interval from '../../src/triggers/interval.ts';
import { registerTrigger } from '../../src/triggers/json.ts';
import type { Trigger } from '../../src/triggers/trigger.ts';

/** What an example shows: what it fires, or the message of the error that it ends in. */
export interface Example {
  /** As written, for the test's name. */
  readonly code: string;
  readonly zone: string;
  /** Wall-clock time in the zone. */
  readonly from: string;
  readonly expected: readonly string[];
  readonly make: () => Trigger;
}

const SCOPE = { CronTrigger, registerTrigger, ...calendarInterval, ...combine, ...date, ...interval };

/** An example whose last line of times is this fires no more after them. */
const NO_MORE = 'never again';

/** The fire times as the page writes them, as many as are expected. */
export function fireTimes({ make, from, zone, expected }: Example): string[] {
  const trigger = make();
  const times: string[] = [];
  let at = trigger.next(DateTime.fromISO(from.replace(' ', 'T'), { zone }).toMillis());
  while (times.length < expected.length && at !== null) {
    times.push(timeText(at, zone));
    at = trigger.next(at);
  }
  return times.length < expected.length ? [...times, NO_MORE] : times;
}

function timeText(at: number, zone: string): string {
  const time = DateTime.fromMillis(at, { zone, locale: 'en' });
  return time.toFormat(`ccc yyyy-MM-dd HH:mm${time.second === 0 ? '' : ':ss'}${zone === 'UTC' ? '' : ' ZZ'}`);
}

/** Code blocks that end in `// after …` and the fire times, or in `// error …`. */
export function blockExamples(page: string): Example[] {
  return [...page.matchAll(/```ts\n(.*?)```/gs)].flatMap(([, block = '']) => {
    const lines = block.trim().split('\n');
    const end = lines.findIndex((line) => /^\/\/ (after|error) /.test(line));
    if (end < 0) return [];
    const [head = '', ...times] = lines.slice(end).map((line) => line.slice(3));
    const code = lines.slice(0, end).join('\n');
    const [, from = '2026-01-01 00:00', zone = 'UTC'] = /^after (\S+ \S+) (\S+)$/.exec(head) ?? [];
    const expected = head.startsWith('error ') ? [head] : times.map((line) => line.trim());
    return [{ code, zone, from, expected, make: () => evaluate(code) }];
  });
}

/** Tables whose last column is headed `after …`; the first says how to read its cells. */
export function tableExamples(page: string): Example[] {
  return tables(page).flatMap(([headings = [], , ...rows]) => {
    const [, from, zone] = /^after \w+ (\S+ \S+) (\S+)$/.exec(headings.at(-1) ?? '') ?? [];
    if (from === undefined || zone === undefined) return [];
    return rows.map((cells) => {
      const code = (cells[0] ?? '').replaceAll('`', '');
      return {
        code,
        zone,
        from,
        expected: (cells.at(-1) ?? '').split(', '),
        make: () => fromCell(headings[0] ?? '', code, zone),
      };
    });
  });
}

/** Each table as rows of cells. */
export function tables(page: string): string[][][] {
  return [...page.matchAll(/(?:^\|.*\n)+/gm)].map(([text]) =>
    text
      .trim()
      .split('\n')
      .map((line) =>
        line
          .slice(1, -1)
          .split('|')
          .map((cell) => cell.trim()),
      ),
  );
}

function fromCell(kind: string, code: string, timezone: string): Trigger {
  if (kind === 'fields') return evaluate(`new CronTrigger({ ...${code}, timezone: '${timezone}' })`);
  if (kind === 'quartz' || kind === 'apscheduler') return CronTrigger.fromCrontab(code, { dialect: kind, timezone });
  return CronTrigger.fromCrontab(code, { timezone });
}

/** The value of the code's last paragraph, with the ones before it as statements. */
export function evaluate(code: string): Trigger {
  const split = code.lastIndexOf('\n\n');
  const body = `${code.slice(0, Math.max(split, 0))}\nreturn (${code.slice(split + 1)});`;
  return new Function(...Object.keys(SCOPE), body)(...Object.values(SCOPE));
}
