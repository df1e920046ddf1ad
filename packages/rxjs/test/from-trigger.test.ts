// Fire times as an observable: in virtual time, over clocks that jump, and to the end.
import {
  AndTrigger,
  CronTrigger,
  DateTrigger,
  IntervalTrigger,
  InvalidOptionError,
  InvalidTriggerError,
  type Trigger,
} from '@sched/core';
import {
  asapScheduler,
  concatMap,
  exhaustMap,
  map,
  mergeMap,
  type Observable,
  type OperatorFunction,
  queueScheduler,
  repeat,
  type SchedulerAction,
  type SchedulerLike,
  Subscription,
  switchMap,
  take,
  timer,
  toArray,
} from 'rxjs';
import { describe, expect, test } from 'vitest';
import { type CrontabStreamOptions, type Fire, fromTrigger } from '../src/index.ts';
import { EPOCH, JumpyScheduler, marbles, short } from './virtual-time.ts';

const DAY = 86_400_000;
const epoch = EPOCH;

/** Fires as text: `00:00:05`, with what was late and missed where anything was. */
const asText = map(({ fireTime, lateMs, missed }: Fire) => {
  const notes = [lateMs > 0 ? `late ${lateMs}` : '', missed > 0 ? `missed ${missed}` : ''].filter(Boolean).join(', ');
  return `${short(fireTime)}${notes === '' ? '' : ` (${notes})`}`;
});

/** What is emitted so far, with how it ended. */
function record(observable: Observable<Fire>) {
  const told: string[] = [];
  const subscription = observable.pipe(asText).subscribe({
    next: (text) => told.push(text),
    complete: () => told.push('complete'),
    error: (error: Error) => told.push(`error: ${error.message}`),
  });
  return { told, subscription };
}

/** A trigger of one's own: each method may be put in place of one that answers nothing. */
function custom(methods: Partial<Trigger>): Trigger {
  const trigger: Trigger = {
    kind: 'custom',
    next: () => null,
    previous: () => null,
    count: () => 0,
    resolve: () => trigger,
    toJSON: () => ({ kind: 'custom', options: {} }),
    toString: () => 'custom',
    ...methods,
  };
  return trigger;
}

describe('marbles', () => {
  test('crontab text fires when the wall clock matches, counted from the epoch', () => {
    marbles(({ expectObservable }) => {
      const fires = fromTrigger('*/5 * * * * *', { epoch });
      const fire = (at: string, index: number): Fire => ({
        fireTime: new Date(`2026-01-01T${at}Z`),
        ...{ index, lateMs: 0, missed: 0 },
      });
      expectObservable(fires, '^ 14s !').toBe('5s a 4999ms b', { a: fire('00:00:05', 0), b: fire('00:00:10', 1) });
    });
  });

  test('takes the TestScheduler as a scheduler, too', () => {
    marbles(({ expectObservable }, scheduler) => {
      const fires = fromTrigger('@hourly', { epoch }, scheduler).pipe(asText);
      expectObservable(fires, '^ 180m !').toBe('60m a 3599999ms b 3599999ms c', {
        a: '01:00:00',
        b: '02:00:00',
        c: '03:00:00',
      });
    });
  });

  test('completes with the last fire time', () => {
    marbles(({ expectObservable }) => {
      const fires = fromTrigger('*/5 * * * * *', { epoch, endDate: '2026-01-01T00:00:12Z' }).pipe(asText);
      expectObservable(fires).toBe('5s a 4999ms (b|)', { a: '00:00:05', b: '00:00:10' });
    });
  });

  test('completes at once when there is none', () => {
    marbles(({ expectObservable }) => {
      expectObservable(fromTrigger('0 0 30 2 *', { epoch })).toBe('|');
      expectObservable(fromTrigger('* * * * *', { epoch, endDate: '2025-12-31T00:00:00Z' })).toBe('|');
    });
  });

  test('waits for longer than any timer can', () => {
    marbles(({ expectObservable }) => {
      const runDate = new Date(EPOCH.getTime() + 40 * DAY);
      expectObservable(fromTrigger(new DateTrigger({ runDate }), { epoch }).pipe(asText)).toBe('57600m (a|)', {
        a: '2026-02-10T00:00:00',
      });
    });
  });

  test('fires strictly after the moment of subscribing', () => {
    marbles(({ expectObservable }) => {
      expectObservable(fromTrigger('* * * * *', { epoch }).pipe(asText, take(1))).toBe('1m (a|)', { a: '00:01:00' });
    });
  });

  type Work = (fire: Fire) => Observable<string>;
  test.each<[title: string, flatten: (work: Work) => OperatorFunction<Fire, string>, done: string]>([
    ['exhaustMap leaves out what comes while it is busy', (work) => exhaustMap(work), '00:00:01 00:00:04'],
    ['concatMap lets it wait', (work) => concatMap(work), '00:00:01 00:00:02 00:00:03 00:00:04'],
    ['switchMap gives up what is under way', (work) => switchMap(work), '00:00:04'],
  ])('%s', (_, flatten, expected) => {
    marbles(({ flush }) => {
      const done: string[] = [];
      const work = ({ fireTime }: Fire) => timer(2500).pipe(map(() => short(fireTime)));
      const subscription = fromTrigger('* * * * * *', { epoch })
        .pipe(take(4), flatten(work))
        .subscribe((at) => done.push(at));
      flush();
      expect([done.join(' '), subscription.closed]).toEqual([expected, true]);
    });
  });
});

