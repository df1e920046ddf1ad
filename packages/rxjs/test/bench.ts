// What tests of the scheduler work with: one under a virtual clock that has started, and what an observable tells.
import type { SchedulerOptions } from '@sched/core';
import { VirtualClock } from '@sched/core/testing';
import type { Observable } from 'rxjs';
import { RxScheduler } from '../src/index.ts';

/** A scheduler that counts who listens to it. */
class CountedScheduler extends RxScheduler {
  listeners = 0;

  override on: RxScheduler['on'] = (name, listener) => {
    this.listeners++;
    const off = super.on(name, listener);
    return () => {
      this.listeners--;
      off();
    };
  };
}

/** A scheduler under a virtual clock. */
export function bench(options: SchedulerOptions = {}) {
  const clock = new VirtualClock();
  const scheduler = new CountedScheduler({ clock, logger: null, ...options });
  return { clock, scheduler };
}

/** A scheduler that has started. */
export async function started(options: SchedulerOptions = {}) {
  const made = bench(options);
  await made.scheduler.start();
  return made;
}

/** What an observable has told so far: its values, then `complete` or its error. */
export function listen<Value>(observable: Observable<Value>) {
  const told: (Value | 'complete' | Error)[] = [];
  const subscription = observable.subscribe({
    next: (value) => told.push(value),
    complete: () => told.push('complete'),
    error: (error: Error) => told.push(error),
  });
  return { told, subscription };
}
