// Time of RxJS under a test's control: marbles, and a wall clock that can be set while timers go on.
import { VirtualTimeScheduler } from 'rxjs';
import { type RunHelpers, TestScheduler } from 'rxjs/testing';
import { expect } from 'vitest';

/** What the wall clock shows when virtual time begins. */
export const EPOCH = new Date('2026-01-01T00:00:00Z');

/** Runs a marble test. */
export function marbles(body: (helpers: RunHelpers, scheduler: TestScheduler) => void): void {
  const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
  scheduler.run((helpers) => body(helpers, scheduler));
}

/** Virtual time that begins at {@link EPOCH}, with a wall clock that jumps on demand. */
export class JumpyScheduler extends VirtualTimeScheduler {
  #jumpedMs = 0;

  constructor() {
    super(undefined, 0);
    this.now = () => EPOCH.getTime() + this.frame + this.#jumpedMs;
  }

  /** Moves the wall clock alone, as an operator or a suspended host does. */
  jump(ms: number): void {
    this.#jumpedMs += ms;
  }

  /** Lets so many milliseconds pass. */
  advance(ms: number): void {
    const end = this.frame + ms;
    this.maxFrames = end;
    this.flush();
    this.frame = end;
  }
}

/** An instant as short text: `00:00:05`, with the date where it is not that of the epoch. */
export function short(instant: Date): string {
  const [day, time = ''] = instant.toISOString().replace('.000Z', '').split('T');
  return day === '2026-01-01' ? time : `${day}T${time}`;
}