describe('what depends on the moment of subscribing', () => {
  test('an interval without a start counts from it: each subscription has a grid of its own', () => {
    marbles(({ cold, expectObservable }) => {
      const fires = fromTrigger(new IntervalTrigger({ seconds: 10 }), { epoch }).pipe(asText, take(2));
      expectObservable(cold('3s (a|)').pipe(mergeMap(() => fires))).toBe('13s a 9999ms (b|)', {
        a: '00:00:13',
        b: '00:00:23',
      });
      expectObservable(fires).toBe('10s a 9999ms (b|)', { a: '00:00:10', b: '00:00:20' });
    });
  });

  test('one with a start keeps to its grid', () => {
    marbles(({ cold, expectObservable }) => {
      const trigger = new IntervalTrigger({ seconds: 10, startDate: '2025-12-31T23:59:59Z' });
      const fires = fromTrigger(trigger, { epoch }).pipe(asText, take(1));
      expectObservable(cold('3s (a|)').pipe(mergeMap(() => fires))).toBe('9s (a|)', { a: '00:00:09' });
    });
  });

  test('`@every` is such an interval', () => {
    marbles(({ expectObservable }) => {
      expectObservable(fromTrigger('@every 90s', { epoch }).pipe(asText, take(1))).toBe('90s (a|)', { a: '00:01:30' });
    });
  });

  test('a date that has passed is made good, late; one that was not named is the moment itself', () => {
    marbles(({ expectObservable }) => {
      const passed = new DateTrigger({ runDate: ['2025-12-31T23:58:00Z', '2025-12-31T23:59:00Z'] });
      expectObservable(fromTrigger(passed, { epoch }).pipe(asText)).toBe('(a|)', {
        a: '2025-12-31T23:59:00 (late 60000)',
      });
      expectObservable(fromTrigger(new DateTrigger(), { epoch }).pipe(asText)).toBe('(a|)', { a: '00:00:00' });
    });
  });
});

describe('options', () => {
  test.each<[text: string, CrontabStreamOptions, first: string]>([
    ['0 9 * * *', {}, '09:00:00'],
    ['0 9 * * *', { timezone: 'Europe/Berlin' }, '08:00:00'],
    ['TZ=Asia/Tokyo 0 12 * * *', {}, '03:00:00'],
    ['0 9 * * *', { startDate: '2026-01-05 00:00', timezone: 'Europe/Berlin' }, '2026-01-05T08:00:00'],
    ['0 0 12 ? * 1', { dialect: 'quartz' }, '2026-01-04T12:00:00'],
    [
      'H 0 * * *',
      { hashSeed: 'a' },
      short(new Date(CronTrigger.fromCrontab('H 0 * * *', { hashSeed: 'a' }).next(EPOCH) ?? 0)),
    ],
    ['30 2 29,30 3 *', { timezone: 'Europe/Berlin', dst: { gap: 'skip' } }, '2026-03-30T00:30:00'],
  ])('%s %j', (text, options, first) => {
    marbles(({ flush }) => {
      const { told } = record(fromTrigger(text, { ...options, epoch: EPOCH.getTime() }).pipe(take(1)));
      flush();
      expect(told).toEqual([first, 'complete']);
    });
  });

  test('the zone is for triggers that name none, in combinations too', () => {
    marbles(({ expectObservable }) => {
      const nine = new CronTrigger({ hour: 9 });
      const options = { timezone: 'Europe/Berlin', epoch };
      const first = (trigger: Trigger) => fromTrigger(trigger, options).pipe(asText, take(1));
      expectObservable(first(nine)).toBe('480m (a|)', { a: '08:00:00' });
      expectObservable(first(new AndTrigger([nine, nine]))).toBe('480m (a|)', { a: '08:00:00' });
      expectObservable(first(new CronTrigger({ hour: 9, timezone: 'UTC' }))).toBe('540m (a|)', { a: '09:00:00' });
    });
  });

  const wrong: [options: object, field: string, expected: RegExp][] = [
    [{ coalesc: true }, 'coalesc', /one of the options timezone, coalesce, epoch, startDate/],
    [{ coalesce: 'no' }, 'coalesce', /true or false/],
    [{ timezone: 'Mars/Olympus' }, 'timezone', /zone/],
    [{ epoch: '2026-01-01' }, 'epoch', /a Date or epoch milliseconds/],
    [{ epoch: new Date(Number.NaN) }, 'epoch', /a Date or epoch milliseconds/],
    [{ startDate: 'soon' }, 'startDate', /a date and time/],
    [{ dialect: 'klingon' }, 'dialect', /./],
  ];
  test.each(wrong)('%j is refused at the call', (options, field, expected) => {
    const call = () => fromTrigger('* * * * *', options);
    expect(call).toThrow(InvalidOptionError);
    expect(call).toThrow(expect.objectContaining({ field, expected: expect.stringMatching(expected) }));
  });

  test('what else is wrong is refused at the call', () => {
    const trigger = new CronTrigger();
    expect(() => fromTrigger('61 * * * *')).toThrow(InvalidTriggerError);
    // @ts-expect-error -- a trigger object has its own bounds
    expect(() => fromTrigger(trigger, { startDate: EPOCH })).toThrow(/^startDate: expected one of the options/);
    // @ts-expect-error -- neither a trigger nor text
    expect(() => fromTrigger({ hour: 9 })).toThrow(/^trigger: expected a trigger, or crontab text/);
    // @ts-expect-error -- options are an object
    expect(() => fromTrigger(trigger, null)).toThrow(/^options: /);
    // @ts-expect-error -- the clock of a scheduler of ours is none of RxJS
    expect(() => fromTrigger(trigger, {}, { setTimer: () => {} })).toThrow(/^scheduler: expected a scheduler of RxJS/);
  });
});

