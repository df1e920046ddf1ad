// Times and lengths as the page writes them.
import { describe, expect, it } from 'vitest';
import { durationText, isLate, relativeText } from '../../src/page/format/duration.ts';
import { gridTimes, offsetMs, offsetText, shortTime, timeText } from '../../src/page/format/time.ts';
import { wallTime, wallTimeToIso } from '../../src/page/format/wall-time.ts';

const HOUR = 3_600_000;
const at = (iso: string) => Date.parse(iso);

describe('lengths', () => {
  it.each([
    [0, '0 ms'],
    [999, '999 ms'],
    [1000, '1 s'],
    [4250, '4.2 s'],
    [12_900, '12 s'],
    [185_000, '3 min 5 s'],
    [7_200_000, '2 h'],
    [187_200_000, '2 d 4 h'],
    [-1500, '−1.5 s'],
  ])('%d ms reads %s', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });

  it('tells how far away an instant is in one unit', () => {
    expect(relativeText(330_000)).toBe('in 5 min');
    expect(relativeText(-3 * HOUR)).toBe('3 h ago');
    expect(relativeText(400)).toBe('now');
  });

  it('calls a start late from a second on', () => {
    expect([null, 0, 999, 1000].map(isLate)).toEqual([false, false, false, true]);
  });
});

describe('instants', () => {
  it('stand on the clock of a zone', () => {
    expect(timeText(at('2026-11-30T23:30:00Z'), 'Europe/Berlin')).toBe('00:30:00');
    expect(timeText(at('2026-11-30T23:30:00Z'), 'Europe/Berlin', 'full')).toContain('Tue 1 Dec 2026');
  });

  it('name the day only where it is another one', () => {
    const near = at('2026-11-30T12:00:00Z');
    expect(shortTime(at('2026-11-30T14:05:00Z'), 'UTC', near)).toBe('14:05');
    expect(shortTime(at('2026-12-01T14:05:09Z'), 'UTC', near)).toBe('Tue 1 Dec, 14:05:09');
  });

  it('are shown in UTC where the browser does not know the zone', () => {
    expect(timeText(at('2026-11-30T14:05:00Z'), 'Mars/Olympus')).toBe('14:05:00');
  });

  it('know the offset of a zone', () => {
    expect(offsetMs(at('2026-07-01T00:00:00Z'), 'Europe/Berlin')).toBe(2 * HOUR);
    expect(offsetMs(at('2026-11-30T12:00:00.250Z'), 'Asia/Kathmandu')).toBe(5.75 * HOUR);
    expect(offsetText(-210)).toBe('−03:30');
  });
});

describe('the grid of the timeline', () => {
  it('lies on the clock of the zone, where its offset is no whole hour, too', () => {
    const from = at('2026-11-30T10:07:00Z');
    const times = gridTimes(from, from + 12 * HOUR, 3 * HOUR, 'Asia/Kathmandu');
    expect(times.map((time) => timeText(time, 'Asia/Kathmandu', 'minute'))).toEqual([
      '18:00',
      '21:00',
      '00:00',
      '03:00',
    ]);
  });

  it('keeps to midnight over a change of the clock', () => {
    const from = at('2026-10-23T10:00:00Z');
    const times = gridTimes(from, from + 5 * 24 * HOUR, 24 * HOUR, 'Europe/Berlin');
    expect(times.map((time) => timeText(time, 'Europe/Berlin', 'minute'))).toEqual(Array(5).fill('00:00'));
  });
});

describe('fields for date and time', () => {
  it.each([
    ['2026-11-30T14:05', 'Europe/Berlin', '2026-11-30T13:05:00.000Z'],
    ['2026-07-01T00:00', 'America/New_York', '2026-07-01T04:00:00.000Z'],
    // Skipped: as much later as clocks are moved.
    ['2026-03-29T02:30', 'Europe/Berlin', '2026-03-29T01:30:00.000Z'],
    // Shown twice: one of the two.
    ['2026-10-25T02:30', 'Europe/Berlin', expect.stringMatching(/2026-10-25T0[01]:30/)],
  ])('%s in %s', (wall, zone, iso) => {
    expect(wallTimeToIso(wall, zone)).toEqual(iso);
  });

  it('come back as they were', () => {
    expect(wallTime(at('2026-11-30T13:05:00Z'), 'Europe/Berlin')).toBe('2026-11-30T14:05');
  });
});
