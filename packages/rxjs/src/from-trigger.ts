// A trigger as a cold observable of its fire times, driven by `now()` and `schedule()` of an RxJS scheduler alone.
import {
  CronTrigger,
  type FromCrontabOptions,
  InvalidOptionError,
  isTrigger,
  onlyOptions,
  parseConfiguration,
  type Trigger,
} from '@sched/core';
import { asyncScheduler, Observable, type SchedulerAction, type SchedulerLike, type Subscriber } from 'rxjs';

/** One fire of a trigger. */
export interface Fire {
  /** The nominal instant: what the trigger answered, however late it is emitted. */
  readonly fireTime: Date;
  /** How many fire times came before it since the subscription, those passed over included: 0 for the first. */
  readonly index: number;
  /** From the fire time to the emission, in milliseconds. */
  readonly lateMs: number;
  /** How many fire times right before it were passed over: all were due by then, and it is the latest. */
  readonly missed: number;
}

/** Options of {@link fromTrigger} for a trigger object. */
export interface TriggerStreamOptions {
  /** Zone of triggers that name none: an IANA name. @default 'UTC' */
  readonly timezone?: string;
  /**
   * After a gap (the host was suspended, its clock set forward, the event loop blocked) only the latest fire time is
   * emitted, with the others counted in `missed`; false emits each of them, one after the other. @default true
   */
  readonly coalesce?: boolean;
  /**
   * The instant at which the RxJS scheduler's `now()` is 0, as a Date or epoch milliseconds: for virtual time, which
   * begins at 0. @default 1970-01-01T00:00:00Z, as for every scheduler of real time
   */
  readonly epoch?: Date | number;
}

/** Options of {@link fromTrigger} for crontab text: also those of `CronTrigger.fromCrontab`. */
export interface CrontabStreamOptions extends TriggerStreamOptions, Omit<FromCrontabOptions, 'timezone'> {}

/** What a subscription works with. */
interface Stream {
  readonly trigger: Trigger;
  readonly timezone: string;
  readonly coalesce: boolean;
  readonly now: () => number;
  readonly scheduler: SchedulerLike;
}

/** The longest sleep, in milliseconds: how soon a clock that was set, or a host that was suspended, is noticed. */
const LONGEST_SLEEP_MS = 30_000;

const OPTIONS: readonly string[] = ['timezone', 'coalesce', 'epoch'] satisfies (keyof TriggerStreamOptions)[];
const CRONTAB_OPTIONS: readonly string[] = [
  ...OPTIONS,
  ...(['startDate', 'endDate', 'dst', 'dialect', 'hashSeed'] satisfies (keyof CrontabStreamOptions)[]),
];

/**
 * The fire times of a trigger, or of crontab text, from the moment of subscribing on; completes after the last. Each
 * subscription stands for itself: an interval without a start counts from it. When the trigger fails, so does the
 * observable.
 *
 * @throws InvalidOptionError naming an unknown option, or a value and what was expected; InvalidTriggerError for a text.
 */
export function fromTrigger(
  crontab: string,
  options?: CrontabStreamOptions,
  scheduler?: SchedulerLike,
): Observable<Fire>;
export function fromTrigger(
  trigger: Trigger,
  options?: TriggerStreamOptions,
  scheduler?: SchedulerLike,
): Observable<Fire>;
export function fromTrigger(
  source: Trigger | string,
  options: CrontabStreamOptions = {},
  scheduler: SchedulerLike = asyncScheduler,
): Observable<Fire> {
  const stream = readStream(source, options, scheduler);
  return new Observable((subscriber) => play(stream, subscriber));
}

function readStream(source: Trigger | string, options: CrontabStreamOptions, scheduler: SchedulerLike): Stream {
  const isText = typeof source === 'string';
  if (!isText && !isTrigger(source)) throw new InvalidOptionError('trigger', source, 'a trigger, or crontab text');
  onlyOptions(options, isText ? CRONTAB_OPTIONS : OPTIONS);
  const { coalesce = true, epoch = 0, ...rest } = options;
  if (typeof coalesce !== 'boolean') throw new InvalidOptionError('coalesce', coalesce, 'true or false');
  const epochMs = Number(epoch instanceof Date || typeof epoch === 'number' ? epoch : Number.NaN);
  if (!Number.isFinite(epochMs)) throw new InvalidOptionError('epoch', epoch, 'a Date or epoch milliseconds');
  if (typeof scheduler?.now !== 'function' || typeof scheduler.schedule !== 'function')
    throw new InvalidOptionError('scheduler', scheduler, 'a scheduler of RxJS');
  const { timezone } = parseConfiguration(rest.timezone === undefined ? {} : { timezone: rest.timezone });
  const trigger = isText ? CronTrigger.fromCrontab(source, rest) : source;
  return { trigger, timezone, coalesce, scheduler, now: () => scheduler.now() + epochMs };
}

/** Sleeps until the next fire time, emits it, and so on: one waiting action at a time. */
function play({ timezone, coalesce, now, scheduler, ...stream }: Stream, subscriber: Subscriber<Fire>): void {
  const subscribedAt = now();
  const trigger = stream.trigger.resolve({ timezone, now: subscribedAt });

  const wait = (pending: number, index: number): void => {
    const delayMs = Math.min(Math.max(pending - now(), 0), LONGEST_SLEEP_MS);
    const action = scheduler.schedule(function (this: SchedulerAction<unknown>) {
      // Done with: else the subscription would keep every action that ever ran.
      this.unsubscribe();
      try {
        look(pending, index);
      } catch (error) {
        subscriber.error(error);
      }
    }, delayMs);
    subscriber.add(action);
  };
  const look = (pending: number, index: number): void => {
    const at = now();
    if (at < pending) return wait(pending, index);
    const fireAt = coalesce ? latestDue(trigger, pending, at) : pending;
    const missed = fireAt === pending ? 0 : trigger.count(pending, fireAt);
    subscriber.next({ fireTime: new Date(fireAt), index: index + missed, lateMs: at - fireAt, missed });
    if (!subscriber.closed) goOn(following(trigger, fireAt), index + missed + 1);
  };
  const goOn = (pending: number | null, index: number): void => {
    if (pending === null) subscriber.complete();
    else wait(pending, index);
  };
  goOn(firstPending(trigger, subscribedAt), 0);
}

/**
 * The first fire time: after the subscription, so that a stream that repeats itself fires no time twice. Of dates that
 * have all passed, the last is made good.
 */
function firstPending(trigger: Trigger, subscribedAt: number): number | null {
  return following(trigger, subscribedAt) ?? (trigger.kind === 'date' ? trigger.previous(subscribedAt) : null);
}

/** The newest fire time that is due. */
function latestDue(trigger: Trigger, pending: number, now: number): number {
  return Math.max(pending, trigger.previous(now) ?? pending);
}

/** The next fire time; a trigger that does not move on would fire for ever. */
function following(trigger: Trigger, after: number): number | null {
  const next = trigger.next(after);
  if (next !== null && !(next > after))
    throw new InvalidOptionError('trigger', next, `a fire time after ${after} from ${trigger}`);
  return next;
}