describe('a wall clock that is set', () => {
  const everyMinute = (options: CrontabStreamOptions = {}) => {
    const scheduler = new JumpyScheduler();
    return { scheduler, ...record(fromTrigger('* * * * *', options, scheduler)) };
  };

  test('forward: noticed within half a minute; the latest fire time is emitted, the others are counted', () => {
    const { scheduler, told } = everyMinute();
    scheduler.advance(70_000);
    scheduler.jump(10 * 60_000);
    scheduler.advance(30_000);
    expect(told).toEqual(['00:01:00', '00:11:00 (late 30000, missed 9)']);
    scheduler.advance(20_000);
    expect(told.slice(2)).toEqual(['00:12:00']);
  });

  test('forward, with coalesce: false: each fire time is emitted, in order', () => {
    const { scheduler, told } = everyMinute({ coalesce: false });
    scheduler.advance(70_000);
    scheduler.jump(3 * 60_000);
    scheduler.advance(30_000);
    expect(told).toEqual(['00:01:00', '00:02:00 (late 150000)', '00:03:00 (late 90000)', '00:04:00 (late 30000)']);
  });

  test('back: no fire time comes twice; it goes on where it was', () => {
    const { scheduler, told } = everyMinute();
    scheduler.advance(60_000);
    scheduler.jump(-3_600_000);
    scheduler.advance(3_600_000);
    expect(told).toEqual(['00:01:00']);
    scheduler.advance(60_000);
    expect(told).toEqual(['00:01:00', '00:02:00']);
  });

  test('the index counts what was passed over', () => {
    const scheduler = new JumpyScheduler();
    const seen: number[] = [];
    fromTrigger('* * * * *', {}, scheduler).subscribe(({ index }) => seen.push(index));
    scheduler.advance(60_000);
    scheduler.jump(4 * 60_000);
    scheduler.advance(60_000);
    expect(seen).toEqual([0, 4, 5]);
  });

  test('a subscriber that takes long misses what became due meanwhile', () => {
    const scheduler = new JumpyScheduler();
    const seen: Fire[] = [];
    fromTrigger('* * * * * *', {}, scheduler).subscribe((fire) => {
      seen.push(fire);
      // As a loop would that computes for 3.5 s.
      if (fire.index === 0) scheduler.jump(3500);
    });
    scheduler.advance(2500);
    expect(seen).toMatchObject([
      { index: 0, missed: 0 },
      { index: 3, missed: 2, lateMs: 500 },
      { index: 4, missed: 0, lateMs: 0 },
      { index: 5, missed: 0, lateMs: 0 },
    ]);
  });
});

