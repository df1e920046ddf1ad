// The clock that other tests rely on.
import { expect, it } from 'vitest';
import { VirtualClock } from '../../src/testing/index.ts';

it('fires timers in the order of their times, at their times', async () => {
  const clock = new VirtualClock({ now: 1000 });
  const fired: [string, number][] = [];
  const set = (name: string, delayMs: number) => clock.setTimer(delayMs, () => fired.push([name, clock.now()]));
  set('late', 30);
  set('first at 10', 10);
  set('second at 10', 10);
  set('at once', 0);
  set('overdue', -5);
  await clock.advance(29);
  expect(fired).toEqual([
    ['at once', 1000],
    ['overdue', 1000],
    ['first at 10', 1010],
    ['second at 10', 1010],
  ]);
  await clock.advance(1);
  expect(fired.at(-1)).toEqual(['late', 1030]);
  expect(clock.waiting).toBe(0);
});

it('lets promises settle before time passes, between timers and after the last', async () => {
  const clock = new VirtualClock({ now: 0 });
  const seen: number[] = [];
  const sleep = (ms: number) => new Promise<void>((resolve) => clock.setTimer(ms, resolve));
  const walk = async () => {
    await null;
    for (const ms of [5, 5, 5]) {
      await sleep(ms);
      await Promise.all([null, sleep(0)]);
      seen.push(clock.now());
    }
  };
  const walking = walk();
  await clock.advance(15);
  expect(seen).toEqual([5, 10, 15]);
  await walking;
});

it('waits for whoever gives way to the event loop, however often', async () => {
  const clock = new VirtualClock({ now: 0 });
  let turnedAt = -1;
  const giveWay = async () => {
    for (let turn = 0; turn < 20; turn++) await clock.turn();
    turnedAt = clock.now();
  };
  clock.setTimer(5, () => void giveWay());
  await clock.advance(10);
  expect(turnedAt).toBe(5);
});

it('cancels a timer, also while another fires at the same time', async () => {
  const clock = new VirtualClock();
  let fired = 0;
  const second = { cancel: () => {} };
  clock.setTimer(5, () => second.cancel());
  second.cancel = clock.setTimer(5, () => fired++).cancel;
  const third = clock.setTimer(1, () => fired++);
  third.cancel();
  third.cancel();
  await clock.advance(10);
  expect(fired).toBe(0);
});

it('jumps on the wall alone', async () => {
  const clock = new VirtualClock({ now: 0 });
  let firedAt = -1;
  clock.setTimer(10, () => {
    firedAt = clock.now();
  });
  clock.jump(-3_600_000);
  await clock.advance(10);
  expect(firedAt).toBe(-3_600_000 + 10);
  expect(clock.monotonic()).toBe(10);
});

it('throws equal dice for equal seeds', () => {
  const throws = (seed: number) => {
    const clock = new VirtualClock({ seed });
    return Array.from({ length: 1000 }, () => clock.random());
  };
  expect(throws(1)).toEqual(throws(1));
  expect(throws(1)).not.toEqual(throws(2));
  expect(throws(7).every((dice) => dice >= 0 && dice < 1)).toBe(true);
  const mean = throws(3).reduce((sum, dice) => sum + dice, 0) / 1000;
  expect(mean).toBeGreaterThan(0.45);
  expect(mean).toBeLessThan(0.55);
});

it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('refuses to advance by %s', async (ms) => {
  await expect(new VirtualClock().advance(ms)).rejects.toMatchObject({ code: 'invalid-option', field: 'ms' });
});
