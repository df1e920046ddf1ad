// A negative jitter: runs may start before their fire time, and the grid never moves.
import { describe, expect, it } from 'vitest';
import { defineTask, Scheduler } from '../../src/index.ts';
import { VirtualClock } from '../../src/testing/index.ts';

describe.each(['memory', 'sqlite'])('jitter [-20, 20] on %s', (type) => {
  it('starts each run within 20 s of its fire time, some before it', async () => {
    const clock = new VirtualClock({ now: '2026-01-01T00:00:00Z' });
    const store = type === 'memory' ? { type } : { type, url: ':memory:' };
    await using scheduler = new Scheduler({ clock, logger: null, jobStores: { default: store } });
    const shifts: number[] = [];
    scheduler.on('run:started', ({ run }) => shifts.push(clock.now() - run.fireTime.getTime()));
    await scheduler.start();
    await scheduler.addJob(
      defineTask('noop', () => {}),
      'interval',
      { id: 'early', minutes: 1, jitter: [-20, 20] },
    );
    await clock.advance(60 * 60_000);

    const runs = await scheduler.getRuns({ jobId: 'early' });
    const grid = Array.from({ length: 60 }, (_, index) => Date.UTC(2026, 0, 1, 0, index + 1));
    const fires = runs.map((run) => run.fireTime.getTime()).sort((a, b) => a - b);
    // The run of the hour itself may come up to 20 s later; one due just after it may be early.
    expect(fires.slice(0, 59)).toEqual(grid.slice(0, 59));
    expect(shifts.filter((shift) => shift < 0).length).toBeGreaterThan(10);
    expect(shifts.filter((shift) => shift > 0).length).toBeGreaterThan(10);
    for (const shift of shifts) expect(Math.abs(shift)).toBeLessThanOrEqual(20_000);
    expect(runs.every((run) => run.reason === 'scheduled' && run.coalesced === 0)).toBe(true);
  });
});