describe('unsubscribing', () => {
  /** A scheduler that remembers what was scheduled. */
  class WatchedScheduler extends JumpyScheduler {
    readonly #all: Subscription[] = [];

    override schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay?: number, state?: T): Subscription {
      const action = super.schedule(work, delay, state);
      this.#all.push(action);
      return action;
    }

    /** What was scheduled and is still held. */
    get open(): number {
      return this.#all.filter((action) => !action.closed).length;
    }
  }

  test('fifty times leaves nothing that waits', () => {
    const scheduler = new WatchedScheduler();
    for (let life = 0; life < 50; life++) {
      const subscription = fromTrigger('*/5 * * * * *', {}, scheduler).subscribe();
      scheduler.advance(7000);
      expect([scheduler.open, scheduler.actions.length]).toEqual([1, 1]);
      subscription.unsubscribe();
      expect([scheduler.open, scheduler.actions.length]).toEqual([0, 0]);
    }
  });

  test('a long life holds one action at a time', () => {
    const scheduler = new WatchedScheduler();
    const subscription = fromTrigger('* * * * * *', {}, scheduler).subscribe();
    scheduler.advance(1_000_000);
    expect(scheduler.open).toBe(1);
    subscription.unsubscribe();
  });

  test('in the middle of an emission schedules nothing more', () => {
    const scheduler = new WatchedScheduler();
    const seen: Fire[] = [];
    const subscription = new Subscription();
    subscription.add(
      fromTrigger('* * * * * *', {}, scheduler).subscribe((fire) => {
        seen.push(fire);
        subscription.unsubscribe();
      }),
    );
    scheduler.advance(5000);
    expect([seen.length, scheduler.open]).toEqual([1, 0]);
  });

  test('in real time leaves no timer', () => {
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = timers();
    for (let life = 0; life < 50; life++) {
      const subscription = fromTrigger('@yearly').subscribe();
      expect(timers()).toBe(before + 1);
      subscription.unsubscribe();
    }
    expect(timers()).toBe(before);
  });

  test('repeat fires no time twice', () => {
    const scheduler = new JumpyScheduler();
    const { told } = record(fromTrigger('* * * * *', {}, scheduler).pipe(take(1), repeat(3)));
    scheduler.advance(DAY);
    expect(told).toEqual(['00:01:00', '00:02:00', '00:03:00', 'complete']);
  });
});

describe('other schedulers', () => {
  test('one that runs what is due at once, within the subscribing', () => {
    const dates = new DateTrigger({ runDate: EPOCH });
    const { told, subscription } = record(fromTrigger(dates, {}, queueScheduler));
    expect([told.length, told[1], subscription.closed]).toEqual([2, 'complete', true]);
  });

  test('one of microtasks', async () => {
    const { told } = record(fromTrigger(new DateTrigger({ runDate: EPOCH }), {}, asapScheduler));
    await new Promise((resolve) => setImmediate(resolve));
    expect(told[1]).toBe('complete');
  });

  test('a backlog on one that runs what is due at once does not pile up calls', () => {
    const times = 20_000;
    // The clock is set forward right after the subscribing.
    const readings = [EPOCH.getTime() + times, EPOCH.getTime()];
    const immediate: SchedulerLike = {
      now: () => (readings.length > 1 ? readings.pop() : readings[0]) ?? 0,
      schedule: (...call: Parameters<SchedulerLike['schedule']>) => queueScheduler.schedule(...call),
    };
    const trigger = new IntervalTrigger({ milliseconds: 1, startDate: EPOCH, endDate: EPOCH.getTime() + times });
    let seen: readonly Fire[] = [];
    fromTrigger(trigger, { coalesce: false }, immediate)
      .pipe(toArray())
      .subscribe((all) => {
        seen = all;
      });
    expect(seen.length).toBe(times);
  });
});

describe('a trigger that fails', () => {
  const failing = (): never => {
    throw new Error('no calendar');
  };

  test.each<[where: string, Partial<Trigger>]>([
    ['resolve', { resolve: failing }],
    ['next', { next: failing }],
    ['previous', { next: () => EPOCH.getTime() + 1000, previous: failing }],
    ['count', { next: () => EPOCH.getTime() + 1000, previous: () => EPOCH.getTime() + 2000, count: failing }],
  ])('in %s is an error notification', (_, methods) => {
    const scheduler = new JumpyScheduler();
    const { told } = record(fromTrigger(custom(methods), {}, scheduler));
    scheduler.advance(5000);
    expect(told).toEqual(['error: no calendar']);
    expect(scheduler.actions).toEqual([]);
  });

  test('by not moving on is one, too', () => {
    const scheduler = new JumpyScheduler();
    const { told } = record(fromTrigger(custom({ next: () => EPOCH.getTime() + 1000 }), {}, scheduler));
    scheduler.advance(5000);
    expect(told).toEqual([
      '00:00:01',
      expect.stringMatching(/^error: trigger: expected a fire time after \d+ from custom/),
    ]);
  });
});
