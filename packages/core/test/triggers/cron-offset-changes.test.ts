// Cron across every kind of change of UTC offset, against a walk minute by minute. SCHED_FULL_SWEEP=1 takes all zones and changes.
import { describe, expect, it } from 'vitest';
import { zone } from '../../src/time/zone.ts';
import { CronTrigger } from '../../src/triggers/cron/cron.ts';
import type { DstPolicy } from '../../src/triggers/cron/spec.ts';
import { asOptions, firesAmong, type MinutePattern, wallMinutes } from './wall-clock-oracle.ts';

const isFull = process.env['SCHED_FULL_SWEEP'] === '1';
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const POLICIES: readonly DstPolicy[] = [
  { gap: 'shift', overlap: 'first' },
  { gap: 'skip', overlap: 'both' },
  { gap: 'shift', overlap: 'both' },
  { gap: 'skip', overlap: 'first' },
];

/** One half hours that changes happen at, one odd minutes, one that depends on the day. */
function patternsAt(hour: number, weekday: number): readonly MinutePattern[] {
  const near = [hour, (hour + 1) % 24, (hour + 23) % 24];
  return [
    { hours: near, minutes: [0, 15, 30, 59], weekdays: [], days: [] },
    { hours: [], minutes: [7, 30], weekdays: [weekday, (weekday + 1) % 7], days: [] },
    { hours: [hour], minutes: [], weekdays: [], days: [] },
    { hours: [0, hour], minutes: [0, 30], weekdays: [weekday], days: [1, 28, 29, 30, 31, 8, 25] },
  ];
}

/** Instants of the changes of a zone's offset in the years, rounded down to the minute. */
function changesOf(name: string, fromYear: number, toYear: number): number[] {
  const changes: number[] = [];
  const end = Date.UTC(toYear + 1, 0) / 1000;
  for (let t = Date.UTC(fromYear, 0) / 1000; t < end; ) {
    const segment = zone(name).segmentAt(t);
    if (segment.start === t && segment.offset !== segment.offsetBefore) changes.push(t * 1000);
    t = segment.end;
  }
  return changes;
}

function disagreements(name: string, change: number): unknown[] {
  const { offset, offsetBefore } = zone(name).segmentAt(change / 1000);
  const isOdd = offset % 60 !== 0 || offsetBefore % 60 !== 0;
  const reach = isOdd ? 3 * HOUR : 27 * HOUR;
  const from = Math.floor((change - reach) / HOUR) * HOUR;
  const to = from + 2 * reach;
  const local = new Date(change + offsetBefore * 1000);
  const minutes = wallMinutes(name, from, to, isOdd ? 1000 : undefined);
  const wrong: unknown[] = [];
  for (const pattern of patternsAt(local.getUTCHours(), (local.getUTCDay() + 6) % 7)) {
    for (const dst of POLICIES) {
      const trigger = new CronTrigger({ ...asOptions(pattern), timezone: name, dst });
      const expected = firesAmong(minutes, pattern, dst).filter((at) => at < to);
      const found = walk(trigger, from, to);
      const back = walkBack(trigger, from, to);
      const counted = trigger.count(from - 1, to - 1);
      if (found.join() !== expected.join() || back.join() !== expected.join() || counted !== expected.length) {
        wrong.push({ name, change: new Date(change).toISOString(), pattern, dst, expected, found, back, counted });
      }
    }
  }
  return wrong;
}

function walk(trigger: CronTrigger, from: number, to: number): number[] {
  const fires: number[] = [];
  for (let at = trigger.next(from - 1); at !== null && at < to; at = trigger.next(at)) fires.push(at);
  return fires;
}

function walkBack(trigger: CronTrigger, from: number, to: number): number[] {
  const fires: number[] = [];
  for (let at = trigger.previous(to - 1); at !== null && at >= from; at = trigger.previous(at - 1)) fires.unshift(at);
  return fires;
}

describe('cron agrees with a walk minute by minute', () => {
  const peculiar = [
    ['Australia/Lord_Howe', 'half an hour'],
    ['Antarctica/Troll', 'two hours'],
    ['Africa/Casablanca', 'four changes a year'],
    ['Pacific/Apia', 'a day left out'],
    ['Pacific/Kwajalein', 'a day left out'],
    ['America/St_Johns', 'one minute past midnight'],
    ['Asia/Pyongyang', 'half an hour, for good'],
    ['America/Sao_Paulo', 'midnight does not exist'],
    ['Europe/Dublin', 'winter time is the exception'],
    ['Africa/Monrovia', 'forty-four and a half minutes'],
    ['America/New_York', 'the usual'],
  ] as const;

  it.each(peculiar)('%s: %s', (name) => {
    const changes = changesOf(name, 1970, 2037).filter((_, i) => isFull || i % 4 === 0 || name.startsWith('Pacific'));
    expect(changes.length).toBeGreaterThan(0);
    expect(changes.flatMap((change) => disagreements(name, change))).toEqual([]);
  });

  it('in all zones', { timeout: 3_600_000 }, () => {
    const zones = Intl.supportedValuesOf('timeZone');
    const changes = zones.flatMap((name, i) => {
      // Another year in each zone: together they see every year, and each zone is seen.
      const year = 1970 + ((i * 7) % 68);
      const found = isFull ? changesOf(name, 1970, 2037) : changesOf(name, year, year);
      return found.map((change) => ({ name, change }));
    });
    expect(changes.length).toBeGreaterThan(200);
    expect(changes.flatMap(({ name, change }) => disagreements(name, change)).slice(0, 5)).toEqual([]);
  });

  it('keeps times across every change a day or more apart from any other', { timeout: 3_600_000 }, () => {
    // The search relies on it: no change is shorter than the time to the next, and none is longer than a day.
    for (const name of Intl.supportedValuesOf('timeZone').filter((_, i) => isFull || i % 20 === 0)) {
      const changes = changesOf(name, 1850, 2110);
      changes.forEach((change, i) => {
        const { offset, offsetBefore } = zone(name).segmentAt(change / 1000);
        expect(Math.abs(offset - offsetBefore) * 1000).toBeLessThanOrEqual(DAY);
        expect((changes[i + 1] ?? Infinity) - change).toBeGreaterThan(3 * DAY);
      });
    }
  });
});
