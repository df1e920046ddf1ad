// What the timeline makes of lanes: what collides, and blocks of runs.
import { describe, expect, it } from 'vitest';
import type { Lane, RunGlance, RunState } from '../../src/api/types.ts';
import { blocksOf } from '../../src/page/timeline/blocks.ts';
import { bandsOf, fullest, meetingsOf, notable } from '../../src/page/timeline/meetings.ts';
import { percentOf, windowAround } from '../../src/page/timeline/window.ts';

const NOW = Date.parse('2026-11-30T12:00:00Z');
const MINUTE = 60_000;
const iso = (ms: number) => new Date(ms).toISOString();

function lane(jobId: string, minutes: readonly number[]): Lane {
  const fires = minutes.map((minute) => iso(NOW + minute * MINUTE));
  return { jobId, jobStore: 'default', jobName: jobId, state: 'active', fires, fireCount: fires.length, runs: [] };
}

function run(minutesAgo: number, state: RunState, more: Partial<RunGlance> = {}): RunGlance {
  const fireTime = iso(NOW - minutesAgo * MINUTE);
  return { id: `${state} ${minutesAgo}`, state, reason: 'scheduled', fireTime, lateMs: 0, durationMs: 1000, ...more };
}

describe('the window', () => {
  it('shows half as much of the past as of the future', () => {
    const window = windowAround(NOW, 'hour');
    expect(percentOf(NOW, window)).toBeCloseTo(100 / 3);
    expect(percentOf(NOW + 60 * MINUTE, window)).toBe(100);
  });
});

describe('what collides', () => {
  it('is each minute in which more than one job fires', () => {
    const lanes = [lane('a', [1, 5, 9]), lane('b', [5.5, 9]), lane('c', [9]), lane('d', [20, 20.2])];
    const meetings = meetingsOf(lanes);
    expect(meetings.map(({ atMs, lanes }) => [iso(atMs), lanes.map(({ jobId }) => jobId)])).toEqual([
      ['2026-11-30T12:05:00.000Z', ['a', 'b']],
      ['2026-11-30T12:09:00.000Z', ['a', 'b', 'c']],
    ]);
    expect(fullest(meetings, 1).map(({ lanes }) => lanes.length)).toEqual([3]);
  });

  it('is drawn as a band a slot, as full as the fullest minute in it', () => {
    const meetings = meetingsOf([lane('a', [0, 1, 10]), lane('b', [0, 1, 10]), lane('c', [1])]);
    expect(bandsOf(meetings, 5 * MINUTE)).toEqual([
      { atMs: NOW, jobs: 3 },
      { atMs: NOW + 10 * MINUTE, jobs: 2 },
    ]);
  });

  it('stands out only where it is more than usual', () => {
    const everyMinute = Array.from({ length: 60 }, (_, minute) => minute);
    const bands = bandsOf(meetingsOf([lane('a', everyMinute), lane('b', everyMinute), lane('c', [30])]), MINUTE);
    expect(bands).toHaveLength(60);
    expect(notable(bands, 60)).toEqual([{ atMs: NOW + 30 * MINUTE, jobs: 3 }]);
    expect(notable(bands.slice(0, 3), 60)).toHaveLength(3);
  });
});

describe('runs of a lane', () => {
  const window = windowAround(NOW, 'hour');

  it('that would lie on each other become one block of their state', () => {
    const blocks = blocksOf([run(10, 'succeeded'), run(9.99, 'succeeded'), run(10, 'failed')], window, NOW);
    expect(blocks.map(({ state, count }) => [state, count])).toEqual([
      ['succeeded', 2],
      ['failed', 1],
    ]);
    expect(blocks[0]?.run.id).toBe('succeeded 9.99');
  });

  it('that execute reach to the present', () => {
    const [block] = blocksOf([run(9, 'running', { durationMs: null })], window, NOW);
    expect(block?.width).toBeCloseTo(10);
  });

  it('that are late begin when they started', () => {
    const [block] = blocksOf([run(9, 'succeeded', { lateMs: 9 * MINUTE })], window, NOW);
    expect(block?.left).toBeCloseTo(100 / 3);
  });

  it('that began before the window are cut at its edge, those that ended before it are left out', () => {
    const blocks = blocksOf([run(40, 'succeeded', { durationMs: 20 * MINUTE }), run(40, 'failed')], window, NOW);
    expect(blocks.map(({ state, left }) => [state, left])).toEqual([['succeeded', 0]]);
  });
});
