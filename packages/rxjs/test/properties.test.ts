// What is emitted is what the trigger answers: over random triggers, zones and moments of subscribing.
import {
  AndTrigger,
  CalendarIntervalTrigger,
  CronTrigger,
  DateTrigger,
  ExceptTrigger,
  IntervalTrigger,
  nextFireTimes,
  OrTrigger,
  type Trigger,
} from '@sched/core';
import fc from 'fast-check';
import { map, take, toArray, VirtualTimeScheduler } from 'rxjs';
import { expect, test } from 'vitest';
import { type Fire, fromTrigger } from '../src/index.ts';

const DAY = 86_400_000;
/** How much virtual time is looked at. */
const SPAN_MS = 20 * DAY;

const timezone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu');
const instant = fc.integer({ min: Date.UTC(1971, 0), max: Date.UTC(2060, 0) });

const cron = fc
  .record(
    {
      day: fc.constantFrom('*', '*/2', '1-20', 'last', '2nd tue'),
      hour: fc.constantFrom('*', '2', '*/5', '1-4'),
      minute: fc.constantFrom('0', '30', '*/7', '15,45'),
      second: fc.constantFrom('0', '*/20', '59'),
      timezone,
    },
    { requiredKeys: ['timezone'] },
  )
  .map((options) => new CronTrigger(options));
const crontab = fc
  .tuple(fc.constantFrom('30 2 * * *', '*/20 1-3 * * *', '0 9 1-7 * 1', '0 0 L * *', '*/7 * * * * *'), timezone)
  .map(([text, zone]) => CronTrigger.fromCrontab(text, { timezone: zone }));
const interval = fc
  .record({ seconds: fc.integer({ min: 1, max: 400_000 }), startDate: instant })
  .map((options) => new IntervalTrigger(options));
const calendar = fc
  .record({ days: fc.integer({ min: 1, max: 9 }), hour: fc.integer({ min: 0, max: 23 }), timezone })
  .map((options) => new CalendarIntervalTrigger({ ...options, startDate: '1970-01-01' }));
const simple: fc.Arbitrary<Trigger> = fc.oneof(cron, crontab, interval, calendar);
const trigger = fc.oneof(
  simple,
  fc.array(simple, { minLength: 1, maxLength: 3 }).map((parts) => new OrTrigger(parts)),
  fc.tuple(cron, cron).map((parts) => new AndTrigger(parts)),
  fc.tuple(simple, cron).map(([part, except]) => new ExceptTrigger({ trigger: part, except, by: 'day' })),
);

/** Everything that is emitted within {@link SPAN_MS} of virtual time, and nothing of it late. */
function emitted(source: Trigger, epoch: number, count: number): readonly Fire[] {
  const scheduler = new VirtualTimeScheduler(undefined, SPAN_MS);
  const fires: Fire[] = [];
  const subscription = fromTrigger(source, { epoch }, scheduler)
    .pipe(take(count))
    .subscribe((fire) => fires.push(fire));
  scheduler.flush();
  subscription.unsubscribe();
  return fires;
}

test('the fire times are those of nextFireTimes, in order, each at its time', () => {
  fc.assert(
    fc.property(trigger, instant, (source, from) => {
      const expected = nextFireTimes(source, { from, count: 20, until: from + SPAN_MS });
      const fires = emitted(source, from, 20);
      expect(fires.map((fire) => fire.fireTime)).toEqual(expected);
      expect(fires.map((fire) => fire.index)).toEqual(expected.map((_, index) => index));
      expect(fires.filter(({ lateMs, missed }) => lateMs !== 0 || missed !== 0)).toEqual([]);
    }),
    { numRuns: 100 },
  );
});

test('a list of dates completes with its last', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 1, max: SPAN_MS }), { minLength: 1, maxLength: 6 }), (delays) => {
      const epoch = Date.UTC(2026, 0, 1);
      const scheduler = new VirtualTimeScheduler(undefined, SPAN_MS);
      const dates = new DateTrigger({ runDate: delays.map((delay) => epoch + delay) });
      let seen: readonly number[] | null = null;
      fromTrigger(dates, { epoch }, scheduler)
        .pipe(
          map(({ fireTime }) => fireTime.getTime() - epoch),
          toArray(),
        )
        .subscribe((all) => {
          seen = all;
        });
      scheduler.flush();
      expect(seen).toEqual([...delays].sort((a, b) => a - b));
    }),
    { numRuns: 50 },
  );
});

test('however the wall clock jumps, each due time is emitted or counted as missed, once', () => {
  const step = fc.record({
    passMs: fc.integer({ min: 0, max: 200_000 }),
    jumpMs: fc.integer({ min: -100_000, max: 400_000 }),
  });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 90 }),
      fc.array(step, { maxLength: 12 }),
      fc.boolean(),
      (seconds, steps, coalesce) => {
        const epoch = Date.UTC(2026, 0, 1);
        const source = new IntervalTrigger({ seconds, startDate: epoch });
        const scheduler = new VirtualTimeScheduler(undefined, 0);
        let jumpedMs = 0;
        scheduler.now = () => epoch + scheduler.frame + jumpedMs;
        const fires: Fire[] = [];
        const subscription = fromTrigger(source, { coalesce }, scheduler).subscribe((fire) => fires.push(fire));
        let end = 0;
        for (const { passMs, jumpMs } of [...steps, { passMs: 30_000, jumpMs: 0 }]) {
          end += passMs;
          scheduler.maxFrames = end;
          scheduler.flush();
          scheduler.frame = end;
          jumpedMs += jumpMs;
        }
        subscription.unsubscribe();
        let accounted = 0;
        for (const { fireTime, index, missed, lateMs } of fires) {
          accounted += 1 + missed;
          expect(source.count(epoch, fireTime.getTime())).toBe(accounted);
          expect(index).toBe(accounted - 1);
          expect(lateMs).toBeGreaterThanOrEqual(0);
          if (!coalesce) expect(missed).toBe(0);
        }
        // Nothing is left out that was due at the last look, at most 30 s ago.
        const last = fires.at(-1)?.fireTime.getTime() ?? epoch;
        expect(source.next(last)).toBeGreaterThan(scheduler.now() - 30_000);
      },
    ),
    { numRuns: 200 },
  );
});
